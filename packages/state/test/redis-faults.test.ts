import { setTimeout as wait } from 'node:timers/promises';
import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { describe, expect, test } from 'vitest';
import type { RedisServer } from '../../../test/services/redis.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import {
  createMemoryStore,
  createState,
  ENTITY_KINDS,
  type State,
  type StateOptions,
  type Store,
} from '../src/index.ts';
import { createRedisStore } from '../src/redis/index.ts';
import { NaiveModel } from './model/naive-model.ts';
import { randomEvents, type ModelEvent } from './model/random-events.ts';
import { redisBed } from './redis-bed.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
const PAUSE_MS = isLong ? 60_000 : 3_000;
if (!isLong) console.info(`Redis is paused for ${PAUSE_MS} ms; 60,000 with SHARDGATE_LONG=1`);
/** What it has acknowledged is with the system, and outlives its process. */
const ON_DISK = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
/** Within this the state is right again, milliseconds. */
const RIGHT_AGAIN_MS = 30_000;

describe.skipIf(!canBreak('redis'))('while Redis is away', () => {
  test(
    'for a pause, events go on in their order and at once, and the state is right again',
    { timeout: 180_000 },
    async () => {
      await outage({}, async (server) => {
        server.pause();
        await wait(PAUSE_MS);
        server.resume();
      });
    },
  );

  test('killed and started again, the same', { timeout: 120_000 }, async () => {
    await outage({}, async (server) => {
      await server.kill();
      await wait(1_000);
      await server.restart();
    });
  });

  test(
    'with more than can wait, it is written anew from the store that is at hand, even if it comes back empty',
    { timeout: 120_000 },
    async () => {
      const told = await outage(
        { stores: [createMemoryStore({ name: 'near' })], maxQueuedOperations: 100 },
        async (server) => {
          await server.kill();
          await wait(1_000);
          await server.restart({ empty: true });
        },
      );
      expect(told).toContain('rebuild');
    },
  );
});

/** Events come all the time; gives what the state told. */
async function outage(
  { stores: near = [], ...options }: Partial<StateOptions>,
  happens: (server: RedisServer) => Promise<void>,
): Promise<string[]> {
  const bed = await redisBed(ON_DISK);
  const store = createRedisStore({ url: bed.url });
  const state = createState({
    stores: [...near, store],
    kinds: { message: true, presence: true },
    messagesPerChannel: 1_000_000,
    ...options,
  });
  const told: string[] = [];
  for (const name of ['stale', 'current', 'overflow', 'rebuild', 'error'] as const)
    state.events.on(name, () => told.push(name));
  await state.start(state);
  const load = startLoad(state);
  await load.until(200);
  await happens(bed.server);
  await load.until(load.sent() + 200);
  await load.stop();
  const backAt = performance.now();
  await expect.poll(() => isStale(state), { timeout: RIGHT_AGAIN_MS, interval: 20 }).toBe(false);
  expect(performance.now() - backAt).toBeLessThan(RIGHT_AGAIN_MS);
  expect(told[0]).toBe('stale');
  expect(told.at(-1)).toBe('current');
  expect(told).not.toContain('error');
  // Every event once, in its order, and none later than the state may wait for a store.
  expect(load.received).toEqual(Array.from({ length: load.sent() }, (_, index) => index + 1));
  expect(load.slowestMs()).toBeLessThan(state.waitMs + 1_000);
  expect(await contents(store)).toEqual(load.expected());
  await state.stop(state);
  await bed.end();
  return told;
}

interface Load {
  /** Sequence numbers, as the handler got them. */
  readonly received: number[];
  sent(): number;
  slowestMs(): number;
  expected(): Map<string, unknown>;
  until(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Some hundred events a second, through a gateway, in real time. */
function startLoad(state: State): Load {
  const received: number[] = [];
  const model = new NaiveModel();
  const sentAt = new Map<number, number>();
  let slowest = 0;
  let seq = 0;
  const gateway = createGatewayManager({
    token: 'canary.token.value',
    intents: 0,
    handleDiscordPayload: (_, { s }) => {
      received.push(s);
      slowest = Math.max(slowest, performance.now() - (sentAt.get(s) ?? 0));
    },
  });
  state.attach(state, gateway);
  const events = randomEvents(7);
  const isOfKnownGuild = guildsKnown();
  const timer = setInterval(() => {
    for (let i = 0; i < 4; i++) {
      // All of one shard, so that there is one order.
      let event = { ...events.next().value, shardId: 0 };
      while (!isOfKnownGuild(event)) event = { ...events.next().value, shardId: 0 };
      model.take(structuredClone(event));
      seq++;
      sentAt.set(seq, performance.now());
      const payload = { op: 0, s: seq, ...event } as unknown as Parameters<GatewayManager['handleDiscordPayload']>[1];
      gateway.handleDiscordPayload(gateway, payload, 0);
    }
  }, 10);
  return {
    received,
    sent: () => seq,
    slowestMs: () => slowest,
    expected: () =>
      new Map(
        [...model.entries.values()].map(({ kind, guildId, channelId, id, value }) => [
          `${kind} ${guildId} ${channelId} ${id}`,
          value,
        ]),
      ),
    until: (count) => expect.poll(() => seq, { timeout: 20_000, interval: 10 }).toBeGreaterThan(count),
    async stop() {
      clearInterval(timer);
      await expect.poll(() => received.length, { timeout: 5_000, interval: 10 }).toBe(seq);
    },
  };
}

/**
 * Says of each event in turn whether Discord would send it: none of a guild in which the bot is not, and no READY. Without a READY nobody knows which thread member
 * is the bot's.
 */
function guildsKnown(): (event: ModelEvent) => boolean {
  const known = new Set<unknown>();
  return ({ t, d }) => {
    const id = /^GUILD_(CREATE|LOADED_DD|UPDATE|DELETE)$/.test(t) ? d['id'] : d['guild_id'];
    if (/^GUILD_(CREATE|LOADED_DD)$/.test(t) && d['name'] !== undefined) known.add(id);
    const isKnown = id === undefined ? t !== 'READY' : known.has(id) && !t.startsWith('THREAD_MEMBER');
    if (t === 'GUILD_DELETE' && d['unavailable'] !== true) known.delete(id);
    return isKnown;
  };
}

function isStale(state: State): boolean {
  return state.status(state).stores.some((store) => store.isStale);
}

async function contents(store: Store): Promise<Map<string, unknown>> {
  const held = new Map<string, unknown>();
  for (const kind of ENTITY_KINDS)
    for (const { ref, value } of await store.list({ kind }))
      held.set(`${kind} ${ref.guildId} ${ref.channelId} ${ref.id}`, JSON.parse(value));
  return held;
}
