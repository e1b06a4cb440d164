/** Two independent 32-bit hashes, mixed side by side. */
export const PRIME_A = 0x9e37_79b1;
export const PRIME_B = 0x5f35_6495;
export const SEED_A = 0xdead_beef;
export const SEED_B = 0x41c6_ce57;

/** 64 bits, as two signed 32-bit integers. */
export interface ContentHash {
  readonly a: number;
  readonly b: number;
}

let a = 0;
let b = 0;

/**
 * A hash of JSON data. Members for which `skips` says so are left out, at any depth. Not for secrets: who wants two
 * values with one hash can make them.
 *
 * @throws {RangeError} for data nested too deeply for the stack
 */
export function contentHash(value: unknown, skips: (key: string, depth: number) => boolean): ContentHash {
  a = SEED_A;
  b = SEED_B;
  mixValue(value, skips, 0);
  a = Math.imul(a ^ (a >>> 16), PRIME_A);
  b = Math.imul(b ^ (b >>> 16), PRIME_B);
  return { a: a ^ (b >>> 13), b: b ^ (a >>> 13) };
}

function mixValue(value: unknown, skips: (key: string, depth: number) => boolean, depth: number): void {
  if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value);
    mix(isList ? 0x5b : 0x7b);
    // No list of entries: this runs for every update of a message.
    for (const key in value) {
      if (!isList && skips(key, depth)) continue;
      mixText(key);
      mixValue((value as Record<string, unknown>)[key], skips, depth + 1);
    }
    mix(isList ? 0x5d : 0x7d);
  } else {
    mix((typeof value).charCodeAt(0));
    mixText(String(value));
  }
}

function mixText(text: string): void {
  for (let index = 0; index < text.length; index++) mix(text.charCodeAt(index));
  // So that where one text ends and the next begins makes a difference.
  mix(0x1_0000 + text.length);
}

function mix(code: number): void {
  a = Math.imul(a ^ code, PRIME_A);
  b = Math.imul(b ^ code, PRIME_B);
}
