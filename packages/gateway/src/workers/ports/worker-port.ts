import { parentPort, threadId } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../messages.ts';

/** A worker's line to the main thread, whichever kind of worker it is. */
export interface WorkerPort {
  readonly pid: number;
  readonly threadId: number;
  post(message: FromWorker, transfer: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: ToWorker) => void): void;
  /** Ends this thread or process. */
  exit(): void;
}

/** @throws {Error} when this is no worker */
export function openWorkerPort(): WorkerPort {
  const exit = (): void => process.exit();
  const { pid } = process;
  if (parentPort !== null) {
    const port = parentPort;
    return {
      pid,
      threadId,
      post: (message, transfer) => port.postMessage(message, transfer),
      onMessage: (listener) => void port.on('message', listener),
      exit,
    };
  }
  if (process.send === undefined) throw new Error('this file is the program of a worker; createWorkerPool starts it');
  // Sessions outlive the connections: whoever starts the next pool resumes them.
  process.on('disconnect', exit);
  // A signal to the whole group is the main process's to deal with; it ends its workers.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  return {
    pid,
    threadId,
    post: (message) => void process.send?.(message, undefined, {}, () => {}),
    onMessage: (listener) => void process.on('message', listener as (message: unknown) => void),
    exit,
  };
}
