import { z } from 'zod';
import type { ConfigurationLeaf } from './describe-configuration.ts';
import { bare } from './schema/structure.ts';

/** A text that is not of the form its value needs; the message is the end of “expected …”. */
export class TextValueError extends Error {
  override readonly name: string = 'TextValueError';
}

/**
 * Reads the text of a variable or flag as the value of a leaf: numbers and switches strictly, lists with commas or as JSON, objects as JSON.
 * Whether the value is in range is for the schema to say.
 */
export function textValue({ schema, isNullable }: ConfigurationLeaf, text: string): unknown {
  if (isNullable && text === 'null') return null;
  return read(bare(schema).schema, text);
}

function read(schema: z.ZodType, text: string): unknown {
  if (schema instanceof z.ZodNumber) return wholeNumber(text);
  if (schema instanceof z.ZodBoolean) return trueOrFalse(text);
  if (schema instanceof z.ZodArray) return list(schema.element as z.ZodType, text);
  if (schema instanceof z.ZodUnion) return readUnion(schema, text);
  return text;
}

/** A number where the text is one; a name or a list of names otherwise. */
function readUnion({ options }: z.ZodUnion, text: string): unknown {
  const isWord = options.some((one) => one instanceof z.ZodLiteral && [...one.values].some((word) => word === text));
  if (isWord) return text;
  if ((text === 'true' || text === 'false') && options.some((one) => one instanceof z.ZodBoolean))
    return text === 'true';
  if (text.trimStart().startsWith('{')) return json(text, 'an object as JSON');
  if (/^[-+.\d]/.test(text) && !/[a-z,]/i.test(text)) return wholeNumber(text);
  const names = options.find((one) => one instanceof z.ZodArray);
  return names === undefined ? text : list(names.element as z.ZodType, text);
}

function list(element: z.ZodType, text: string): unknown {
  if (text.trimStart().startsWith('[')) return json(text);
  const isOfTexts = element instanceof z.ZodString || element instanceof z.ZodEnum;
  if (!isOfTexts) throw new TextValueError('a list as JSON, such as [{"type":"stdout","name":"events"}]');
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Reads a whole number that is written as one: digits alone, nothing that JavaScript would also take for a number. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new TextValueError('a whole number, in digits alone');
  return value;
}

/** Reads `true` or `false`. */
export function trueOrFalse(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new TextValueError("'true' or 'false'");
  return text === 'true';
}

function json(text: string, expected = 'a list as JSON'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a key.
    throw new TextValueError(expected);
  }
}
