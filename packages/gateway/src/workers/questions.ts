import { GatewayError } from '../errors.ts';
import type { GatewayBot } from '../gateway-bot.ts';
import type { IdentifyPermit } from '../identify/identify-queue.ts';
import type { Clock } from '../ports/clock.ts';
import type { Outbox } from './batch.ts';
import type { ToWorker, WorkerQuestion } from './messages.ts';
import { receivedError } from './sent-error.ts';

/** A permit lasts 30 seconds where it was granted; here a little less, for the way. Milliseconds. */
const PERMIT_MS = 28_000;

/** What is one for all workers, asked of the main thread. */
export interface Questions {
  permit(index: number, shardId: number, signal: AbortSignal): Promise<IdentifyPermit>;
  gatewayBot(index: number): Promise<GatewayBot>;
  save(positions: readonly (readonly [index: number, sessionId: string, seq: number])[]): Promise<void>;
  remove(indices: readonly number[]): Promise<void>;
  answered(answer: Extract<ToWorker, { type: 'answer' }>): void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export function createQuestions(outbox: Outbox, clock: Clock): Questions {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  const ask = (question: WorkerQuestion): { id: number; answer: Promise<unknown> } => {
    const id = ++lastId;
    const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    outbox.note({ type: 'ask', id, question });
    return { id, answer };
  };

  return {
    async permit(index, shardId, signal) {
      signal.throwIfAborted();
      const { id, answer } = ask({ what: 'permit', index });
      const release = (): void => outbox.note({ type: 'permit', id, act: 'released' });
      const giveUp = (): void => {
        release();
        waiting.get(id)?.reject(signal.reason as Error);
        waiting.delete(id);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        await answer;
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
      const endsAt = clock.now() + PERMIT_MS;
      return {
        shardId,
        used() {
          if (clock.now() > endsAt)
            throw new GatewayError('identifyRefused', `the permit of shard ${shardId} is over; ask for another`, {
              shardId,
            });
          outbox.note({ type: 'permit', id, act: 'used' });
        },
        release,
      };
    },
    gatewayBot: async (index) => (await ask({ what: 'gatewayBot', index }).answer) as GatewayBot,
    async save(positions) {
      await ask({ what: 'save', positions }).answer;
    },
    async remove(indices) {
      await ask({ what: 'remove', indices }).answer;
    },
    answered({ id, value, error }) {
      const waits = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) waits?.resolve(value);
      else waits?.reject(receivedError(error));
    },
  };
}
