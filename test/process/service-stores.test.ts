import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createEventClient, type EventClient, type StreamEvent } from '@shardgate/client';
import { createSimulator, type Simulator } from '@shardgate/simulator';
import pg from 'pg';
import { createClient } from 'redis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../beds/free-port.ts';
import { SERVICE_TOKEN, startService, whenReady, type ServiceProcess } from '../beds/service-process.ts';
import { startPostgres } from '../services/postgres.ts';
import { startRedis } from '../services/redis.ts';
import { canBreak, type TestServer } from '../services/server-process.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
const OUTAGE_MS = isLong ? 60_000 : 5_000;
/** The same of a server that is killed, which takes its time to start again. */
const KILLED_MS = isLong ? 60_000 : 2_000;
if (!isLong)
  console.info(
    `PostgreSQL is away for ${KILLED_MS} and ${OUTAGE_MS} ms; it and Redis for 60,000 with SHARDGATE_LONG=1`,
  );
/** Within this the state is right again, milliseconds. */
const RIGHT_AGAIN_MS = 30_000;
const EVENTS_PER_SECOND = 2_000;
const TURN_MS = 20;
const GUILDS = 20;
/** Messages that the cache keeps of a channel. */
const KEPT = 100;
const CHANNEL = '381870553235193857';

let folder = '';
let simulator: Simulator;
const endings: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-service-stores-'));
  simulator = createSimulator({ shards: 2, maxConcurrency: 2, guilds: GUILDS, token: SERVICE_TOKEN });
  endings.push(
    () => rm(folder, { recursive: true, force: true }),
    () => simulator.close(),
  );
});

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

interface Bed {
  readonly service: ServiceProcess;
  /** What a bot got, in its order. */
  readonly events: StreamEvent[];
  /** What it told of so far. */
  incidents(): Promise<{ readonly id: number; readonly kind: string }[]>;
}

async function start(state: object, env: Readonly<Record<string, string>> = {}): Promise<Bed> {
  const { apiUrl } = await simulator.start();
  const port = await freePort();
  const sinks = [{ type: 'websocket', name: 'bot', port }];
  const service = await startService({ folder, apiUrl, env, configuration: { state, sinks } });
  endings.push(async () => {
    service.child.kill('SIGKILL');
    await service.ended;
  });
  await whenReady(service);
  const events: StreamEvent[] = [];
  const client: EventClient = createEventClient({
    url: `ws://127.0.0.1:${port}`,
    name: 'bot',
    handleEvent: (_, event) => void events.push(event),
  });
  endings.push(() => client.close());
  await client.connect();
  return {
    service,
    events,
    incidents: async () => JSON.parse((await service.call('/api/incidents')).text) as { id: number; kind: string }[],
  };
}

/** Events in one guild, numbered in their names: of ten nine are messages and one changes a role. */
interface Load {
  readonly sent: number;
  readonly lastRole: string;
  /** Ids of the messages that the cache has to have. */
  kept(): string[];
  during(ms: number): Promise<void>;
}

function createLoad(guildId: string): Load {
  const ids: string[] = [];
  let sent = 0;
  let lastRole = '';
  const one = (): void => {
    sent++;
    if (sent % 10 === 0) {
      lastRole = String(sent);
      simulator.emit({ t: 'GUILD_ROLE_UPDATE', d: { guild_id: guildId, role: { id: guildId, name: lastRole } } });
      return;
    }
    const id = String(1_200_000_000_000_000_000n + BigInt(sent));
    ids.push(id);
    const author = { id: '80351110224678912', username: 'nelly' };
    const d = { id, channel_id: CHANNEL, guild_id: guildId, author, content: String(sent) };
    simulator.emit({ t: 'MESSAGE_CREATE', d });
  };
  return {
    get sent() {
      return sent;
    },
    get lastRole() {
      return lastRole;
    },
    kept: () => ids.slice(-KEPT),
    async during(ms) {
      const begin = performance.now();
      let count = 0;
      for (let now = begin; now < begin + ms; now = performance.now()) {
        // By the clock: a busy machine comes late.
        for (const due = ((now - begin) * EVENTS_PER_SECOND) / 1_000; count < due; count++) one();
        await wait(TURN_MS);
      }
    },
  };
}

/** The numbers of a load's events, as the bot got them. */
function numbersOf(events: readonly StreamEvent[]): number[] {
  return events.flatMap(({ t, d }) => {
    const { content, role } = d as { content?: string; role?: { name: string } };
    if (t === 'MESSAGE_CREATE') return [Number(content)];
    return t === 'GUILD_ROLE_UPDATE' ? [Number(role?.name)] : [];
  });
}

interface Outages {
  readonly server: TestServer;
  /** What a consumer reads, by its own words for it. */
  readonly read: (guildId: string) => Promise<{ role: unknown; messages: string[] }>;
}

const HOWS = {
  killed: {
    forMs: KILLED_MS,
    away: (server: TestServer) => server.kill(),
    back: (server: TestServer) => server.restart(),
  },
  stopped: {
    forMs: OUTAGE_MS,
    away: async (server: TestServer) => server.pause(),
    back: async (server: TestServer) => server.resume(),
  },
} as const;

/** Under load a server is away, in one way after the other. */
async function outages(bed: Bed, { server, read }: Outages): Promise<void> {
  const [guildId = ''] = simulator.guilds.ids({ limit: 1 });
  const load = createLoad(guildId);
  const known = new Set<number>();
  for (const [how, { forMs, away, back }] of Object.entries(HOWS)) {
    await load.during(1_000);
    await away(server);
    await load.during(forMs);
    // A busy machine may have it stale for a moment at other times, too.
    const news = (await bed.incidents()).filter(({ id }) => !known.has(id));
    expect(news.map(({ kind }) => kind)).toContain('storeStale');
    expect((await bed.service.call('/metrics')).text).toMatch(/^shardgate_state_store_stale\{store="far"\} 1$/m);
    await back(server);
    const since = performance.now();
    await load.during(500);
    await expect.poll(() => isStale(bed), { timeout: RIGHT_AGAIN_MS, interval: 50 }).toBe(false);
    const tookMs = performance.now() - since;
    await expect.poll(() => read(guildId), { timeout: 5_000 }).toEqual({ role: load.lastRole, messages: load.kept() });
    for (const { id } of await bed.incidents()) known.add(id);
    console.info(`${how} for ${forMs} ms: ${load.sent} events so far, right again after ${Math.round(tookMs)} ms`);
  }
  // None lost, none twice, none out of order.
  await expect.poll(() => numbersOf(bed.events).length, { timeout: 20_000 }).toBe(load.sent);
  expect(numbersOf(bed.events)).toEqual(Array.from({ length: load.sent }, (_, index) => index + 1));
}

async function isStale({ service }: Bed): Promise<unknown> {
  const { text } = await service.call('/api/state');
  const { stores } = JSON.parse(text) as { stores: { name: string; isStale: boolean }[] };
  return stores.find(({ name }) => name === 'far')?.isStale;
}

/** The cache, and what is wrong with the far store does not touch the near one. */
function stateOf(store: object): object {
  return {
    enabled: true,
    kinds: { message: true },
    messagesPerChannel: KEPT,
    stores: [{ type: 'memory' }, { ...store, name: 'far' }],
  };
}

it.skipIf(!canBreak('postgres'))(
  "a PostgreSQL that is killed or stopped under load costs no event, and who knows tatsu's tables reads the truth soon after",
  { timeout: 2 * OUTAGE_MS + 120_000 },
  async () => {
    const server = await startPostgres({ args: ['-c', 'fsync=off'] });
    endings.push(() => server.end());
    const pool = new pg.Pool({ connectionString: server.url, max: 1 });
    pool.on('error', () => {});
    endings.push(() => pool.end());
    const column = async (sql: string, ...values: string[]): Promise<unknown[]> =>
      (await pool.query<{ one: unknown }>(sql, values)).rows.map(({ one }) => one);
    await outages(await start(stateOf({ type: 'postgres', url: server.url })), {
      server,
      async read(guildId) {
        const [role] = await column("SELECT data->>'name' AS one FROM roles WHERE guild_id = $1 AND id = $1", guildId);
        const messages = await column(
          'SELECT id::text AS one FROM messages WHERE channel_id = $1 ORDER BY id',
          CHANNEL,
        );
        return { role, messages: messages.map(String) };
      },
    });
    expect(await column('SELECT id::text AS one FROM guilds ORDER BY id')).toEqual(
      [...simulator.guilds.ids({ limit: GUILDS })].toSorted((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1)),
    );
    expect(await column('SELECT count(*)::int AS one FROM guilds_persistent')).toEqual([GUILDS]);
    expect(await column('SELECT count(*)::int AS one FROM channels WHERE guild_id = 0')).toEqual([0]);
  },
);

it.skipIf(!isLong || !canBreak('redis'))(
  "a Redis that is killed or stopped under load costs no event, and who knows twilight-dispatch's keys reads the truth soon after",
  { timeout: 2 * OUTAGE_MS + 120_000 },
  async () => {
    const server = await startRedis({ args: ['--appendfsync', 'everysec'] });
    endings.push(() => server.end());
    await outages(await start(stateOf({ type: 'redis', url: server.url })), {
      server,
      async read(guildId) {
        const client = createClient({ url: server.url });
        await client.connect();
        const role = JSON.parse((await client.get(`role:${guildId}:${guildId}`)) ?? '{}') as { name?: string };
        const keys = await client.sMembers(`channel_keys:${CHANNEL}`);
        client.destroy();
        return { role: role.name, messages: keys.map((key) => key.split(':')[2] ?? '').toSorted() };
      },
    });
  },
);

it(
  "without its cache the profile twilight-dispatch writes the gateway's keys all the same, and nothing else",
  { timeout: 30_000 },
  async () => {
    const server = await startRedis();
    endings.push(() => server.end());
    const env = {
      SHARDGATE_PROFILE: 'twilight-dispatch',
      PROMETHEUS_PORT: '0',
      REDIS_PORT: String(server.port),
      STATE_ENABLED: 'false',
    };
    const { service } = await start({}, env);
    const client = createClient({ url: server.url });
    await client.connect();
    endings.push(async () => client.destroy());
    const statuses = async (): Promise<unknown> => JSON.parse((await client.get('gateway_statuses')) ?? '[]');
    await expect.poll(statuses, { timeout: 5_000 }).toMatchObject([
      { shard: 0, status: 'Connected' },
      { shard: 1, status: 'Connected' },
    ]);
    const keys = await client.keys('*');
    expect(keys.filter((key) => !key.startsWith('shardgate:gateway_')).toSorted()).toEqual([
      'gateway_sessions',
      'gateway_shards',
      'gateway_started',
      'gateway_statuses',
    ]);
    expect(JSON.parse((await service.call('/api/state')).text)).toBeNull();
    service.child.kill('SIGTERM');
    expect(await service.ended, service.output()).toBe(0);
    expect(await statuses()).toEqual([]);
  },
);
