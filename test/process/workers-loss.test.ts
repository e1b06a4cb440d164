import { setTimeout as wait } from 'node:timers/promises';
import { assertClean, compareDeliveries } from '@shardgate/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorkerBed, nextPoolEvent, type Deed, type WorkerBed } from '../beds/worker-bed.ts';

const SHARDS = 4;
const LONG = process.env['SHARDGATE_LONG'] !== undefined;
const KILLING_MS = LONG ? 60_000 : 8_000;
if (!LONG) console.log('workers are killed for 8 seconds; for a minute with SHARDGATE_LONG=1');

let bed: WorkerBed;
afterEach(() => bed.close());

/** Every shard has resumed since, none has identified, and what was sent has arrived once. */
async function recovered(): Promise<void> {
  const { gateway, simulator } = bed;
  await expect
    .poll(() => gateway.shards.map(({ status }) => status), { timeout: 20_000 })
    .toEqual(Array.from({ length: SHARDS }, () => 'ready'));
  await bed.nothingLost();
  expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(SHARDS);
  assertClean(simulator, { needlessIdentifies: true });
}

describe('a worker that goes wrong', () => {
  it.each([
    ['loop', 'hung'],
    ['exit', 'exit'],
    ['throw', 'exit'],
    ['memory', 'memory'],
  ] as const satisfies readonly (readonly [Deed, string])[])(
    'by %s is noticed within a second, and its shards resume in a fresh one',
    { timeout: 60_000 },
    async (deed, cause) => {
      bed = await createWorkerBed({ shards: SHARDS, pool: deed === 'memory' ? { maxMemoryMb: 64 } : {} });
      const { gateway, pool, simulator } = bed;
      await gateway.spawnShards(gateway);
      simulator.configure({ eventsPerSecond: 200 });
      const lost = nextPoolEvent(pool, 'workerLost');
      const ordered = performance.now();
      bed.order(2, deed);
      expect(await lost).toMatchObject({ workerId: 2, cause, shardIds: [2, 3], retryInMs: 0 });
      // Filling the memory takes a while; from then on it is a message.
      if (deed !== 'memory') expect(performance.now() - ordered).toBeLessThan(1_000 + 300);
      await recovered();
      expect(bed.losses).toHaveLength(1);
    },
  );

  it('is a process that was killed', async () => {
    bed = await createWorkerBed({ shards: SHARDS, pool: { isolation: 'process' } });
    const { gateway, pool, simulator } = bed;
    await gateway.spawnShards(gateway);
    simulator.configure({ eventsPerSecond: 200 });
    const lost = nextPoolEvent(pool, 'workerLost');
    process.kill(pool.status()[0]?.pid ?? 0, 'SIGKILL');
    expect(await lost).toMatchObject({ workerId: 1, cause: 'exit', shardIds: [0, 1] });
    await recovered();
  });

  it('while its events are still under way: what comes again is dropped, and settled when the first one is', async () => {
    const open: (() => void)[] = [];
    bed = await createWorkerBed({
      shards: SHARDS,
      gateway: {
        handleDiscordPayload: (manager, { s, t }, shardId) => {
          bed.handled.push({ sessionId: manager.shards.get(shardId)?.sessionId ?? '', seq: s, shardId, t });
          return new Promise<void>((resolve) => open.push(resolve));
        },
      },
    });
    const { gateway, pool, simulator } = bed;
    await gateway.spawnShards(gateway);
    simulator.configure({ eventsPerSecond: 200 });
    await expect.poll(() => bed.handled.length, { timeout: 15_000 }).toBeGreaterThan(200);
    const lost = nextPoolEvent(pool, 'workerLost');
    bed.order(1, 'exit');
    await lost;
    await recovered();
    for (const shard of gateway.shards.values()) expect(shard.tracker.settled).toBe(0);
    for (const resolve of open) resolve();
    const shard = gateway.shards.get(0);
    expect(shard?.counts.duplicates).toBeGreaterThan(0);
    await expect.poll(() => shard?.stored?.seq, { timeout: 5_000 }).toBe(shard?.tracker.received);
  });

  it('may hand over damaged data: who reads it here has the session resumed there, and the event comes again', async () => {
    bed = await createWorkerBed({
      shards: SHARDS,
      gateway: {
        url: 'damage-once',
        handleDiscordPayload: (manager, { s, t, d }, shardId) => {
          expect(d).toBeDefined();
          bed.handled.push({ sessionId: manager.shards.get(shardId)?.sessionId ?? '', seq: s, shardId, t });
        },
      },
    });
    const { gateway, simulator } = bed;
    const errors: string[] = [];
    gateway.events.on('protocolError', ({ code }) => errors.push(code));
    await gateway.spawnShards(gateway);
    simulator.configure({ eventsPerSecond: 300 });
    // Each worker's first message is damaged.
    await expect.poll(() => simulator.ledger.activity({ kind: 'resume' }).length, { timeout: 15_000 }).toBe(2);
    await recovered();
    expect(errors).toEqual(['malformedPayload', 'malformedPayload']);
    expect(bed.hookErrors).toEqual([]);
  });

  it('while its module still works on events: those come again, though later ones had crossed already', async () => {
    bed = await createWorkerBed({ shards: SHARDS, gateway: { url: 'take-time' } });
    const { gateway, pool, simulator, handled } = bed;
    await gateway.spawnShards(gateway);
    simulator.configure({ eventsPerSecond: 400 });
    await expect.poll(() => handled.length, { timeout: 15_000 }).toBeGreaterThan(400);
    const lost = nextPoolEvent(pool, 'workerLost');
    bed.order(1, 'exit');
    await lost;
    await expect.poll(() => gateway.shards.filter(({ ready }) => ready).size, { timeout: 15_000 }).toBe(SHARDS);
    const before = handled.length;
    await expect.poll(() => handled.length - before, { timeout: 15_000 }).toBeGreaterThan(400);
    simulator.configure({ eventsPerSecond: 0 });
    const sent = simulator.ledger.dispatches().filter(({ t }) => t !== 'RESUMED');
    await expect.poll(() => handled.length, { timeout: 5_000 }).toBe(sent.length);
    expect(compareDeliveries(sent, handled).lost).toEqual([]);
    const received = gateway.shards.get(0)?.tracker.received ?? 0;
    await expect.poll(() => gateway.shards.get(0)?.stored?.seq, { timeout: 5_000 }).toBe(received);
    expect(bed.hookErrors).toEqual([]);
  });

  it('whose module cannot be loaded is tried again, and says why', async () => {
    bed = await createWorkerBed({ shards: 1, pool: { module: new URL('./there-is-none.mjs', import.meta.url) } });
    const { pool } = bed;
    await expect(pool.start(1)).rejects.toThrow(/there-is-none/);
    expect(bed.losses).toMatchObject([{ cause: 'start' }]);
    // Now it is down; asked for again it is tried again.
    await expect(pool.start(1)).rejects.toThrow(/there-is-none/);
    const [started] = await Promise.allSettled([pool.start(1), pool.stop()]);
    expect(String((started as PromiseRejectedResult).reason)).toMatch(/was stopped/);
  });
});

it.each(['thread', 'process'] as const)(
  'workers killed every second under load, each a %s: nothing is lost and no shard identifies',
  { timeout: KILLING_MS + 60_000 },
  async (isolation) => {
    bed = await createWorkerBed({
      shards: SHARDS,
      pool: { isolation },
      simulator: { replayLimit: 3_500 },
    });
    const { gateway, pool, simulator } = bed;
    await gateway.spawnShards(gateway);
    simulator.configure({ eventsPerSecond: 400 });
    const endsAt = performance.now() + KILLING_MS;
    for (let turn = 0; performance.now() < endsAt; turn++) {
      const up = pool.status().filter(({ state }) => state === 'running');
      const victim = up[turn % Math.max(1, up.length)];
      if (victim !== undefined && isolation === 'process') process.kill(victim.pid ?? 0, 'SIGKILL');
      else if (victim !== undefined) bed.order(victim.workerId, 'exit');
      // The beat of the test, not a wait for anything.
      await wait(1_000);
    }
    console.log(`${bed.losses.length} workers were killed, each a ${isolation}; ${bed.handled.length} events so far`);
    expect(bed.losses.length).toBeGreaterThan(KILLING_MS / 1_000 / 4);
    await recovered();
  },
);
