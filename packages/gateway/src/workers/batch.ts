import type { Payload } from '@shardgate/wire';
import type { FromWorker, WorkerNote } from './messages.ts';
import type { Soon } from '../ports/soon.ts';
import { guildEventBits } from './verdict.ts';

/**
 * Dispatches in one piece of memory, one after the other. Each has a head of eight 32-bit words and its bytes, padded to whole words:
 * verdict (see `verdict.ts`) and name, shard index, sequence number (high, low), length, start and end of `d`, nothing.
 */
export const HEAD_WORDS = 8;
/** A name that is null. */
export const NO_NAME = 0xff_ffff;
/** The high word of a sequence number that is null. */
export const NO_SEQUENCE = 0xffff_ffff;
export const TWO_32: number = 2 ** 32;

/** A tick that has gathered so many bytes goes out before its end. */
const FULL_BYTES = 256 * 1024;
const LEAST_BYTES = 4 * 1024;
/** Room for the event that makes it full. */
const MOST_BYTES: number = FULL_BYTES + 64 * 1024;

/** Gathers what a worker has to say in one tick. */
export interface Outbox {
  /** Copies a dispatch into the batch: its bytes may be a part of a much larger buffer, which cannot be transferred. */
  dispatch(index: number, payload: Payload, verdict?: number): void;
  note(note: WorkerNote): void;
}

/** @param post hands the tick over; `transfer` is memory that no one here looks at again */
export function createOutbox(post: (message: FromWorker, transfer: ArrayBuffer[]) => void, soon: Soon): Outbox {
  const names = new Map<string, number>();
  let notes: [number, WorkerNote][] = [];
  let size = LEAST_BYTES;
  let memory = open(size);
  let used = 0;
  let waiting = false;

  const flush = (): void => {
    if (used === 0 && notes.length === 0) return;
    const { bytes } = memory;
    const told = notes;
    notes = [];
    if (used === 0) return post({ type: 'tick', bytes: undefined, notes: told }, []);
    const length = used;
    // The next tick is likely to bring as much; a small one after a large one does not say that all will be small.
    size = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, length * 1.25, size * 0.75));
    memory = open(size);
    used = 0;
    post({ type: 'tick', bytes: bytes.subarray(0, length), notes: told }, [bytes.buffer as ArrayBuffer]);
  };

  const wait = (): void => {
    if (waiting) return;
    waiting = true;
    soon(() => {
      waiting = false;
      flush();
    });
  };

  const note = (one: WorkerNote): void => {
    notes.push([used, one]);
    wait();
  };

  const nameOf = (t: string | null): number => {
    if (t === null) return NO_NAME;
    const known = names.get(t);
    if (known !== undefined) return known;
    const id = names.size;
    names.set(t, id);
    note({ type: 'name', id, name: t });
    return id;
  };

  return {
    note,
    dispatch(index, payload, verdict = guildEventBits(payload)) {
      const { s, bytes } = payload;
      const { length } = bytes;
      const name = nameOf(payload.t);
      const end = used + HEAD_WORDS * 4 + ((length + 3) & ~3);
      if (end > memory.bytes.length) memory = grown(memory, used, end);
      const { words } = memory;
      const at = used >> 2;
      words[at] = (name << 8) | verdict;
      words[at + 1] = index;
      words[at + 2] = s === null ? NO_SEQUENCE : Math.floor(s / TWO_32);
      words[at + 3] = s === null ? 0 : s % TWO_32;
      words[at + 4] = length;
      words[at + 5] = payload.dStart;
      words[at + 6] = payload.dEnd;
      memory.bytes.set(bytes, used + HEAD_WORDS * 4);
      used = end;
      if (used >= FULL_BYTES) flush();
      else if (!waiting) wait();
    },
  };
}

interface Memory {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
}

function open(least: number): Memory {
  // Not of the pool: pooled memory cannot be transferred.
  const bytes = Buffer.allocUnsafeSlow((Math.ceil(least) + 3) & ~3);
  return { bytes, words: new Uint32Array(bytes.buffer, 0, bytes.length >> 2) };
}

function grown(memory: Memory, used: number, least: number): Memory {
  const larger = open(Math.max(least, memory.bytes.length * 2));
  memory.bytes.copy(larger.bytes, 0, 0, used);
  return larger;
}
