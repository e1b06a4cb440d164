import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from './messages.ts';
import type { WorkerIsolation } from './pool-options.ts';

/** A worker that was started. */
export interface OpenWorker {
  /** Never throws; to a worker that is gone nothing is said. */
  post(message: ToWorker): void;
  /** Ends it at once, whatever it does. `onGone` follows. */
  kill(): void;
}

/** Who hears of a worker. None of them throws. */
export interface WorkerListeners {
  onMessage(message: FromWorker): void;
  /** Once, when it has ended. `error` says why, if anything does. */
  onGone(error: unknown): void;
}

/** The built file: a worker cannot run this package's sources. */
const PROGRAM = new URL('./worker-program.js', import.meta.url);

/** Starts a worker; it waits for its `boot` message. */
export function openWorker(
  isolation: WorkerIsolation,
  limits: { readonly workerId: number; readonly maxMemoryMb: number | undefined },
  listeners: WorkerListeners,
): OpenWorker {
  return isolation === 'thread' ? openThread(limits, listeners) : openProcess(limits, listeners);
}

function openThread(
  { workerId, maxMemoryMb }: { workerId: number; maxMemoryMb: number | undefined },
  { onMessage, onGone }: WorkerListeners,
): OpenWorker {
  const thread = new Worker(PROGRAM, {
    name: `shardgate-worker-${workerId}`,
    ...(maxMemoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb } }),
  });
  let failure: unknown;
  thread.on('message', onMessage);
  thread.on('error', (error) => {
    failure ??= error;
  });
  thread.on('messageerror', (error) => {
    failure ??= error;
    void thread.terminate();
  });
  thread.once('exit', (code) => onGone(failure ?? (code === 0 ? undefined : new Error(`exit code ${code}`))));
  return {
    post: (message) => thread.postMessage(message),
    kill: () => void thread.terminate(),
  };
}

function openProcess(
  { maxMemoryMb }: { maxMemoryMb: number | undefined },
  { onMessage, onGone }: WorkerListeners,
): OpenWorker {
  const limit = maxMemoryMb === undefined ? [] : [`--max-old-space-size=${maxMemoryMb}`];
  const child = fork(fileURLToPath(PROGRAM), [], {
    serialization: 'advanced',
    execArgv: [...process.execArgv, ...limit],
  });
  let gone = false;
  const end = (error: unknown): void => {
    if (gone) return;
    gone = true;
    onGone(error);
  };
  child.on('message', (message) => {
    if (!gone) onMessage(message as FromWorker);
  });
  // A process that could not be started has no exit.
  child.once('error', end);
  child.once('exit', (code, signal) =>
    end(code === 0 ? undefined : new Error(`ended with ${signal ?? `exit code ${code}`}`)),
  );
  return {
    post(message) {
      // Without a callback a full or closed pipe would throw.
      if (child.connected) child.send(message, () => {});
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
