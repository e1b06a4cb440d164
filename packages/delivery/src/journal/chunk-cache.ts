import type { Segment } from './segment.ts';
import type { JournalStore } from './store.ts';
import { codeOf } from './store.ts';

const CHUNK_BYTES = 2 ** 18;
/** 8 MiB. Lanes that drain together read the same parts of a segment. */
const MOST_CHUNKS = 32;
const MOST_FREE = 4;

/** Reads segments in large parts and keeps the last ones. */
export interface ChunkCache {
  /** The bytes if they are at hand, without waiting. To be read at once: the memory is used again. */
  peek(segment: Segment, position: number, length: number): Buffer | undefined;
  /** A copy of the bytes; undefined where the disk has none or cannot read them. */
  read(segment: Segment, position: number, length: number): Promise<Buffer | undefined>;
  forget(segment: Segment): void;
}

export function createChunkCache(store: JournalStore): ChunkCache {
  /** Least recently used first. */
  const chunks = new Map<string, Buffer>();
  /** Memory of chunks that went: at tens of MiB a second, new memory for each would be garbage faster than it is collected. */
  const free: Buffer[] = [];
  const memories = new WeakMap<ArrayBufferLike, Buffer>();
  const underWay = new Map<string, Promise<Buffer>>();
  const keyOf = (segment: Segment, index: number): string => `${segment.id}:${index}`;

  const drop = (key: string): void => {
    const chunk = chunks.get(key);
    if (chunk === undefined) return;
    chunks.delete(key);
    // A store may have used memory of its own.
    const memory = memories.get(chunk.buffer);
    if (memory !== undefined && free.length < MOST_FREE) free.push(memory);
  };

  /** The chunk, at least up to the given length. */
  const load = (segment: Segment, index: number, needed: number): Promise<Buffer> => {
    const key = keyOf(segment, index);
    const known = chunks.get(key);
    if (known !== undefined && known.length >= needed) return Promise.resolve(known);
    const running = underWay.get(key);
    if (running !== undefined) return running;
    const start = index * CHUNK_BYTES;
    const memory = free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
    memories.set(memory.buffer, memory);
    const reading = store
      .read(segment.name, start, Math.min(CHUNK_BYTES, segment.end - start), memory)
      .then((chunk) => {
        drop(key);
        chunks.set(key, chunk);
        for (const oldest of chunks.keys()) {
          if (chunks.size <= MOST_CHUNKS) break;
          drop(oldest);
        }
        return chunk;
      });
    underWay.set(key, reading);
    return reading.finally(() => void underWay.delete(key));
  };

  return {
    peek(segment, position, length) {
      const index = Math.floor(position / CHUNK_BYTES);
      const at = position - index * CHUNK_BYTES;
      if (at + length > CHUNK_BYTES) return undefined;
      const key = keyOf(segment, index);
      const chunk = chunks.get(key);
      if (chunk === undefined || at + length > chunk.length) return undefined;
      chunks.delete(key);
      chunks.set(key, chunk);
      return chunk.subarray(at, at + length);
    },
    async read(segment, position, length) {
      try {
        if (length > CHUNK_BYTES) return await exactly(store, segment, position, length);
        const parts: Buffer[] = [];
        for (let from = position; from < position + length;) {
          const index = Math.floor(from / CHUNK_BYTES);
          const at = from - index * CHUNK_BYTES;
          const upTo = Math.min(CHUNK_BYTES, at + position + length - from);
          const chunk = await load(segment, index, upTo);
          // One that was under way may have been read before the segment had grown.
          if (chunk.length < upTo) return await exactly(store, segment, position, length);
          parts.push(Buffer.from(chunk.subarray(at, upTo)));
          from += upTo - at;
        }
        return parts.length === 1 ? parts[0] : Buffer.concat(parts);
      } catch (error) {
        if (!isLost(error)) throw error;
      }
      try {
        // One bad block spoils a chunk, not each record in it.
        return await exactly(store, segment, position, length);
      } catch (error) {
        if (!isLost(error)) throw error;
        return undefined;
      }
    },
    forget(segment) {
      for (const key of chunks.keys()) if (key.startsWith(`${segment.id}:`)) drop(key);
    },
  };
}

async function exactly(
  store: JournalStore,
  segment: Segment,
  position: number,
  length: number,
): Promise<Buffer | undefined> {
  const bytes = await store.read(segment.name, position, length);
  return bytes.length === length ? bytes : undefined;
}

/** Whether trying again is of no use. Anything else, as too many open files, passes. */
function isLost(error: unknown): boolean {
  return codeOf(error) === 'EIO' || codeOf(error) === 'ENOENT';
}
