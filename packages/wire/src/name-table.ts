/** Slots of the table; a power of two. Discord has about 80 event names and 700 field names. */
const SLOTS = 4096;

/** Bytes of the longest name that is kept; Discord's longest has 38. */
export const MAX_INTERNED_BYTES = 64;

/**
 * One name a slot, the latest to come. Only ever a cache of public names, so sharing it between decoders is harmless,
 * and hostile names can do no more than push others out.
 */
const names: string[] = Array.from({ length: SLOTS }, () => '');

/** Rolls one byte into the hash that `internName` takes; start from 0. */
export function hashByte(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

/** The string of the ASCII bytes from `start` to `end`, the same one each time, so that a busy shard makes no string per event. */
export function internName(bytes: Buffer, start: number, end: number, hash: number): string {
  const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
  const known = names[slot] ?? '';
  if (equals(known, bytes, start, end)) return known;
  const name = bytes.toString('latin1', start, end);
  if (end - start <= MAX_INTERNED_BYTES) names[slot] = name;
  return name;
}

function equals(name: string, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
