import type { DeliveryStatus, LaneStatus } from '@shardgate/delivery';
import type { IdentifyStatus } from '@shardgate/gateway';
import type { WorkerStatus } from '@shardgate/gateway';
import { ENTITY_KINDS } from '@shardgate/state';
import type { ObjectCounts } from '../src/service/object-counts.ts';
import type { StateView } from '../src/service/state-view.ts';
import type { ReshardAnswer, ReshardCheck, ReshardView } from '../src/service/reshard-view.ts';
import type {
  EventRate,
  HistoryPoint,
  Incident,
  Overview,
  Readiness,
  ServiceActions,
  ServiceView,
  ShardDetail,
} from '../src/service/service-view.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A service that shows what a test writes into it, and notes what it is asked to do. */
export interface HandDrivenService extends ServiceView, ServiceActions {
  logLevel: string;
  readonly show: {
    readiness: Readiness;
    shards: Writable<ShardDetail>[];
    delivery: Writable<DeliveryStatus>;
    budget: Writable<IdentifyStatus>;
    reshard: Writable<ReshardView>;
    state: StateView | null;
    workers: WorkerStatus[];
    /** What it answers when it is asked to reshard. */
    answer: ReshardAnswer;
    rates: Writable<EventRate>[];
    history: HistoryPoint[];
  };
  /** What it was asked to do, in words. */
  readonly done: string[];
  readonly listeners: Set<(incident: Incident) => void>;
  tell(incident: Omit<Incident, 'id'>): void;
}

export const NOON: number = Date.UTC(2026, 0, 1, 12);

export function shardOf(id: number, changes: Partial<ShardDetail> = {}): Writable<ShardDetail> {
  return {
    id,
    condition: 'ready',
    latencyMs: 40,
    guilds: 900,
    events: 5_000,
    eventsPerSecond: 12.5,
    sessionId: `session-${id}`,
    sessionSince: NOON,
    sequence: 5_000,
    pending: 2,
    unavailableGuilds: 1,
    heartbeatIntervalMs: 41_250,
    counts: {
      identifies: 1,
      resumes: 2,
      reconnects: 2,
      duplicates: 3,
      filtered: 4,
      hookErrors: 5,
      protocolErrors: 6,
    },
    failure: null,
    reconnects: [{ at: NOON, cause: 'closed with 1001', how: 'resumed', tookMs: 800 }],
    ...changes,
  };
}

export function laneOf(shardId: number, sink: string, changes: Partial<LaneStatus> = {}): Writable<LaneStatus> {
  return {
    shardId,
    shardCount: 16,
    sink,
    state: 'flowing',
    lag: 7,
    inFlightEvents: 3,
    inFlightBytes: 3_000,
    failures: 1,
    delivered: 4_000,
    redelivered: 20,
    failed: 4,
    deadLettered: 1,
    gaps: 2,
    ...changes,
  };
}

function checkOf(maxShards: number): ReshardCheck {
  return {
    needed: false,
    reason: 'they have room',
    fillPercent: 36,
    maxShards,
    shards: 16,
    identifies: maxShards,
    remaining: 900,
    reserve: 100,
    affordable: true,
    etaMs: 60_000,
  };
}

/** A service of `shardCount` shards with a lane each to the sink `bot`. */
export function createHandDrivenService(shardCount = 2): HandDrivenService {
  const ids = Array.from({ length: shardCount }, (_, id) => id);
  const incidents: Incident[] = [];
  const paused = new Set<string>();
  const known = (id: number): void => {
    if (!show.shards.some((shard) => shard.id === id)) throw new RangeError(`no shard ${id}`);
  };
  const sink = (name: string): void => {
    if (!show.delivery.sinks.some((one) => one.name === name)) throw new RangeError(`no sink ${name}`);
  };
  const show: HandDrivenService['show'] = {
    readiness: { ready: true, causes: [] },
    shards: ids.map((id) => shardOf(id)),
    delivery: {
      sinks: [{ name: 'bot', required: true, open: true, ready: true }],
      lanes: ids.map((id) => laneOf(id, 'bot')),
      memoryBytes: 65_536,
      journal: {
        bytes: 1_048_576,
        segments: 2,
        pendingRecords: 5,
        pendingBytes: 5_000,
        health: 'ok',
        appended: 900,
        dropped: 1,
        syncs: 30,
        oldestAgeMs: 1_500,
      },
      counts: { accepted: 8_000, duplicates: 6, journaled: 900 },
    },
    budget: {
      total: 1_000,
      remaining: 900,
      reserve: 100,
      resetsAt: NOON + 3_600_000,
      spentLast24h: 100,
      lastSpentAt: NOON,
      breakerOpenUntil: null,
      tokenRejected: false,
    },
    reshard: {
      automatic: true,
      percentage: 80,
      fillPercent: 36,
      shards: 16,
      configured: null,
      running: null,
      last: null,
      ended: { done: 0, refused: 0, rolledBack: 0 },
    },
    workers: [
      { workerId: 1, state: 'running', pid: 4_711, threadId: 1, shards: [{ shardId: 0, shardCount: 16 }], losses: 0 },
    ],
    state: {
      stores: [
        {
          name: 'redis',
          isReady: true,
          isStale: false,
          queuedOperations: 3,
          droppedOperations: 0,
          missingGuilds: 0,
          missingShards: [],
          detail: null,
        },
      ],
      waitingEvents: 2,
      applied: 7_000,
      operations: 8_000,
      failed: 0,
      objects: Object.fromEntries(ENTITY_KINDS.map((kind, index) => [kind, 100 + index])) as ObjectCounts['objects'],
      countedAt: NOON,
      apiUrl: null,
    },
    answer: { accepted: true, reason: '' },
    rates: [
      { type: 'MESSAGE_CREATE', count: 9_000, perSecond: 20 },
      { type: 'READY', count: 2, perSecond: 0 },
      { type: 'RESUMED', count: 4, perSecond: 0 },
    ],
    history: [{ at: NOON, eventsPerSecond: 25, latencyMs: 40, ready: 2, lag: 14, journalBytes: 1_048_576, rss: 9e7 }],
  };
  const sumOf = (key: 'guilds' | 'unavailableGuilds' | 'events' | 'eventsPerSecond'): number =>
    show.shards.reduce((total, shard) => total + shard[key], 0);

  const service: HandDrivenService = {
    show,
    done: [],
    listeners: new Set(),
    tell(incident) {
      const whole = { id: incidents.length + 1, ...incident };
      incidents.unshift(whole);
      for (const listener of service.listeners) listener(whole);
    },
    overview(): Overview {
      const shards = { waiting: 0, connecting: 0, ready: 0, reconnecting: 0, paused: 0, failed: 0, stopped: 0 };
      for (const { condition } of show.shards) shards[condition]++;
      return {
        version: '1.2.3',
        startedAt: NOON,
        uptimeMs: 60_000,
        shards,
        shardsHere: show.shards.length,
        shardsTotal: 16,
        etaMs: 5_000,
        guilds: sumOf('guilds'),
        unavailableGuilds: sumOf('unavailableGuilds'),
        events: sumOf('events'),
        eventsPerSecond: sumOf('eventsPerSecond'),
        latencyMs: shards.ready === 0 ? null : 40,
        rss: 9e7,
        cpu: 0.25,
      };
    },
    readiness: () => show.readiness,
    shards: () =>
      show.shards.map(({ id, condition, latencyMs, guilds, events, eventsPerSecond }) => ({
        id,
        condition,
        latencyMs,
        guilds,
        events,
        eventsPerSecond,
      })),
    shard: (id) => show.shards.find((shard) => shard.id === id),
    delivery: () => show.delivery,
    budget: () => show.budget,
    resharding: () => show.reshard,
    state: () => show.state,
    workers: () => show.workers,
    eventRates: () => show.rates,
    history: () => show.history,
    incidents: () => incidents,
    onIncident(listener) {
      service.listeners.add(listener);
      return () => service.listeners.delete(listener);
    },
    reconnect(id) {
      known(id);
      service.done.push(`reconnect ${id}`);
    },
    async reidentify(id) {
      known(id);
      service.done.push(`reidentify ${id}`);
    },
    logLevel: 'info',
    setLogLevel(level) {
      service.logLevel = level;
      service.done.push(`log ${level}`);
    },
    pauseSink(name) {
      sink(name);
      paused.add(name);
      service.done.push(`pause ${name}`);
    },
    resumeSink(name) {
      sink(name);
      paused.delete(name);
      service.done.push(`resume ${name}`);
    },
    pausedSinks: () => [...paused],
    async reshard(order) {
      service.done.push(`reshard ${JSON.stringify(order)}`);
      return show.answer;
    },
    checkReshard: async ({ count = 32 }) => checkOf(count),
    cancelReshard() {
      service.done.push('cancel reshard');
      return show.answer;
    },
    stop: () => void service.done.push('stop'),
  };
  return service;
}
