import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdentifyGovernor } from '../src/identify/identify-governor.ts';
import { createIdentifyQueue } from '../src/identify/identify-queue.ts';
import type { IdentifyPermit } from '../src/identify/identify-queue.ts';
import { createMemoryIdentifyLedger } from '../src/identify/memory-identify-ledger.ts';
import { bed, GRANTED, refused, SPACING } from './identify-queue-bed.ts';
import type { QueueBed } from './identify-queue-bed.ts';
import { createTestClock } from './test-clock.ts';

test('under any schedule two identifies of a bucket are never closer than the spacing, and the books balance', async () => {
  const action = fc.record({
    shardId: fc.nat({ max: 9 }),
    pauseMs: fc.nat({ max: 9_000 }),
    holdMs: fc.nat({ max: 35_000 }),
    fate: fc.constantFrom('use', 'use', 'use', 'release', 'forget', 'abort'),
  });
  const law = fc.asyncProperty(
    fc.array(action, { maxLength: 25 }),
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.constantFrom('grant', 'grant', 'grant', 'refuse', 'fail'), { minLength: 1, maxLength: 20 }),
    async (actions, maxConcurrency, moods) => {
      let mood = 0;
      let granted = 0;
      const queue = bed({
        maxConcurrency,
        random: () => 0.5,
        answer: () => {
          const said = moods[mood++ % moods.length];
          if (said === 'fail') return new Error('disk');
          if (said === 'refuse') return refused('breaker', 1_500);
          granted += 1;
          return GRANTED;
        },
      });
      const { clock } = queue;
      const uses: { bucket: number; at: number }[] = [];
      for (const { shardId, pauseMs, holdMs, fate } of actions) {
        const abort = new AbortController();
        if (fate === 'abort') clock.setTimer(() => abort.abort(), holdMs);
        const finish = (permit: IdentifyPermit): void => {
          if (fate === 'release') permit.release();
          if (fate !== 'use' && fate !== 'abort') return;
          try {
            permit.used();
            uses.push({ bucket: shardId % maxConcurrency, at: clock.now() });
          } catch {
            // Held too long.
          }
        };
        queue.acquire(shardId, abort.signal).then(
          (permit) => void clock.setTimer(() => finish(permit), fate === 'abort' ? 0 : holdMs),
          () => undefined,
        );
        await clock.advance(pauseMs);
      }
      if (moods.includes('grant')) {
        await clock.advance(3_600_000);
        expect(queue.waiting).toBe(0);
        expect(clock.timers).toBe(0);
        // Permits that were forgotten with nobody behind them are found at the next occasion.
        for (let shardId = 0; shardId < maxConcurrency; shardId += 1) (await acquireNow(queue, shardId)).release();
        expect(queue.governor.refunded.length + uses.length).toBe(granted);
      }
      for (const [index, use] of uses.entries()) {
        const next = uses.slice(index + 1).find(({ bucket }) => bucket === use.bucket);
        if (next !== undefined) expect(next.at - use.at).toBeGreaterThanOrEqual(SPACING);
      }
    },
  );
  await fc.assert(law, { numRuns: 150 });
});

async function acquireNow(queue: QueueBed, shardId: number): Promise<IdentifyPermit> {
  const permit = queue.acquire(shardId, new AbortController().signal);
  await queue.clock.advance(600_000);
  return await permit;
}

test('16 shards on a real governor whose Discord says op 9 for a day identify 200 times at most', async () => {
  const clock = createTestClock();
  const ledger = createMemoryIdentifyLedger();
  // A generator of its own, so that the day is the same each time.
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const governor = createIdentifyGovernor({ ledger, clock, random, tokenFingerprint: 'f' });
  await governor.open();
  governor.adopt({ total: 1000, remaining: 1000, resetAfter: 86_400_000 });
  const queue = createIdentifyQueue({ clock, random, governor, maxConcurrency: 1, spacingMs: SPACING });
  let identifies = 0;
  const identify = async (shardId: number): Promise<void> => {
    const permit = await queue.acquire(shardId, new AbortController().signal);
    permit.used();
    identifies += 1;
    clock.setTimer(() => {
      governor.failed(shardId);
      clock.setTimer(() => void identify(shardId), 1_000 + 4_000 * random());
    }, 3_000);
  };
  for (let shardId = 0; shardId < 16; shardId += 1) void identify(shardId);
  await clock.advance(86_399_000);
  expect(identifies).toBeLessThanOrEqual(200);
  expect(identifies).toBeGreaterThan(50);
  expect(governor.status.remaining).toBe(1000 - identifies);
});
