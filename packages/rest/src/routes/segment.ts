import { show } from '../options/option-check.ts';

/** A Discord id. Not a number: ids are larger than a number holds exactly. */
export type Id = bigint | string;

/** One part of a path, encoded. Refuses what would silently build another route (`undefined`, `''`, `..`, a number). */
export function segment(value: Id): string {
  const text = typeof value === 'bigint' ? value.toString() : value;
  if (typeof text !== 'string' || text === '' || text === '.' || text === '..') {
    throw new TypeError(`endpoints: expected an id as a bigint or a string, got ${show(value)}`);
  }
  return encodeURIComponent(text).replaceAll('%40', '@');
}

/** An emoji (`👍`, `name:id`) as a part of a path; one that is encoded already stays as it is. */
export function emojiSegment(emoji: string): string {
  return segment(/%[0-9a-f]{2}/i.test(emoji) ? decodeURIComponent(emoji) : emoji);
}
