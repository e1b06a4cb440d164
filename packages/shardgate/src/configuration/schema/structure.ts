import { z } from 'zod';

/** What stands around a schema: whether it may be absent or null, and its default. */
export interface Bare {
  readonly schema: z.ZodType;
  readonly isOptional: boolean;
  readonly isNullable: boolean;
  /** The default; undefined for none. */
  readonly fallback: unknown;
}

/** Takes off what stands around a schema. */
export function bare(schema: z.ZodType): Bare {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return { ...bare(schema.unwrap() as z.ZodType), fallback: schema.def.defaultValue };
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional)
    return { ...bare(schema.unwrap() as z.ZodType), isOptional: true };
  if (schema instanceof z.ZodNullable) return { ...bare(schema.unwrap() as z.ZodType), isNullable: true };
  if (schema instanceof z.ZodPipe) return bare(schema.def.in as z.ZodType);
  return { schema, isOptional: false, isNullable: false, fallback: undefined };
}

/** The members of an object's schema, whatever stands around it; undefined for any other. */
export function membersOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const inner = bare(schema).schema;
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

/** What a value may be, in a few words. */
export function wordsOf(given: z.ZodType): string {
  const { schema, isNullable } = bare(given);
  const words = innerWords(schema);
  return isNullable ? `${words}, or null` : words;
}

function innerWords(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.map((word) => `\`${String(word)}\``).join(', ');
  if (schema instanceof z.ZodLiteral) return `\`${String([...schema.values][0])}\``;
  if (schema instanceof z.ZodNumber) return rangeWords(schema);
  if (schema instanceof z.ZodBoolean) return '`true`, `false`';
  if (schema instanceof z.ZodArray) {
    const element = schema.element as z.ZodType;
    if (membersOf(element) !== undefined || element instanceof z.ZodUnion) return 'list of objects';
    return element instanceof z.ZodEnum ? `list of ${innerWords(element)}` : 'list of texts';
  }
  if (schema instanceof z.ZodObject) return `\`{ ${Object.keys(schema.shape).join(', ')} }\``;
  if (schema instanceof z.ZodUnion) return schema.options.map((one) => wordsOf(one as z.ZodType)).join(', or ');
  return 'text';
}

function rangeWords({ minValue, maxValue }: z.ZodNumber): string {
  const digits = (value: number): string => value.toLocaleString('en-US');
  if (maxValue === null || maxValue >= Number.MAX_SAFE_INTEGER) return `number from ${digits(minValue ?? 0)}`;
  return `number, ${digits(minValue ?? 0)}–${digits(maxValue)}`;
}
