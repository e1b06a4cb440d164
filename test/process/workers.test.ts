import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { assertClean } from '@shardgate/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorkerBed, WORKER_TOKEN, type WorkerBed } from '../beds/worker-bed.ts';

let bed: WorkerBed;
afterEach(() => bed.close());

const spreadOf = ({ pool }: WorkerBed): number[][] =>
  pool.status().map(({ shards }) => shards.map(({ shardId }) => shardId).toSorted((one, other) => one - other));

describe.each(['thread', 'process'] as const)('a pool of workers, each a %s of its own', (isolation) => {
  it('spreads the shards evenly, hands every event over in order and shows the shards as if they were here', async () => {
    bed = await createWorkerBed({ shards: 5, pool: { isolation, shardsPerCluster: 2 } });
    const { gateway, pool, simulator } = bed;
    const ready: number[] = [];
    gateway.events.on('shardReady', ({ shardId }) => ready.push(shardId));
    await gateway.spawnShards(gateway);
    expect(ready.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4]);
    expect(spreadOf(bed)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(new Set(pool.status().map(({ pid }) => pid)).size).toBe(isolation === 'thread' ? 1 : 2);

    simulator.configure({ eventsPerSecond: 400 });
    await expect.poll(() => bed.handled.length, { timeout: 15_000 }).toBeGreaterThan(600);
    await bed.nothingLost();
    const shard = gateway.shards.get(3);
    expect(shard).toMatchObject({ status: 'ready', shardCount: 5 });
    expect(gateway.cache.guildIds.size).toBe(100);
    expect(gateway.cache.loadingGuildIds.size).toBe(0);
    const ofShard = bed.handled.filter(({ shardId }) => shardId === 3);
    await expect.poll(() => shard?.counts.received).toBe(ofShard.length);
    await expect.poll(() => shard?.stored?.seq, { timeout: 5_000 }).toBe(ofShard.at(-1)?.seq);
    expect(shard?.heartbeat.interval).toBeGreaterThan(0);
    expect(bed.hookErrors).toEqual([]);
    assertClean(simulator, { needlessIdentifies: true });
  });

  it('stores what this side has settled as soon as it is checkpointEvents, whatever the worker does', async () => {
    bed = await createWorkerBed({
      shards: 2,
      hasModule: false,
      pool: { isolation },
      gateway: { checkpointInterval: 600_000, checkpointEvents: 50 },
    });
    const { gateway, simulator } = bed;
    await gateway.spawnShards(gateway);
    const storedOf = (): number[] => Array.from(gateway.shards.values(), ({ stored }) => stored?.seq ?? 0);
    const atReady = storedOf();
    simulator.configure({ eventsPerSecond: 400 });
    await expect
      .poll(() => storedOf().every((seq, shardId) => seq > (atReady[shardId] ?? 0) + 100), { timeout: 15_000 })
      .toBe(true);
    await bed.nothingLost();
    const behind = (): number[] =>
      Array.from(gateway.shards.values(), ({ stored, tracker }) => tracker.settled - (stored?.seq ?? 0));
    await expect.poll(() => Math.max(...behind()), { timeout: 5_000 }).toBeLessThan(50);
    expect(bed.hookErrors).toEqual([]);
  });

  it('sends commands, reconnects and identifies on call', async () => {
    bed = await createWorkerBed({ shards: 2, pool: { isolation } });
    const { gateway, simulator } = bed;
    await gateway.spawnShards(gateway);
    await gateway.sendShardMessage(gateway, 1, {
      op: 3,
      d: { since: null, activities: [], status: 'idle', afk: false },
    });
    await expect.poll(() => simulator.ledger.activity({ kind: 'command' })).toMatchObject([{ op: 3 }]);
    await expect(gateway.sendShardMessage(gateway, 1, { op: 99, d: {} })).rejects.toMatchObject({
      code: 'invalidCommand',
    });
    const { sessionId } = gateway.shards.get(1) ?? {};
    await gateway.resume(gateway, 1);
    expect(gateway.shards.get(1)?.sessionId).toBe(sessionId);
    expect(simulator.ledger.activity({ kind: 'resume' })).toHaveLength(1);
    // The bucket is taken for five seconds: once is enough.
    if (isolation === 'process') return;
    await gateway.identify(gateway, 1, 2);
    expect(gateway.shards.get(1)?.sessionId).not.toBe(sessionId);
    expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(3);
  });

  it('lets the module deal with events inside the worker: they do not cross, and are settled all the same', async () => {
    bed = await createWorkerBed({ shards: 2, pool: { isolation }, gateway: { url: 'keep-typing' } });
    const { gateway, simulator } = bed;
    await gateway.spawnShards(gateway);
    simulator.configure({ eventsPerSecond: 300, mix: { TYPING_START: 1, MESSAGE_CREATE: 1 } });
    await expect.poll(() => bed.handled.length, { timeout: 15_000 }).toBeGreaterThan(300);
    await bed.nothingLost(new Set(['TYPING_START']));
    expect(bed.handled.some(({ t }) => t === 'TYPING_START')).toBe(false);
    const last = Math.max(
      ...simulator.ledger
        .dispatches()
        .filter(({ shardId }) => shardId === 0)
        .map(({ seq }) => seq),
    );
    await expect.poll(() => gateway.shards.get(0)?.stored?.seq, { timeout: 5_000 }).toBe(last);
  });

  it('moves a shard to another worker under load: it resumes there and nothing is lost or handed over twice', async () => {
    bed = await createWorkerBed({ shards: 4, pool: { isolation } });
    const { gateway, pool, simulator } = bed;
    await gateway.spawnShards(gateway);
    simulator.configure({ eventsPerSecond: 400 });
    await pool.move(0, 2);
    await pool.move(1, 2);
    expect(spreadOf(bed)).toEqual([[], [0, 1, 2, 3]]);
    expect(await pool.rebalance()).toBe(2);
    expect(spreadOf(bed).map((shards) => shards.length)).toEqual([2, 2]);
    await bed.nothingLost();
    expect(simulator.ledger.activity({ kind: 'resume' })).toHaveLength(4);
    expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(4);
    await expect(pool.move(9, 1)).rejects.toThrow(/shard 9 is in no worker/);
    await expect(pool.move(0, 3)).rejects.toThrow(/worker 3 may not be/);
    assertClean(simulator, { needlessIdentifies: true });
  });
});

it('a gateway that was stopped resumes every shard in its workers, and identifies none', async () => {
  bed = await createWorkerBed({ shards: 4 });
  const { gateway, pool, simulator } = bed;
  await gateway.spawnShards(gateway);
  const threads = pool.status().map(({ threadId }) => threadId);
  await gateway.stopGateway(gateway);
  expect(gateway.shards.map(({ status }) => status)).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
  expect(pool.status()).toMatchObject([
    { state: 'idle', shards: [] },
    { state: 'idle', shards: [] },
  ]);
  simulator.configure({ eventsPerSecond: 200 });
  await gateway.spawnShards(gateway);
  expect(spreadOf(bed)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(pool.status().map(({ threadId }) => threadId)).not.toEqual(threads);
  await bed.nothingLost();
  expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(4);
  expect(simulator.ledger.activity({ kind: 'resume' })).toHaveLength(4);
  expect(gateway.cache.guildIds.size).toBe(80);
  assertClean(simulator, { needlessIdentifies: true });
});

it('an option that changes here changes in the workers: what is ignored now does not cross any more', async () => {
  bed = await createWorkerBed({ shards: 2 });
  const { gateway, simulator } = bed;
  await gateway.spawnShards(gateway);
  gateway.ignoreEvents = new Set(['MESSAGE_CREATE']);
  simulator.configure({ eventsPerSecond: 200, mix: { MESSAGE_CREATE: 1 } });
  await expect.poll(() => gateway.shards.get(0)?.counts.filtered, { timeout: 10_000 }).toBeGreaterThan(10);
  const before = bed.handled.length;
  const filtered = gateway.shards.get(0)?.counts.filtered ?? 0;
  await expect.poll(() => gateway.shards.get(0)?.counts.filtered, { timeout: 10_000 }).toBeGreaterThan(filtered + 20);
  expect(bed.handled).toHaveLength(before);
});

it('the token is in no argument, variable or event of a worker', async () => {
  bed = await createWorkerBed({ shards: 1, pool: { isolation: 'process' } });
  const { gateway, pool } = bed;
  await gateway.spawnShards(gateway);
  const { pid } = pool.status()[0] ?? {};
  const seen = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1')).join('');
  expect(seen).toContain('worker-program');
  expect(seen).not.toContain(WORKER_TOKEN);
  expect(inspect([gateway.shards.get(0), pool, pool.status()], { depth: 6, showHidden: true })).not.toContain(
    WORKER_TOKEN,
  );
});
