/** A source of randomness: a number in [0, 1). */
export type Random = () => number;

/**
 * A seeded source of randomness (mulberry32): the same seed gives the same numbers, on every platform.
 *
 * Any safe integer is a seed, 0 included. Not for secrets.
 *
 * @throws {RangeError} when the seed is not a safe integer
 */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`createRandom: seed is ${seed}, expected a safe integer`);
  // Both halves of the number count, so 1 and 1 + 2 ** 32 differ.
  let state = (seed ^ Math.trunc(seed / 2 ** 32)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `least` to `most`, both included. */
export function randomInteger(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** `digits` hexadecimal digits. */
export function randomHex(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) {
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }
  return text.slice(0, digits);
}
