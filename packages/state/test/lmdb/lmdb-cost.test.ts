import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readPayload } from '@shardgate/wire';
import { expect, test } from 'vitest';
import { mixedEvents } from '../../../../test/bench/mix/mix.ts';
import { createState } from '../../src/index.ts';
import { createLmdbStore } from '../../src/lmdb/index.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
if (!isLong)
  console.info('cost of the LMDB store: skipped, a figure needs a quiet machine; SHARDGATE_LONG=1 measures it');
const EVENTS = 24_000;
const EVENTS_A_SECOND = 6_000;

test(
  'an event of the typical mix costs at most 12 µs more with an LMDB store',
  { timeout: 120_000 },
  async ({ skip }) => {
    if (!isLong) return skip();
    const messages: Buffer[] = [];
    for (const { t, d } of mixedEvents('typical', 1))
      if (messages.push(Buffer.from(JSON.stringify({ t, s: messages.length + 1, op: 0, d }))) === EVENTS) break;
    const path = await mkdtemp(join(tmpdir(), 'shardgate-lmdb-cost-'));
    const state = createState({ stores: [createLmdbStore({ path })] });
    await state.start(state);
    /** Microseconds an event, of all threads: LMDB writes in one of its own. */
    const cost = async (isApplied: boolean): Promise<number> => {
      const begun = performance.now();
      const before = process.cpuUsage();
      for (let i = 0; i < EVENTS;) {
        for (const end = Math.min(i + 50, EVENTS); i < end; i++) {
          const payload = readPayload(messages[i] ?? Buffer.alloc(0));
          if (isApplied) void state.apply(state, payload, { shardId: 0, shardCount: 1, botId: '1' });
        }
        const isAhead = (): boolean => performance.now() - begun < (i / EVENTS_A_SECOND) * 1_000;
        do await pause(1);
        while (isAhead());
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / EVENTS;
    };
    // Fills the file and warms the code.
    await cost(true);
    const [without, withStore] = [await cost(false), await cost(true)];
    await state.stop(state);
    await rm(path, { recursive: true });
    console.info(
      `CPU per event: ${without.toFixed(1)} µs without a state, ${withStore.toFixed(1)} µs with one in LMDB`,
    );
    expect(withStore - without).toBeLessThanOrEqual(12);
  },
);
