import { PRIME_A, PRIME_B, SEED_A, SEED_B } from './content-hash.ts';

let a = 0;
let b = 0;

/** Begins a hash. One at a time: it is kept here, so that none is allocated for each member of each message. */
export function startHash(seed: number): void {
  a = seed ^ SEED_A;
  b = seed ^ SEED_B;
}

/**
 * Takes bytes into the hash, four at a time. Turned before each step, or a difference in the upper bits of one four would stay there, where one of the
 * next can take it back.
 */
export function mixBytes(bytes: Buffer, start: number, end: number): void {
  let x = a;
  let y = b;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    x = Math.imul(((x << 13) | (x >>> 19)) ^ word, PRIME_A);
    y = Math.imul(((y << 7) | (y >>> 25)) ^ word, PRIME_B);
  }
  for (; i < end; i++) {
    const byte = bytes[i] as number;
    x = Math.imul(((x << 13) | (x >>> 19)) ^ byte, PRIME_A);
    y = Math.imul(((y << 7) | (y >>> 25)) ^ byte, PRIME_B);
  }
  a = x;
  b = y;
}

/** Half of what {@link startHash} began. */
export function hashedA(): number {
  return a ^ (a >>> 16);
}

/** The other half. */
export function hashedB(): number {
  return b ^ (b >>> 13);
}
