import type { Segment } from './segment.ts';
import type { JournalStore } from './store.ts';
import { codeOf } from './store.ts';

const CHUNK_BYTES = 2 ** 20;
/** Lanes that drain together read the same parts of a segment; 24 of them serve some tens of lanes. */
const MOST_CHUNKS = 24;

/** Reads segments in large parts and keeps the last ones. */
export interface ChunkCache {
  /** The bytes if they are at hand, without waiting. Not to be kept. */
  peek(segment: Segment, position: number, length: number): Buffer | undefined;
  /** The bytes; undefined where the disk has none or cannot read them. Not to be kept. */
  read(segment: Segment, position: number, length: number): Promise<Buffer | undefined>;
  forget(segment: Segment): void;
}

export function createChunkCache(store: JournalStore): ChunkCache {
  /** Least recently used first. */
  const chunks = new Map<string, Buffer>();
  const underWay = new Map<string, Promise<Buffer>>();
  const keyOf = (segment: Segment, index: number): string => `${segment.id}:${index}`;

  /** The chunk, at least up to the given length. */
  const load = (segment: Segment, index: number, needed: number): Promise<Buffer> => {
    const key = keyOf(segment, index);
    const known = chunks.get(key);
    if (known !== undefined && known.length >= needed) return Promise.resolve(known);
    const running = underWay.get(key);
    if (running !== undefined) return running;
    const start = index * CHUNK_BYTES;
    const reading = store.read(segment.name, start, Math.min(CHUNK_BYTES, segment.end - start)).then((chunk) => {
      chunks.delete(key);
      chunks.set(key, chunk);
      for (const oldest of chunks.keys()) {
        if (chunks.size <= MOST_CHUNKS) break;
        chunks.delete(oldest);
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
          parts.push(chunk.subarray(at, upTo));
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
      for (const key of chunks.keys()) if (key.startsWith(`${segment.id}:`)) chunks.delete(key);
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
