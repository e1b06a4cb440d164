import { setTimeout as wait } from 'node:timers/promises';
import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { readPayload } from '@shardgate/wire';
import { afterEach, describe, expect, test } from 'vitest';
import { canBreak } from '../../../test/services/server-process.ts';
import { createMemoryStore, createState, ENTITY_KINDS, type State, type Store } from '../src/index.ts';
import { createPostgresStore, type PostgresStoreOptions } from '../src/postgres/index.ts';
import { randomEvents } from './model/random-events.ts';
import { postgresBed, type PostgresBed } from './postgres-bed.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
const OUTAGE_MS = isLong ? 60_000 : 3_000;
if (!isLong)
  console.info(`PostgreSQL is away twice for ${OUTAGE_MS} ms; in four ways for 60,000 with SHARDGATE_LONG=1`);
/** Operations that may wait for the store: less, or more, than an outage brings. */
const [LITTLE, MUCH] = [2_000, 1_000_000];
const EVENTS_PER_SECOND = 2_000;
const TURN_MS = 20;
const BACK_WITHIN_MS = 30_000;
/** An event waits no longer than this for a store, plus what the machine takes. */
const WAIT_MS = 250;

interface Outage {
  readonly maxQueuedOperations: number;
  readonly statementTimeoutMs?: number;
  readonly away: (bed: PostgresBed) => unknown;
  readonly back: (bed: PostgresBed) => unknown;
}

const KILLED = {
  away: (bed: PostgresBed) => bed.server.kill(),
  back: (bed: PostgresBed) => bed.server.restart(),
};
const STOPPED = {
  away: (bed: PostgresBed) => bed.server.pause(),
  back: (bed: PostgresBed) => bed.server.resume(),
};
const OUTAGES: readonly (readonly [string, Outage])[] = [
  ['killed', { maxQueuedOperations: MUCH, ...KILLED }],
  [
    'stopped, and the connection is given up meanwhile',
    { statementTimeoutMs: 300, maxQueuedOperations: LITTLE, ...STOPPED },
  ],
];
const MORE_OUTAGES: readonly (readonly [string, Outage])[] = [
  ['killed, and more is to be written than may be kept', { maxQueuedOperations: LITTLE, ...KILLED }],
  ['stopped', { maxQueuedOperations: MUCH, ...STOPPED }],
];

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

describe.skipIf(!canBreak('postgres'))('while PostgreSQL is away, under 2,000 events a second,', () => {
  test.for(isLong ? [...OUTAGES, ...MORE_OUTAGES] : OUTAGES)(
    '%s, every event goes on at once and in order, and the tables are right soon after',
    { timeout: OUTAGE_MS + 90_000 },
    async ([, { away, back, ...settings }]) => {
      const { bed, state, told, near, far, load } = await loaded(settings);
      await load.for(1_000);
      // A busy machine may have been too slow for the first of them.
      await load.until(() => !isStale(state));
      told.length = 0;
      await away(bed);
      await load.for(OUTAGE_MS);
      expect(told[0]).toBe('stale');
      await back(bed);
      const since = performance.now();
      await load.until(() => !isStale(state));
      const tookMs = performance.now() - since;
      await load.for(500);
      console.info(`away ${OUTAGE_MS} ms (${told.join(', ')}); right again after ${Math.round(tookMs)} ms`);
      expect(tookMs).toBeLessThan(BACK_WITHIN_MS);
      expect(told).toContain('current');
      expect(told.includes('rebuild')).toBe(settings.maxQueuedOperations === LITTLE);
      await load.end();
      expect(load.received).toBe(load.sent);
      expect(load.disorder).toBe(0);
      expect(load.longestMs).toBeLessThan(WAIT_MS + 2_000);
      // Of a guild that READY named, and that has not come since, the far store keeps what it has.
      const named = await onlyNamed(near);
      expect(await contents(far, named)).toEqual(await contents(near, named));
    },
  );
});

function isStale(state: State): boolean {
  return state.status(state).stores[1]?.isStale !== false;
}

interface Load {
  sent: number;
  received: number;
  /** Events that came before an earlier one. */
  disorder: number;
  /** The longest way of an event through the state, milliseconds. */
  longestMs: number;
  for(ms: number): Promise<void>;
  /** Goes on until it is so, or for {@link BACK_WITHIN_MS}. */
  until(condition: () => boolean): Promise<void>;
  /** Resolves when nothing is under way. */
  end(): Promise<void>;
}

async function loaded(settings: Omit<Outage, 'away' | 'back'>): Promise<{
  bed: PostgresBed;
  state: State;
  told: string[];
  near: Store;
  far: Store;
  load: Load;
}> {
  const bed = await postgresBed();
  endings.push(() => bed.end());
  const { statementTimeoutMs, maxQueuedOperations } = settings;
  const options: PostgresStoreOptions = {
    url: bed.url,
    connectTimeoutMs: 1_000,
    ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
  };
  const [near, far] = [createMemoryStore(), createPostgresStore(options)];
  const state = createState({
    stores: [near, far],
    kinds: { message: true, presence: true },
    waitMs: WAIT_MS,
    maxQueuedOperations,
  });
  const told: string[] = [];
  for (const name of ['stale', 'current', 'overflow', 'rebuild', 'error'] as const)
    state.events.on(name, () => told.push(name));
  await state.start(state);
  endings.push(() => state.stop(state));
  return { bed, state, told, near, far, load: attachLoad(state) };
}

function attachLoad(state: State): Load {
  const events = randomEvents(11);
  const sentAt = new Map<number, number>();
  const gateway = createGatewayManager({
    token: 'canary.token.value',
    intents: 0,
    handleDiscordPayload(_, payload) {
      const s = payload.s ?? 0;
      if (s !== load.received + 1) load.disorder++;
      load.received++;
      load.longestMs = Math.max(load.longestMs, performance.now() - (sentAt.get(s) ?? 0));
      sentAt.delete(s);
    },
  });
  state.attach(state, gateway);
  const send = (): void => {
    const { t, d, guildEvent } = events.next().value;
    load.sent++;
    sentAt.set(load.sent, performance.now());
    const payload = readPayload(Buffer.from(JSON.stringify({ t, s: load.sent, op: 0, d })));
    // Made as the gateway makes it; its types say the same of the payload.
    const dispatch = Object.assign(payload, guildEvent === undefined ? {} : { guildEvent });
    gateway.handleDiscordPayload(
      gateway,
      dispatch as unknown as Parameters<GatewayManager['handleDiscordPayload']>[1],
      0,
    );
  };
  const load: Load = {
    sent: 0,
    received: 0,
    disorder: 0,
    longestMs: 0,
    async for(ms) {
      const start = performance.now();
      const first = load.sent;
      for (let passed = 0; passed < ms; passed = performance.now() - start) {
        while (load.sent - first < (passed * EVENTS_PER_SECOND) / 1_000) send();
        await wait(TURN_MS);
      }
    },
    async until(condition) {
      const deadline = performance.now() + BACK_WITHIN_MS;
      while (!condition() && performance.now() < deadline) await load.for(TURN_MS);
    },
    async end() {
      const deadline = performance.now() + 10_000;
      const isDone = (): boolean =>
        load.received === load.sent && state.status(state).stores[1]?.queuedOperations === 0;
      while (!isDone() && performance.now() < deadline) await wait(TURN_MS);
    },
  };
  return load;
}

async function onlyNamed(store: Store): Promise<ReadonlySet<string>> {
  const guilds = await store.list({ kind: 'guild' });
  return new Set(guilds.filter(({ value }) => !value.includes('"name"')).map(({ ref }) => ref.id));
}

async function contents(store: Store, without: ReadonlySet<string | null>): Promise<Map<string, unknown>> {
  const held: [string, unknown][] = [];
  for (const kind of ENTITY_KINDS)
    for (const { ref, value } of await store.list({ kind }))
      if (kind !== 'user' && !without.has(kind === 'guild' ? ref.id : ref.guildId))
        held.push([`${kind} ${ref.guildId} ${ref.channelId} ${ref.id}`, JSON.parse(value) as unknown]);
  return new Map(held.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
