import type { EventEmitter } from 'eventemitter3';

/** Why a worker is gone. */
export type WorkerLossCause =
  /** It ended: an error that nobody caught, a signal, `process.exit`. */
  | 'exit'
  /** It needed more than `maxMemoryMb`. */
  | 'memory'
  /** It did not answer for `hangAfterMs`. */
  | 'hung'
  /** It did not start within `startTimeoutMs`, or its module could not be loaded. */
  | 'start';

/** What a pool tells. Listeners run synchronously; one that throws is ignored. */
export interface PoolEvents {
  workerStarted: (event: { workerId: number; pid: number; threadId: number; tookMs: number }) => void;
  /** Its shards go on in a new worker after `retryInMs`. */
  workerLost: (event: {
    workerId: number;
    cause: WorkerLossCause;
    error: unknown;
    shardIds: readonly number[];
    retryInMs: number;
  }) => void;
  /** It was ended on purpose. */
  workerStopped: (event: { workerId: number }) => void;
  /** A shard left one worker for another, where it resumes. */
  shardMoved: (event: { shardId: number; from: number; to: number }) => void;
}

export type PoolEmitter = EventEmitter<PoolEvents>;
