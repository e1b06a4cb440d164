import { z } from 'zod';

/** What is known of one value beside what it must be: for help, the page, the example, and the handling of secrets. */
export interface LeafFacts {
  /** One or two sentences, as plain text. */
  readonly description: string;
  /** `milliseconds`, `bytes`, …; none for texts and switches. */
  readonly unit?: string;
  /** What happens without a value, where that is no plain value. */
  readonly defaultText?: string;
  /**
   * `secret`: never shown. `address`: shown once it is known to be free of keys. `webhook`: of it only the origin is shown, since the path may be the key.
   */
  readonly visibility?: 'secret' | 'address' | 'webhook';
  /** Whether a running service takes a change over. Default: after a restart only. */
  readonly live?: true;
  /** Whether the command line has an option for it. */
  readonly flag?: true;
  /** Other names of its environment variable. */
  readonly aliases?: readonly string[];
}

const registry = z.registry<LeafFacts>();

/** Makes a schema a leaf of the configuration: something that is set as a whole, and has a line in the page. */
export function leaf<T extends z.ZodType>(schema: T, facts: LeafFacts): T {
  registry.add(schema, facts);
  return schema;
}

/** The facts of a leaf; undefined for what is no leaf. */
export function factsOf(schema: z.ZodType): LeafFacts | undefined {
  return registry.get(schema);
}

/** A group of leaves; one that is not given consists of defaults. */
export function section<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, 'expected an object of settings');
}

/** A whole number in a range. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): z.ZodInt {
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  const expected = `expected a whole number ${range}`;
  return z.int(expected).min(least, expected).max(most, expected);
}

/** A duration in milliseconds, as far as Node's timers go. */
export function milliseconds(least: number, most: number = 2 ** 31 - 1): z.ZodInt {
  return wholeNumber(least, most);
}

/** A text of one character or more. */
export function text(expected = 'expected a text of one character or more'): z.ZodString {
  return z.string(expected).min(1, expected);
}

/** True or false. */
export function flag(): z.ZodBoolean {
  return z.boolean('expected true or false');
}

/** One of a few words. */
export function oneOf<const T extends readonly string[]>(...words: T): z.ZodEnum<{ [K in T[number]]: K }> {
  const known = words.map((word) => `'${word}'`);
  return z.enum(words, `expected ${known.slice(0, -1).join(', ')} or ${known.at(-1) ?? ''}`);
}

/** A list of texts. */
export function textList(): z.ZodArray<z.ZodString> {
  return z.array(text(), 'expected a list of texts');
}

/** Names of events, as Discord writes them. */
export function eventNames(): z.ZodArray<z.ZodString> {
  const expected = 'expected the name of an event in capitals, such as MESSAGE_CREATE';
  return z.array(
    z.string(expected).regex(/^[A-Z][A-Z0-9_]*$/, expected),
    'expected a list of event names, such as MESSAGE_CREATE',
  );
}

/** A Discord id. */
export function snowflake(): z.ZodString {
  const expected = 'expected an id of 15 to 20 digits, as a text';
  return z.string(expected).regex(/^\d{15,20}$/, expected);
}

/** A key: what can stand in a header as it is. */
export function key(): z.ZodString {
  const expected = 'expected a key of visible ASCII characters without spaces';
  return z.string(expected).regex(/^[!-~]+$/, expected);
}

/** A port that something listens on; 0 takes a free one. */
export function port(): z.ZodInt {
  return wholeNumber(0, 65_535);
}

/** A web address without user name and password. */
export function webAddress(): z.ZodString {
  const expected = 'expected an http:// or https:// address without user name and password';
  return z.string(expected).refine((value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, username, password } = new URL(value);
    return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
  }, expected);
}

/** A web address that paths are put behind: without query and fragment, in which people also put keys. */
export function baseAddress(): z.ZodString {
  return webAddress().refine((value) => !/[?#]/.test(value), 'expected an address without query and fragment');
}
