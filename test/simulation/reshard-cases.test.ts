import { createMemorySessionStore } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { createReshardBed } from '../beds/reshard-bed.ts';

const NOTHING_WRONG = { lost: [], doubled: [], reordered: [], joins: [], leaves: [] };
const SMALL = { shards: 4, maxConcurrency: 4, guilds: 40, eventsPerSecond: 40 };

/** Hours of virtual time, seconds of a machine that has nothing else to do. */
const TIMEOUT = { timeout: 120_000 };

describe('a reshard that cannot be', TIMEOUT, () => {
  it('spends nothing when the budget does not have all identifies beyond its reserve', async () => {
    const bed = createReshardBed(SMALL);
    await bed.ready({ maxShards: 4 }, 300_000);
    bed.simulator.setIdentifyRemaining(105);
    await bed.advance(6_000);
    const result = await bed.reshard(8);
    expect(result).toMatchObject({ done: false, from: 4, to: 8 });
    expect(result.reason).toMatch(/8 identifies are needed, and of the 105 that are left 100 are kept in reserve/);
    expect(bed.identifies()).toBe(4);
    await bed.end();
  });

  it.each([
    [{ maxShards: 4 }, /4 shards already/],
    [{ maxShards: 0 }, /expected a whole number of 1 or more, got 0/],
    [{ maxShards: 8, firstShardId: 8 }, /firstShardId 8/],
  ] as const)('%o is refused, with the reason', async (request, reason) => {
    const bed = createReshardBed(SMALL);
    await bed.ready({ maxShards: 4 }, 300_000);
    const result = bed.gateway.resharder(bed.gateway, request);
    await bed.advance(1_000);
    expect((await result).reason).toMatch(reason);
    expect(bed.told('reshardProgress')).toEqual([]);
    await bed.end();
  });

  it('is taken back without a trace when the budget runs out on the way', async () => {
    const bed = createReshardBed({ ...SMALL, maxConcurrency: 1 });
    await bed.ready({ maxShards: 4 }, 300_000);
    const result = bed.gateway.resharder(bed.gateway, { maxShards: 8 });
    await bed.advance(12_000);
    bed.simulator.setIdentifyRemaining(100);
    await bed.gateway.fetchGatewayBot(bed.gateway);
    bed.gateway.runtime.governor.adopt({ total: 1000, remaining: 100, resetAfter: 80_000_000 });
    await bed.until('it is over', () => bed.gateway.runtime.reshard === undefined, 600_000);
    expect((await result).reason).toMatch(/no more identifies are to be had \(reserve\)/);
    await expectUntouched(bed);
  });

  it('is taken back when Discord refuses one new shard for good, and the others live on', async () => {
    const bed = createReshardBed({ ...SMALL, maxConcurrency: 1 });
    await bed.ready({ maxShards: 4 }, 300_000);
    bed.simulator.configure({ requiredShardMultiple: 3 });
    expect((await bed.reshard(8)).reason).toMatch(/Discord closed with 4010/);
    bed.simulator.configure({ requiredShardMultiple: 1 });
    await expectUntouched(bed);
  });

  it('is taken back when a consumer stalls, and its events wait for it', async () => {
    let stalled = false;
    const waiting: (() => void)[] = [];
    const bed = createReshardBed(SMALL, {
      handleDiscordPayload: () => (stalled ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined),
    });
    await bed.ready({ maxShards: 4 }, 300_000);
    await bed.advance(3_000);
    stalled = true;
    const result = await bed.reshard(8);
    expect(result.reason).toMatch(/were not settled within 10000 ms: is a consumer stalled\?/);
    expect(bed.gateway.maxShards).toBe(4);
    stalled = false;
    for (const settle of waiting) settle();
    bed.simulator.configure({ eventsPerSecond: 0 });
    await bed.advance(10_000);
    for (const shard of bed.gateway.shards.values()) expect(shard.inFlightEvents).toBe(0);
    await bed.end();
  });

  it('is taken back when the gateway stops, and the next process has the old shards', async () => {
    const bed = createReshardBed({ ...SMALL, maxConcurrency: 1 });
    await bed.ready({ maxShards: 4 }, 300_000);
    const result = bed.gateway.resharder(bed.gateway, { maxShards: 8 });
    await bed.advance(12_000);
    const stopped = bed.gateway.stopGateway(bed.gateway);
    await bed.advance(25_000);
    await stopped;
    expect((await result).done).toBe(false);
    bed.start({ maxShards: 4 });
    await bed.until('ready again', bed.allReady, 300_000);
    await expectUntouched(bed);
  });

  it.each(['reshardNeeded', 'reshardPrepare', 'reshardReady', 'reshardCut'] as const)(
    'is taken back when %s throws, rejects or hangs',
    async (name) => {
      for (const failing of [
        () => {
          throw new Error('override failed');
        },
        () => Promise.reject(new Error('override failed')),
        () => new Promise<never>(() => {}),
      ]) {
        const bed = createReshardBed({ ...SMALL, eventsPerSecond: 2 }, { [name]: failing });
        await bed.ready({ maxShards: 4 }, 300_000);
        const result = bed.gateway.resharder(bed.gateway, name === 'reshardNeeded' ? {} : { maxShards: 8 });
        await bed.until('it is over', () => bed.gateway.runtime.reshard === undefined, 7_200_000);
        expect((await result).reason).toMatch(/override failed|took longer/);
        await expectUntouched(bed);
      }
    },
  );
});

async function expectUntouched(bed: ReturnType<typeof createReshardBed>): Promise<void> {
  bed.simulator.configure({ eventsPerSecond: 0 });
  await bed.advance(10_000);
  expect(bed.gateway.maxShards).toBe(4);
  expect([...bed.gateway.shards.keys()]).toEqual([0, 1, 2, 3]);
  expect(bed.judge()).toEqual(NOTHING_WRONG);
  expect((await bed.store.load()).map(({ shardCount }) => shardCount)).toEqual([4, 4, 4, 4]);
  for (const shard of bed.gateway.shards.values()) expect(shard.inFlightEvents).toBe(0);
  await bed.end();
}

describe('a reshard', TIMEOUT, () => {
  it('lets the methods of the user do its parts', async () => {
    const called: string[] = [];
    const bed = createReshardBed(SMALL);
    await bed.ready({ maxShards: 4 }, 300_000);
    for (const name of ['reshardPrepare', 'reshardReady', 'reshardCut', 'reshardClose'] as const) {
      const original = bed.gateway[name] as (...args: unknown[]) => unknown;
      Object.assign(bed.gateway, {
        [name]: (...args: unknown[]) => {
          called.push(name);
          return original(...args);
        },
      });
    }
    expect(await bed.reshard(8)).toMatchObject({ done: true });
    expect([...new Set(called)]).toEqual(['reshardPrepare', 'reshardReady', 'reshardCut', 'reshardClose']);
    await bed.end();
  });

  it('goes on with joins and leaves that fall into it, each told once', async () => {
    const bed = createReshardBed(SMALL);
    await bed.ready({ maxShards: 4 }, 300_000);
    const result = bed.gateway.resharder(bed.gateway, { maxShards: 8 });
    const left: string[] = [];
    while (bed.gateway.runtime.reshard !== undefined) {
      bed.simulator.guilds.join(1);
      const [id] = bed.simulator.guilds.ids({ limit: 1 });
      if (id !== undefined) {
        left.push(id);
        bed.simulator.guilds.leave(id);
      }
      await bed.advance(700);
    }
    expect(await result).toMatchObject({ done: true });
    await bed.advance(10_000);
    const { joins, leaves, ...others } = bed.judge();
    expect(others).toEqual({ lost: [], doubled: [], reordered: [] });
    expect(leaves.toSorted()).toEqual(left.toSorted());
    expect(joins).toHaveLength(left.length);
    expect(new Set(joins).size).toBe(joins.length);
    await bed.end();
  });

  it('tries the cut again when a new shard began another session meanwhile, which lacks what the old ones hold back', async () => {
    const bed = createReshardBed({ ...SMALL, eventsPerSecond: 200 });
    await bed.ready({ maxShards: 4 }, 300_000);
    const { reshardCut, sessionStore } = bed.gateway;
    let cuts = 0;
    bed.gateway.reshardCut = async (gateway, reshard) => {
      if (++cuts > 1) return reshardCut(gateway, reshard);
      bed.simulator.fault({ kind: 'invalid-session', shard: 6, resumable: false });
      // Long enough for the shard to be ready again.
      const slow = new Promise<void>((resolve) => bed.clock.setTimer(resolve, 8_000));
      gateway.sessionStore = {
        ...sessionStore,
        save: (checkpoints) => slow.then(() => sessionStore.save(checkpoints)),
      };
      await reshardCut(gateway, reshard).finally(() => {
        gateway.sessionStore = sessionStore;
      });
    };
    expect(await bed.reshard(8)).toMatchObject({ done: true });
    expect(cuts).toBe(2);
    bed.simulator.configure({ eventsPerSecond: 0 });
    await bed.advance(10_000);
    expect(bed.judge()).toEqual(NOTHING_WRONG);
    await bed.end();
  });

  it('keeps what was asked of the old shards: members, presence, commands that wait', async () => {
    const bed = createReshardBed(SMALL);
    await bed.ready({ maxShards: 4 }, 300_000);
    const { gateway } = bed;
    await gateway.sendShardMessage(gateway, 1, {
      op: 3,
      d: { status: 'idle', since: null, activities: [], afk: false } as never,
    });
    const guild = bed.simulator.guilds.ids({ shardId: 1, shardCount: 4, limit: 1 })[0] ?? '';
    const { reshardCut } = gateway;
    gateway.reshardCut = async (manager, reshard) => {
      // Asked of an old shard at the last moment.
      void manager.sendShardMessage(manager, 1, {
        op: 8,
        d: { guild_id: guild, query: 'a', limit: 10, nonce: 'late' },
      });
      return reshardCut(manager, reshard);
    };
    expect(await bed.reshard(8)).toMatchObject({ done: true });
    await bed.advance(5_000);
    const chunks = bed.events.filter(({ t }) => t === 'GUILD_MEMBERS_CHUNK');
    expect(chunks.map(({ shardCount }) => shardCount)).toEqual(chunks.map(() => 4));
    expect(chunks.length).toBeGreaterThan(0);
    const presences = gateway.shards.filter((shard) => shard.presence !== undefined).map((shard) => shard.id);
    expect(presences).toEqual([1, 5]);
    await bed.end();
  });

  it('comes by itself when the guilds fill the shards, and only then', async () => {
    const bed = createReshardBed({ ...SMALL, shards: 2, guilds: 60, eventsPerSecond: 5 });
    await bed.ready({ maxShards: 1, reshardCheckInterval: 60_000, reshardPercentage: 2 }, 300_000);
    await bed.until('it has resharded', () => bed.told('reshardClosed').length > 0, 600_000);
    expect(bed.gateway.maxShards).toBe(2);
    await bed.advance(300_000);
    expect(bed.told('reshardClosed')).toHaveLength(1);
    await bed.end();
  });

  it('outlives a restart under the same configuration, and gives way to another one', async () => {
    const store = createMemorySessionStore();
    const bed = createReshardBed(SMALL, { sessionStore: store });
    await bed.ready({ maxShards: 4 }, 300_000);
    await bed.reshard(8);
    await bed.advance(5_000);
    bed.life.kill();
    await bed.advance(500);
    const before = bed.identifies();
    bed.start({ maxShards: 4 });
    await bed.until('ready again', bed.allReady, 300_000);
    expect([bed.gateway.maxShards, bed.identifies()]).toEqual([8, before]);
    bed.life.kill();
    await bed.advance(500);
    bed.start({ maxShards: 2 });
    await bed.until('ready again', bed.allReady, 300_000);
    expect([bed.gateway.maxShards, bed.identifies()]).toEqual([2, before + 2]);
    await bed.end();
  });
});
