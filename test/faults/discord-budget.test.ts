import { fetchGatewayBot } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { activityOf, createFaultBed, dials, doctored, endAfterKill, endUnharmed, endWithGaps } from './outcome.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('D27 and D28 /gateway/bot that fails', () => {
  it('D27 401 at the start is fatal: no dial, and the next 10 processes do not even ask', async () => {
    let asked = 0;
    const bed = createFaultBed(
      {},
      {
        fetchGatewayBot: (gateway) => {
          asked += 1;
          return fetchGatewayBot(gateway);
        },
      },
    );
    bed.simulator.fault({ kind: 'rest', status: 401 });
    const first = bed.start();
    await expect(first.gateway.spawnShards(first.gateway)).rejects.toMatchObject({ code: 'tokenRejected' });
    for (let life = 0; life < 10; life++) {
      bed.life.kill();
      bed.start();
      await bed.advance(HOUR_MS);
    }
    expect(asked).toBe(1);
    expect(dials(bed.simulator)).toBe(0);
    bed.clean();
    await bed.end();
  });

  it('D27 401 while shards run: those that run go on, and no identify is sent with that token', async () => {
    const bed = createFaultBed({ shards: 4, maxConcurrency: 4 });
    await bed.ready();
    await bed.advance(6 * MINUTE_MS);
    bed.simulator.fault({ kind: 'rest', status: 401 });
    bed.simulator.fault({ kind: 'close', code: 4007, endSession: true, shard: 0 });
    await bed.advance(HOUR_MS);
    expect(bed.identifies()).toBe(4);
    expect(bed.told('shardFatal')[0]).toMatchObject({ code: 'tokenRejected' });
    bed.clean();
    await bed.end();
  });

  const troubles = [
    ['429', { status: 429, retryAfterMs: 3_000 }],
    ['a Cloudflare 429', { status: 429, html: true }],
    ['500', { status: 500 }],
    ['503 as a page', { status: 503, html: true }],
    ['a page with status 200', { status: 200, html: true }],
    ['an answer after a minute', { delayMs: MINUTE_MS }],
  ] as const;

  it.each(troubles)(
    'D28 %s: what runs goes on, what is stored is resumed at once, and a new bot starts when REST answers',
    async (_what, trouble) => {
      const bed = createFaultBed({ shards: 3, maxConcurrency: 3 });
      bed.simulator.fault({ kind: 'rest', ...trouble, forMs: 10 * MINUTE_MS });
      bed.start();
      await bed.until('ready', bed.allReady, 13 * MINUTE_MS);
      bed.simulator.clearFaults();
      await bed.advance(10_000);
      bed.simulator.fault({ kind: 'rest', ...trouble });
      bed.simulator.fault({ kind: 'drop' });
      await bed.until('noticed', () => !bed.allReady());
      await bed.until('resumed', bed.allReady, 30_000);
      await bed.advance(2_000);
      bed.life.kill();
      const restartedAt = bed.clock.now();
      bed.start();
      await bed.until('resumed by the next process', bed.allReady, 30_000 + ('delayMs' in trouble ? MINUTE_MS : 0));
      if (!('delayMs' in trouble)) expect(bed.clock.now() - restartedAt).toBeLessThan(15_000);
      expect([bed.identifies(), bed.resumes()]).toEqual([3, 6]);
      await endAfterKill(bed);
    },
  );

  it('D28 without a reading of REST nothing is identified once little more than the reserve is left; resumes go on', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 });
    bed.simulator.setIdentifyRemaining(190);
    await bed.ready();
    await bed.advance(6 * MINUTE_MS);
    bed.simulator.fault({ kind: 'rest', status: 500 });
    bed.simulator.fault({ kind: 'close', code: 4007, endSession: true, shard: 0 });
    await bed.advance(HOUR_MS);
    expect(bed.identifies(), '188 are left, the reserve is 100').toBe(2);
    bed.simulator.fault({ kind: 'drop', shard: 1 });
    await bed.advance(10_000);
    expect(bed.gateway.shards.get(1)?.ready).toBe(true);
    expect(bed.told('gatewayBotError').length).toBeGreaterThan(3);
    expect(bed.told('gatewayBotError').length, 'asked with back-off').toBeLessThan(400);
    bed.simulator.clearFaults();
    await bed.until('ready anew', bed.allReady, 5 * MINUTE_MS);
    await endWithGaps(bed);
  });

  it('D28 without a reading of REST our own count is enough while there is plenty', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 });
    await bed.ready();
    await bed.advance(6 * MINUTE_MS);
    bed.simulator.fault({ kind: 'rest', status: 500 });
    bed.simulator.fault({ kind: 'close', code: 4007, endSession: true, shard: 0 });
    await bed.until('noticed', () => !bed.allReady());
    await bed.until('ready anew', bed.allReady);
    await endWithGaps(bed);
  });
});

describe('D29 a budget that is used up', () => {
  it.each([0, 1, 100])(
    'D29 with %i identifies left and 100 in reserve nothing starts before the window is over, in this process or the next; resumes go on',
    async (left) => {
      const bed = createFaultBed({ shards: 2, maxConcurrency: 2, eventsPerSecond: 0 }, { checkpointInterval: 30_000 });
      await bed.ready();
      await bed.advance(60_000);
      bed.simulator.setIdentifyRemaining(left);
      await bed.advance(6 * MINUTE_MS);
      bed.simulator.fault({ kind: 'close', code: 4007, endSession: true, shard: 0 });
      bed.simulator.fault({ kind: 'drop', shard: 1 });
      await bed.advance(10 * MINUTE_MS);
      expect(bed.told('identifyRefused')).toMatchObject([{ shardId: 0, reason: 'reserve' }]);
      expect(bed.gateway.shards.get(1)?.ready).toBe(true);
      bed.life.kill();
      bed.start();
      await bed.advance(10 * HOUR_MS);
      expect(bed.gateway.shards.get(1)?.ready).toBe(true);
      expect(bed.identifies()).toBe(2);
      await bed.until('the window is over', bed.allReady, DAY_MS);
      expect(bed.identifies()).toBe(3);
      expect(bed.clock.now()).toBeGreaterThan(DAY_MS);
      bed.clean();
      await bed.end();
    },
  );

  it('D29 with three above the reserve, three of five shards start and two wait for the window', async () => {
    const bed = createFaultBed({ shards: 5, maxConcurrency: 1, eventsPerSecond: 0 }, { checkpointInterval: 30_000 });
    bed.simulator.setIdentifyRemaining(103);
    bed.start();
    await bed.advance(12 * HOUR_MS);
    expect(bed.identifies()).toBe(3);
    expect(Array.from(bed.gateway.shards.values()).filter(({ ready }) => ready)).toHaveLength(3);
    expect(bed.told('identifyBudget').at(-1)).toMatchObject({ remaining: 100, reserve: 100 });
    await bed.until('all ready', bed.allReady, DAY_MS);
    expect(bed.identifies()).toBe(5);
    await endUnharmed(bed);
  });
});

describe('D30 figures that change', () => {
  it.each([
    [1, 4],
    [4, 1],
  ])('D30 max_concurrency that goes from %i to %i is adopted at the next wave', async (before, after) => {
    const bed = createFaultBed({ shards: 8, maxConcurrency: before });
    await bed.ready();
    bed.simulator.configure({ maxConcurrency: after });
    await bed.advance(6 * MINUTE_MS);
    bed.simulator.fault({ kind: 'close', code: 4007, endSession: true });
    await bed.until('noticed', () => !bed.allReady());
    const start = bed.clock.now();
    await bed.until('ready anew', bed.allReady);
    const waves = Math.ceil(8 / after);
    expect(bed.clock.now() - start).toBeGreaterThan((waves - 1) * 5_000);
    expect(bed.clock.now() - start).toBeLessThan(waves * 5_250 + 3_000);
    expect(bed.gateway.maxConcurrency).toBe(after);
    await endWithGaps(bed);
  });

  it('D30 a recommendation for more shards moves no shard that runs, and no stored session', async () => {
    const bed = createFaultBed({ shards: 4, maxConcurrency: 4 });
    await bed.ready();
    bed.simulator.configure({ shards: 16, identifyTotal: 2_000 });
    await bed.advance(6 * MINUTE_MS);
    bed.simulator.fault({ kind: 'close', code: 4007, endSession: true, shard: 1 });
    await bed.until('noticed', () => !bed.allReady());
    await bed.until('ready anew', bed.allReady);
    expect(activityOf(bed.simulator, 'identify').at(-1)?.shard).toEqual([1, 4]);
    expect([bed.gateway.shardsRecommended, bed.gateway.sessionStartLimitTotal, bed.gateway.maxShards]).toEqual([
      16, 2_000, 4,
    ]);
    await bed.advance(2_000);
    bed.life.kill();
    await bed.ready();
    expect([bed.gateway.maxShards, bed.identifies(), bed.resumes()]).toEqual([4, 5, 4]);
    bed.clean();
    await bed.end();
  });
});

describe('D31 an outage', () => {
  it('D31 a thousand guilds that go down and come back, three times, are just data', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2, guilds: 1_000 });
    await bed.ready();
    await bed.advance(10_000);
    for (let round = 0; round < 3; round++) {
      expect(bed.simulator.guilds.outage()).toBe(1_000);
      await bed.advance(30_000);
      expect(
        Array.from(bed.gateway.shards.values(), ({ unavailableGuildIds }) => unavailableGuildIds.size).reduce(
          (a, b) => a + b,
        ),
      ).toBe(1_000);
      expect(bed.simulator.guilds.recover()).toBe(1_000);
      await bed.advance(30_000);
      expect(Array.from(bed.gateway.shards.values(), ({ unavailableGuildIds }) => unavailableGuildIds.size)).toEqual([
        0, 0,
      ]);
    }
    expect(bed.gateway.cache.guildIds.size).toBe(1_000);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });

  it('D31 guilds that are down at READY do not keep the shard from being loaded', async () => {
    const bed = createFaultBed({ guilds: 20 });
    bed.simulator.guilds.outage(bed.simulator.guilds.ids({ limit: 5 }));
    await bed.ready();
    await bed.until('loaded', () => bed.told('guildsLoaded').length === 1, 10_000);
    expect(bed.told('guildsLoaded')).toMatchObject([{ available: 15, unavailable: 5 }]);
    await endUnharmed(bed);
  });

  it('D31 a guild of READY that never comes keeps nobody waiting: ready is ready, events flow', async () => {
    const bed = createFaultBed({ guilds: 5 });
    const missing = bed.simulator.guilds.ids({ limit: 1 })[0] ?? '';
    // Another, unknown, number of the same sequence: a hole would be a loss.
    await bed.ready(
      doctored(bed, (text) =>
        text.includes('"t":"GUILD_CREATE"') && text.includes(`"id":"${missing}"`)
          ? text.replace('"t":"GUILD_CREATE"', '"t":"SOMETHING_NEW"')
          : text,
      ),
    );
    await bed.advance(10 * MINUTE_MS);
    expect([...bed.gateway.cache.loadingGuildIds]).toEqual([BigInt(missing)]);
    expect(bed.told('spawnProgress').at(-1)).toMatchObject({ ready: 1, total: 1 });
    expect(bed.received.length).toBeGreaterThan(1_000);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });
});
