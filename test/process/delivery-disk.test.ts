import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { assertClean, compareDeliveries, type Simulator } from '@shardgate/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessDiscord, DELIVERY_TOKEN, dispatchedEvents } from '../beds/delivery-discord.ts';
import { endProcesses, readHandled, startBot, startGateway } from '../beds/delivery-processes.ts';

/** What comes while the disk refuses stays below `maxInFlight` of each shard: above it shards would pause whatever room there is. */
const RATE = 500;
const SHARDS = 4;
/** Several beats of a heart that beats every second. */
const BROKEN_MS = 4_000;

let folder = '';
let simulator: Simulator;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-disk-'));
});

afterEach(async () => {
  await endProcesses();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const beats = (): number => simulator.ledger.activity({ kind: 'heartbeat' }).length;

describe('a disk that refuses', () => {
  // What waits for it: less than comes meanwhile, so that the gateway has to pause its shards; or all of it.
  it.each([
    ['ENOSPC', 'write', 512 * 1024],
    ['ENOSPC', 'write', 32 * 2 ** 20],
    ['EIO', 'sync', 512 * 1024],
    ['EIO', 'sync', 32 * 2 ** 20],
    ['EIO', 'create', 32 * 2 ** 20],
  ])(
    '%s of %s with room for %i bytes: hearts beat on, and nothing is lost',
    { timeout: 150_000 },
    async (code, only, maxPendingBytes) => {
      // A shard that is paused for longer than a beat gives its connection up, as it should; here none is.
      const pauses = maxPendingBytes < 2 ** 20;
      const heartbeatIntervalMs = pauses ? 41_250 : 1_000;
      simulator = createProcessDiscord({ shards: SHARDS, heartbeatIntervalMs, heartbeatSlackMs: 2_000 });
      const { apiUrl } = await simulator.start();
      const gateway = startGateway({
        apiUrl,
        token: DELIVERY_TOKEN,
        folder,
        sinks: [{ kind: 'unix', name: 'stream' }],
        journal: { maxPendingBytes, segmentBytes: 256 * 1024 },
        delivery: { journalAfterMs: 0, maxMemoryBytes: 1_000_000 },
      });
      const [url = ''] = await gateway.ready;
      simulator.configure({ eventsPerSecond: RATE });
      await expect
        .poll(async () => (await gateway.status()).counts.journaled, { timeout: 10_000 })
        .toBeGreaterThan(RATE);

      gateway.send({ type: 'break', code, only: [only] });
      await expect.poll(async () => (await gateway.status()).journal?.health, { timeout: 10_000 }).not.toBe('ok');
      const before = beats();
      await pause(BROKEN_MS);
      expect(beats() - before, 'heartbeats while the disk refused').toBeGreaterThanOrEqual(
        pauses ? 0 : SHARDS * (BROKEN_MS / 1_000 - 1),
      );
      const broken = await gateway.status();
      expect(broken.journal?.health).not.toBe('ok');
      expect(broken.shards.map(({ ready }) => ready)).toEqual(Array.from({ length: SHARDS }, () => true));

      gateway.send({ type: 'break', code: null });
      await expect.poll(async () => (await gateway.status()).journal?.health, { timeout: 35_000 }).toBe('ok');
      simulator.configure({ eventsPerSecond: 0 });
      const settled = async (): Promise<unknown> => {
        const { journal, shards } = await gateway.status();
        return [
          journal?.pendingRecords,
          ...shards.map(({ ready, inFlightEvents }) => (ready ? inFlightEvents : 'away')),
        ];
      };
      await expect.poll(settled, { timeout: 60_000 }).toEqual([0, ...Array.from({ length: SHARDS }, () => 0)]);

      startBot({ url, folder, name: 'bot' });
      const compared = (): ReturnType<typeof compareDeliveries> =>
        compareDeliveries(dispatchedEvents(simulator), readHandled(folder, 'bot'));
      await expect.poll(() => compared().lost.length, { timeout: 20_000, interval: 250 }).toBe(0);
      const { unknown, reordered, duplicated } = compared();
      expect([unknown, reordered, duplicated].map(({ length }) => length)).toEqual([0, 0, 0]);
      const { troubles, lanes } = await gateway.status();
      expect(troubles.filter(({ name }) => name !== 'overflow')).toEqual([]);
      expect(lanes.map(({ lag }) => lag)).toEqual(Array.from({ length: SHARDS }, () => 0));
      console.log(
        `disk: ${JSON.stringify({ code, only, maxPendingBytes, events: dispatchedEvents(simulator).length, overflow: troubles.length, resumes: simulator.ledger.activity({ kind: 'resume' }).length, pendingWhileBroken: broken.journal?.pendingBytes })}`,
      );
      assertClean(simulator, { needlessIdentifies: true });
    },
  );
});
