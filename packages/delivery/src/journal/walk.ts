import { HEADER_BYTES, Kind, findMagic, header, isIntact, recordLength } from './record.ts';
import type { JournalStore } from './store.ts';
import { codeOf } from './store.ts';

/** Bytes of a file, read at once while walking through it. */
const WINDOW_BYTES = 4 * 2 ** 20;
/** A disk that cannot read says so for blocks of this size. */
const BLOCK_BYTES = 4096;

/** A part of a file in which no intact record stands. */
export interface Damage {
  readonly from: number;
  readonly to: number;
}

export interface Visitor {
  /** An intact record: `length` bytes of `source` from `at` on, at `position` in the file. `source` is only lent. */
  record(source: Buffer, at: number, length: number, position: number): void;
  damage?(damage: Damage): void;
}

/** Goes through a file's records from front to back; after damage, on from the next record that is intact. Resolves to where the file ended. */
export async function walk(
  store: JournalStore,
  file: { readonly name: string; readonly end: number },
  visitor: Visitor,
): Promise<number> {
  let { end } = file;
  let window: Buffer = Buffer.alloc(0);
  let start = 0;
  let at = 0;
  /** Whether that many bytes from `at` on are in the window now. */
  const has = async (length: number): Promise<boolean> => {
    if (window.length - at >= length) return true;
    const position = start + at;
    if (position + length > end) return false;
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), end - position);
    window = await readAnyhow(store, file.name, position, wanted);
    start = position;
    at = 0;
    if (window.length < wanted) end = start + window.length;
    return window.length >= length;
  };
  const intactHere = async (): Promise<number> => {
    if (!(await has(HEADER_BYTES))) return 0;
    const length = recordLength(window, at);
    return length > 0 && (await has(length)) && isIntact(window, at, length) ? length : 0;
  };
  let damagedFrom = -1;
  while (start + at < end) {
    const length = await intactHere();
    if (length > 0) {
      if (damagedFrom !== -1) visitor.damage?.({ from: damagedFrom, to: start + at });
      damagedFrom = -1;
      visitor.record(window, at, length, start + at);
      at += length;
      continue;
    }
    if (damagedFrom === -1) damagedFrom = start + at;
    if (!(await has(1))) break;
    const next = findMagic(window, at + 1);
    at = next === -1 ? window.length : next;
  }
  if (damagedFrom !== -1) visitor.damage?.({ from: damagedFrom, to: end });
  return end;
}

/** What a first look at a file that was not sealed tells. */
export interface Examination {
  /** Where what counts ends. */
  readonly end: number;
  /** Damage below the end. */
  readonly damage: readonly Damage[];
  /** Bytes after the end, which were never synced. */
  readonly torn: number;
}

/** Finds what counts of the newest segment, when it was not sealed. */
export async function examine(
  store: JournalStore,
  file: { readonly name: string; readonly size: number },
): Promise<Examination> {
  const all: Damage[] = [];
  let synced = 0;
  const end = await walk(
    store,
    { name: file.name, end: file.size },
    {
      record(source, at, _length, position) {
        if (header.kind(source, at) === Kind.commit) synced = Math.max(synced, header.offset(source, at));
        // A footer is written when all before it has been synced.
        if (header.kind(source, at) === Kind.footer) synced = position;
      },
      damage: (damage) => void all.push(damage),
    },
  );
  const cut = all.find((damage) => damage.to > synced);
  // Damage that begins in what was synced and goes on beyond: the part that was promised is damage.
  const damage = all.filter((each) => each.from < synced);
  if (cut === undefined) return { end, damage, torn: 0 };
  const from = Math.max(cut.from, synced);
  return { end: from, damage: damage.filter((each) => each.from < from), torn: end - from };
}

/** Reads what can be read; blocks that the disk refuses come as zeros, which no record's check survives. */
export async function readAnyhow(store: JournalStore, name: string, position: number, length: number): Promise<Buffer> {
  try {
    return await store.read(name, position, length);
  } catch (error) {
    if (codeOf(error) !== 'EIO') throw error;
    if (length <= BLOCK_BYTES) return Buffer.alloc(length);
    const half = Math.ceil(length / 2 / BLOCK_BYTES) * BLOCK_BYTES;
    const first = await readAnyhow(store, name, position, half);
    if (first.length < half) return first;
    return Buffer.concat([first, await readAnyhow(store, name, position + half, length - half)]);
  }
}
