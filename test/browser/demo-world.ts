import type { Snapshot } from '../../packages/shardgate/dashboard/live/state.ts';
import type { HistoryPoint, Incident } from '../../packages/shardgate/src/service/service-view.ts';
import type { ShardCondition } from '../../packages/shardgate/src/service/shard-condition.ts';
import { createDemoShard, type DemoShard, summaryOf } from './demo-shard.ts';
import { demoDelivery, demoRates, random } from './demo-figures.ts';

/** A made-up service that lives: its shards get ready, its figures move, what is killed comes back when it may. */
export interface DemoWorld {
  readonly shards: readonly DemoShard[];
  readonly history: HistoryPoint[];
  readonly incidents: Incident[];
  readonly pausedSinks: Set<string>;
  logLevel: string;
  /** Null without a cache. */
  state: Snapshot['state'];
  /** Lets one second pass. `at` is the wall clock it is then. */
  tick(at: number): void;
  /** Loses the connection of a shard; it comes back after `wait` seconds unless it is held. */
  lose(shardId: number, cause: string, wait?: number): void;
  reidentify(shardId: number): void;
  snapshot(): Snapshot;
  /** Told of each incident. */
  onIncident: (incident: Incident) => void;
}

const CONDITIONS: readonly ShardCondition[] = [
  'waiting',
  'connecting',
  'ready',
  'reconnecting',
  'paused',
  'failed',
  'stopped',
];

/** `perSecond` shards get ready each second. */
export function createDemoWorld(shardCount: number, startedAt: number, perSecond = 16): DemoWorld {
  const shards = Array.from({ length: shardCount }, (_, id) => createDemoShard(id, 1 + Math.floor(id / perSecond)));
  let now = startedAt;
  const ready = (): DemoShard[] => shards.filter(({ condition }) => condition === 'ready');
  const sum = (value: (shard: DemoShard) => number): number => shards.reduce((total, shard) => total + value(shard), 0);

  const tell = (level: Incident['level'], kind: string, text: string, shardId: number | null): void => {
    const incident = { id: (world.incidents[0]?.id ?? 0) + 1, at: now, level, kind, text, shardId, sink: null };
    world.incidents.unshift(incident);
    world.incidents.length = Math.min(200, world.incidents.length);
    world.onIncident(incident);
  };

  const becomeReady = (shard: DemoShard): void => {
    const [lost, ...older] = shard.reconnects;
    const how = shard.sessionSince === null ? 'identified' : 'resumed';
    if (how === 'identified') {
      shard.sessions += 1;
      shard.sessionSince = now;
    } else shard.resumes += 1;
    if (lost && lost.how === null) {
      shard.reconnects = [{ ...lost, how, tookMs: now - lost.at }, ...older];
      tell('info', 'shardReady', `Shard ${shard.id} is back (${how}) after ${now - lost.at} ms.`, shard.id);
    }
    shard.condition = 'ready';
  };

  const live = (shard: DemoShard): void => {
    if (shard.condition === 'ready') {
      shard.eventsPerSecond = 12 + 6 * Math.sin(now / 20_000 + shard.id) + 4 * random();
      shard.events += Math.round(shard.eventsPerSecond);
      shard.latencyMs = Math.round(38 + (shard.id % 7) * 3 + 8 * Math.sin(now / 45_000) + 6 * random());
      return;
    }
    shard.eventsPerSecond = 0;
    shard.wait -= 1;
    if (shard.wait > 0 || shard.held || shard.condition === 'failed') return;
    if (shard.condition === 'waiting') shard.condition = 'connecting';
    else becomeReady(shard);
  };

  const world: DemoWorld = {
    shards,
    history: [],
    incidents: [],
    pausedSinks: new Set(),
    logLevel: 'info',
    state: null,
    onIncident: () => undefined,
    tick: (at) => {
      now = at;
      shards.forEach(live);
      const waits = world.pausedSinks.size > 0;
      for (const shard of ready()) shard.lag = waits ? shard.lag + Math.round(shard.eventsPerSecond) : 0;
      world.history.push(point());
      if (world.history.length > 300) world.history.shift();
    },
    lose: (shardId, cause, wait = 3) => {
      const shard = shards[shardId];
      if (!shard) throw new RangeError(`shard ${shardId} is not here`);
      Object.assign(shard, { condition: 'reconnecting', wait, latencyMs: null, eventsPerSecond: 0 });
      shard.reconnects = [{ at: now, cause, how: null, tookMs: null }, ...shard.reconnects].slice(0, 20);
      tell('warn', 'shardDisconnected', `Shard ${shardId} lost its connection: ${cause}.`, shardId);
    },
    reidentify: (shardId) => {
      world.lose(shardId, 'a new session was asked for');
      Object.assign(shards[shardId] ?? {}, { sessionSince: null });
    },
    snapshot: () => ({
      overview: overview(),
      point: world.history.at(-1) ?? null,
      shards: shards.map(summaryOf),
      budget: {
        total: 1_000,
        remaining: Math.max(50, 1_000 - sum(({ sessions }) => Math.min(sessions, 1)) * (shardCount > 500 ? 0.7 : 1)),
        reserve: 100,
        resetsAt: startedAt + 19 * 3_600_000,
        spentLast24h: sum(({ sessions }) => sessions),
        lastSpentAt: startedAt,
        breakerOpenUntil: null,
        tokenRejected: false,
      },
      reshard: {
        automatic: true,
        percentage: 80,
        fillPercent: 36.4,
        shards: shardCount,
        configured: null,
        running: null,
        last: null,
        ended: { done: 0, refused: 0, rolledBack: 0 },
      },
      state: world.state,
      delivery: demoDelivery(shards, world.pausedSinks),
      rates: demoRates(
        sum(({ eventsPerSecond }) => eventsPerSecond),
        sum(({ events }) => events),
      ),
      pausedSinks: [...world.pausedSinks],
      logLevel: world.logLevel,
    }),
  };

  const latencyMs = (): number | null => {
    const of = ready();
    return of.length === 0
      ? null
      : Math.round(of.reduce((total, shard) => total + (shard.latencyMs ?? 0), 0) / of.length);
  };
  const point = (): HistoryPoint => ({
    at: now,
    eventsPerSecond: sum(({ eventsPerSecond }) => eventsPerSecond),
    latencyMs: latencyMs(),
    ready: ready().length,
    lag: sum(({ lag }) => lag) || Math.round(20 * random() * Math.max(0, Math.sin(now / 9_000))),
    journalBytes: 1_300_000,
    rss: 96e6 + shardCount * 4e5 + 6e6 * random(),
  });
  const overview = (): Snapshot['overview'] => {
    const counted = CONDITIONS.map((condition) => [
      condition,
      shards.filter((shard) => shard.condition === condition).length,
    ]);
    return {
      version: '0.0.0',
      startedAt,
      uptimeMs: now - startedAt,
      shards: Object.fromEntries(counted) as Record<ShardCondition, number>,
      shardsHere: shardCount,
      shardsTotal: shardCount,
      etaMs: Math.max(0, ...shards.filter(({ held }) => !held).map(({ wait }) => wait)) * 1_000,
      guilds: sum((shard) => summaryOf(shard).guilds),
      unavailableGuilds: 0,
      events: sum(({ events }) => events),
      eventsPerSecond: sum(({ eventsPerSecond }) => eventsPerSecond),
      latencyMs: latencyMs(),
      rss: world.history.at(-1)?.rss ?? 0,
      cpu: 0.11 + shardCount / 4_000,
    };
  };
  return world;
}
