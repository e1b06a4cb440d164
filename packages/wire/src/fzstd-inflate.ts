import type { Context } from 'node:vm';
import { createContext, Script } from 'node:vm';
import type { InflateStream } from './inflate-stream.ts';
import { WireError } from './wire-error.ts';
import type { ZstdFrames } from './zstd-frames.ts';

interface FzstdStream {
  push(chunk: Uint8Array): void;
}

/** What is used of the package fzstd. */
export interface FzstdModule {
  readonly Decompress: new (ondata: (chunk: Uint8Array) => void) => FzstdStream;
}

interface FzstdOptions {
  readonly frames: ZstdFrames;
  readonly maxMessageBytes: number;
}

/**
 * Milliseconds that a message may take, and each of its blocks; fzstd needs about 3 for a full block. It does not hold the
 * lengths inside a block against the block's size: 37 bytes can keep it busy for a minute.
 */
const LIMIT_MS = { message: 1000, block: 20 } as const;

/** Runs `task` of the sandbox; node:vm alone can stop a function from outside. */
const watched = new Script('task()');
/** Made once and shared: a context takes a megabyte, and no two tasks run at the same time. */
let sandbox: Context | undefined;

/**
 * Inflates with fzstd, in plain JavaScript. It checks less than zstd: the frames are walked first, so that no window is too
 * large and no block is cut. Damage inside a block may give wrong bytes, which only the message's reader can notice.
 */
export function createFzstdInflate(fzstd: FzstdModule, { frames, maxMessageBytes }: FzstdOptions): InflateStream {
  let blocks: Uint8Array[] = [];
  let size = 0;
  let stream: FzstdStream | undefined = new fzstd.Decompress((block) => {
    size += block.length;
    // A block has at most 128 KiB, so this is soon enough.
    if (size > maxMessageBytes) {
      throw new WireError('messageTooLarge', `a message inflates to more than maxMessageBytes (${maxMessageBytes})`);
    }
    blocks.push(block);
  });

  return {
    inflate(message) {
      if (stream === undefined) throw new WireError('closed', 'this zstd stream is closed');
      const announced = frames.walk(message);
      blocks = [];
      size = 0;
      try {
        runWatched(() => stream?.push(message), LIMIT_MS.message + announced * LIMIT_MS.block);
      } catch (cause) {
        if (cause instanceof WireError) throw cause;
        throw new WireError('corruptStream', 'the zstd stream is damaged', { cause });
      }
      // It waits for more where a frame begins with fewer than 18 bytes, too few for any payload.
      if (blocks.length !== announced) throw new WireError('corruptStream', 'the zstd stream holds blocks back');
      const text = Buffer.concat(blocks, size);
      blocks = [];
      return text;
    },
    close() {
      stream = undefined;
      blocks = [];
    },
  };
}

/** Throws what `task` throws, or an error when it takes longer. */
function runWatched(task: () => void, timeout: number): void {
  sandbox ??= createContext({});
  sandbox['task'] = task;
  try {
    watched.runInContext(sandbox, { timeout });
  } finally {
    sandbox['task'] = undefined;
  }
}

export function isFzstdModule(value: unknown): value is FzstdModule {
  return typeof value === 'object' && value !== null && 'Decompress' in value && typeof value.Decompress === 'function';
}
