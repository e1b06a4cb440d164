import type { GatewayOptions, WorkerPoolOptions } from '@shardgate/gateway';
import { assertClean } from '@shardgate/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { compareReshard, heard, type Heard } from '../beds/reshard-comparison.ts';
import { createWorkerBed, type WorkerBed } from '../beds/worker-bed.ts';

/** The other two ways take a minute more: for a night. */
const WHOLE = process.env['SHARDGATE_LONG'] === '1';
const WAYS = [
  ['threads', { isolation: 'thread' }, false],
  ['threads whose module has a handler', { isolation: 'thread' }, true],
  ['processes', { isolation: 'process' }, true],
] as const;
if (!WHOLE) console.log('SHARDGATE_LONG=1 reshards over processes, and without a module, too');

const NOTHING_WRONG = { lost: [], doubled: [], reordered: [], joins: [], leaves: [] };

let bed: WorkerBed;
let told: Heard[];
afterEach(() => bed.close());

async function startBed(
  pool: WorkerPoolOptions,
  hasModule: boolean,
  more: Partial<GatewayOptions> = {},
): Promise<void> {
  told = [];
  bed = await createWorkerBed({
    shards: 4,
    hasModule,
    pool: { shardsPerCluster: 2, ...pool },
    gateway: {
      filters: { editedMessages: false },
      handleDiscordPayload: (manager, event, shardId) => void told.push(heard(manager, event, shardId)),
      ...more,
    },
  });
  const { gateway, simulator } = bed;
  await gateway.spawnShards(gateway);
  simulator.configure({ eventsPerSecond: 400 });
  await expect.poll(() => told.length, { timeout: 15_000 }).toBeGreaterThan(400);
}

/** Everything of the world arrived once and in order, and nothing else did. */
async function everythingOnce(): Promise<void> {
  const { simulator } = bed;
  simulator.configure({ eventsPerSecond: 0 });
  await expect.poll(() => compareReshard(simulator, told).lost.length, { timeout: 15_000 }).toBe(0);
  expect(compareReshard(simulator, told)).toEqual(NOTHING_WRONG);
  expect(told.filter(({ t }) => t === 'READY')).toHaveLength(4);
  expect(bed.hookErrors).toEqual([]);
}

describe('resharding with workers', () => {
  it.each(WHOLE ? WAYS : WAYS.slice(1, 2))(
    '4 to 8 to 6 shards over two %s: nothing is lost, doubled, reordered or false',
    { timeout: 90_000 },
    async (_name, pool, hasModule) => {
      await startBed(pool, hasModule);
      const { gateway, simulator } = bed;
      let identifies = 4;
      for (const to of [8, 6]) {
        expect(await gateway.resharder(gateway, { maxShards: to })).toMatchObject({ done: true, to });
        identifies += to;
        expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(identifies);
        expect(gateway.shards.map(({ id, status }) => [id, status])).toEqual(
          Array.from({ length: to }, (_, id) => [id, 'ready']),
        );
        const seats = bed.pool.status().flatMap(({ shards }) => shards.map(({ shardCount }) => shardCount));
        expect(seats).toEqual(Array.from({ length: to }, () => to));
        const before = told.length;
        await expect.poll(() => told.length - before, { timeout: 15_000 }).toBeGreaterThan(400);
      }
      await everythingOnce();
      expect(gateway.cache.guildIds.size).toBe(80);
      assertClean(simulator);
    },
  );

  it(
    'a worker that is lost while the new shards start resumes and identifies what it had',
    { timeout: 90_000 },
    async () => {
      await startBed({}, true);
      const { gateway, simulator } = bed;
      const prepare = gateway.reshardPrepare;
      gateway.reshardPrepare = async (manager, reshard) => {
        reshard.next.events.once('shardReady', () => bed.order(1, 'exit'));
        await prepare(manager, reshard);
      };
      expect(await gateway.resharder(gateway, { maxShards: 8 })).toMatchObject({ done: true });
      expect(bed.losses.map(({ workerId }) => workerId)).toEqual([1]);
      await everythingOnce();
      // A new shard whose worker was lost between IDENTIFY and READY has no session to resume.
      const { length } = simulator.ledger.activity({ kind: 'identify' });
      expect(length).toBeGreaterThanOrEqual(12);
      expect(length).toBeLessThanOrEqual(16);
    },
  );

  it('a worker that is lost at the cut delays it, or is lost after it; no event is', { timeout: 90_000 }, async () => {
    await startBed({}, true);
    const { gateway, simulator } = bed;
    const cut = gateway.reshardCut;
    let cuts = 0;
    gateway.reshardCut = async (manager, reshard) => {
      if (cuts++ === 0) bed.order(2, 'exit');
      await cut(manager, reshard);
    };
    expect(await gateway.resharder(gateway, { maxShards: 8 })).toMatchObject({ done: true });
    await expect.poll(() => bed.losses.map(({ workerId }) => workerId)).toEqual([2]);
    await everythingOnce();
    expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(12);
    assertClean(simulator, { needlessIdentifies: true });
  });

  it(
    'what was still to be sent at the cut is sent, and members that were asked for arrive',
    { timeout: 90_000 },
    async () => {
      await startBed({}, true, { queueResetInterval: 3_000, maxRequestsPerInterval: 10 });
      const { gateway, simulator } = bed;
      const guild = [...(gateway.shards.get(1)?.guilds.ids('available') ?? [])][0] ?? '';
      const sent: Promise<void>[] = [];
      const cut = gateway.reshardCut;
      gateway.reshardCut = async (manager, reshard) => {
        const request = { op: 8, d: { guild_id: guild, query: 'a', limit: 10 } };
        const voice = { op: 4, d: { guild_id: guild, channel_id: null, self_mute: false, self_deaf: false } };
        for (let count = 0; count < 12; count++) sent.push(manager.sendShardMessage(manager, 1, voice));
        sent.push(manager.sendShardMessage(manager, 1, request));
        await cut(manager, reshard);
      };
      expect(await gateway.resharder(gateway, { maxShards: 8 })).toMatchObject({ done: true });
      await Promise.all(sent);
      expect(
        simulator.ledger
          .activity({ kind: 'command' })
          .filter((activity) => activity.kind === 'command' && activity.op === 4),
      ).toHaveLength(12);
      expect(told.some(({ t }) => t === 'GUILD_MEMBERS_CHUNK')).toBe(true);
      await everythingOnce();
    },
  );

  it(
    'a gateway that is stopped meanwhile takes the new shards back and ends its workers',
    { timeout: 60_000 },
    async () => {
      await startBed({}, false);
      const { gateway, pool } = bed;
      const over = new Promise<void>((resolve) => {
        gateway.events.on('reshardProgress', ({ phase }) => {
          if (phase === 'aligning') void gateway.stopGateway(gateway).then(resolve);
        });
      });
      expect(await gateway.resharder(gateway, { maxShards: 8 })).toMatchObject({ done: false });
      await over;
      expect(pool.status().map(({ state, shards }) => [state, shards.length])).toEqual([
        ['idle', 0],
        ['idle', 0],
      ]);
    },
  );
});
