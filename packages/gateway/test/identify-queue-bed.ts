import type { SpendAnswer } from '../src/identify/identify-governor.ts';
import { createIdentifyQueue } from '../src/identify/identify-queue.ts';
import type { IdentifyPermit, IdentifyQueue, IdentifyQueueOptions } from '../src/identify/identify-queue.ts';
import { createTestClock } from './test-clock.ts';
import type { TestClock } from './test-clock.ts';

export const SPACING = 5_250;
export const GRANTED: SpendAnswer = { granted: true };
export const refused = (
  reason: 'reserve' | 'breaker' | 'bootLoop' | 'tokenRejected',
  retryAfterMs: number,
): SpendAnswer => ({
  granted: false,
  reason,
  retryAfterMs,
});

/** A governor that answers as told and keeps the books. */
export function scriptedGovernor(
  answer: (shardId: number) => SpendAnswer | Error | Promise<SpendAnswer> = () => GRANTED,
) {
  const asked: number[] = [];
  const refunded: number[] = [];
  return {
    asked,
    refunded,
    async spend(shardId: number): Promise<SpendAnswer> {
      asked.push(shardId);
      const said = answer(shardId);
      if (said instanceof Error) throw said;
      return said;
    },
    refund: (shardId: number) => void refunded.push(shardId),
  };
}

export type QueueBed = IdentifyQueue & {
  readonly clock: TestClock;
  readonly governor: ReturnType<typeof scriptedGovernor>;
  /** Permits as they came, with the time. */
  readonly granted: { readonly permit: IdentifyPermit; readonly at: number }[];
  readonly refusals: unknown[][];
  /** Asks for a permit, and uses it at once unless told otherwise. */
  ask(shardId: number, options?: { signal?: AbortSignal; keep?: boolean }): Promise<unknown>;
};

export function bed(
  parts: Partial<IdentifyQueueOptions> & { answer?: Parameters<typeof scriptedGovernor>[0] } = {},
): QueueBed {
  const clock = createTestClock();
  const governor = scriptedGovernor(parts.answer);
  const refusals: unknown[][] = [];
  const queue = createIdentifyQueue({
    clock,
    random: () => 0,
    governor,
    maxConcurrency: 1,
    spacingMs: SPACING,
    onRefused: (...told) => void refusals.push(told),
    ...parts,
  });
  const started = clock.now();
  const granted: QueueBed['granted'] = [];
  const ask: QueueBed['ask'] = async (shardId, { signal = new AbortController().signal, keep = false } = {}) => {
    try {
      const permit = await queue.acquire(shardId, signal);
      granted.push({ permit, at: clock.now() - started });
      if (!keep) permit.used();
      return permit;
    } catch (error) {
      return error;
    }
  };
  return Object.defineProperties(
    { clock, governor, granted, refusals, ask },
    Object.getOwnPropertyDescriptors(queue),
  ) as QueueBed;
}

export const times = ({ granted }: QueueBed): number[][] => granted.map(({ permit, at }) => [permit.shardId, at]);
