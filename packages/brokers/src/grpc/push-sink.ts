import { createLaneQueue, RefusedError, type Batch, type Sink } from '@shardgate/delivery';
import type { ServiceError } from '@grpc/grpc-js';
import { createPushLink, type PushLink } from './push-link.ts';
import { pushMessage } from './push-message.ts';
import { readPushOptions, type GrpcPushSinkOptions } from './push-options.ts';
import { pushFailure } from './push-trouble.ts';

/**
 * Creates a sink that pushes each event with a call of its own to the consumer's server, as tatsuworks/gateway does: `/gateway.Queue/Push` with
 * the event's name and `d`. A call that is answered counts as acknowledged.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; the key is never shown
 */
export function createGrpcPushSink(options: GrpcPushSinkOptions): Sink {
  const settings = readPushOptions(options);
  const { name, path, callsPerShard } = settings;
  let queue = createLaneQueue();
  let link: PushLink | undefined;

  /** Pushes in order, so many at a time; stops at the first that fails, when all that are under way have ended. */
  async function pushAll({ records, signal, acknowledge }: Batch, over: PushLink): Promise<void> {
    const done = records.map(() => false);
    let next = 0;
    let through = 0;
    let failure: { readonly error: unknown } | undefined;

    const settle = (index: number): void => {
      done[index] = true;
      const before = through;
      while (done[through] === true) through++;
      const last = records[through - 1];
      if (through > before && through < records.length && last !== undefined) acknowledge(last.offset);
    };
    const worker = async (): Promise<void> => {
      while (failure === undefined && next < records.length) {
        const index = next++;
        const record = records[index];
        const message = record && pushMessage(record, settings);
        try {
          if (signal.aborted) throw new Error('given up');
          if (message !== undefined) await over.push(message);
        } catch (error) {
          failure ??= { error };
          return;
        }
        if (message !== undefined) over.succeeded();
        settle(index);
      }
    };
    await Promise.all(Array.from({ length: Math.min(callsPerShard, records.length) }, worker));
    if (failure !== undefined) throw asFailure(failure.error, over);
  }

  /** What the delivery is told; the link is, when no other call could do better. */
  function asFailure(error: unknown, over: PushLink): Error {
    const isOfCall = error instanceof Error && typeof Reflect.get(error, 'code') === 'number';
    if (over.grpc === undefined || !isOfCall) return error instanceof Error ? error : new Error('the push failed');
    const failure = pushFailure(over.grpc, error as ServiceError, path);
    if (failure.kind === 'refused') return new RefusedError(failure.words);
    if (failure.kind === 'failed') return new Error(failure.words);
    over.begin(failure.trouble);
    return new Error(`${name}: the server ${failure.trouble.words}`);
  }

  return {
    name,
    open: (door) => {
      link?.stop();
      queue = createLaneQueue();
      link = createPushLink(settings, door.report, (ready) => door.setReady(ready));
      link.start();
    },
    deliver: (batch) =>
      queue.run(batch.lane, () => {
        if (link === undefined) throw new Error(`sink ${name} is not open`);
        return pushAll(batch, link);
      }),
    close: async () => {
      link?.stop();
      link = undefined;
    },
  };
}
