import type { DeliveryStatus } from '@shardgate/delivery';
import type { IdentifyStatus, WorkerStatus } from '@shardgate/gateway';
import type { ShardCondition } from './shard-condition.ts';
import type { ReshardAnswer, ReshardCheck, ReshardOrder, ReshardView } from './reshard-view.ts';
import type { StateView } from './state-view.ts';

/** One shard, as the list shows it. */
export interface ShardSummary {
  readonly id: number;
  readonly condition: ShardCondition;
  /** From heartbeat to acknowledgement, milliseconds; null before the first. */
  readonly latencyMs: number | null;
  readonly guilds: number;
  /** Events received since the process started. */
  readonly events: number;
  /** Over the last ten seconds. */
  readonly eventsPerSecond: number;
}

/** A connection that a shard had. */
export interface ShardReconnect {
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly cause: string;
  /** How it came back; null as long as it has not. */
  readonly how: 'resumed' | 'identified' | null;
  /** Milliseconds until it was ready again; null as long as it is not. */
  readonly tookMs: number | null;
}

/** One shard, with all that is known. */
export interface ShardDetail extends ShardSummary {
  readonly sessionId: string | null;
  /** Wall-clock milliseconds at which the session began; null where it began in an earlier process, or there is none. */
  readonly sessionSince: number | null;
  readonly sequence: number | null;
  /** Received and not yet settled. */
  readonly pending: number;
  readonly unavailableGuilds: number;
  readonly heartbeatIntervalMs: number;
  /** Since the process started. */
  readonly counts: {
    readonly identifies: number;
    readonly resumes: number;
    readonly reconnects: number;
    readonly duplicates: number;
    readonly filtered: number;
    readonly hookErrors: number;
    readonly protocolErrors: number;
  };
  /** Why it failed, and the remedy; null for a shard that has not. */
  readonly failure: { readonly code: string; readonly closeCode: number; readonly remedy: string } | null;
  /** The newest twenty, newest first. */
  readonly reconnects: readonly ShardReconnect[];
}

/** Something that an operator wants to know of. */
export interface Incident {
  /** Counts up from 1. */
  readonly id: number;
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly level: 'info' | 'warn' | 'error';
  /** A word for machines: `shardFatal`, `gap`, `shardDisconnected`, `sinkFailed`, … */
  readonly kind: string;
  /** One sentence. Never holds a secret. */
  readonly text: string;
  readonly shardId: number | null;
  readonly sink: string | null;
}

/** The whole process in a few figures. */
export interface Overview {
  readonly version: string;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  readonly uptimeMs: number;
  /** Shards of this process by condition. */
  readonly shards: Readonly<Record<ShardCondition, number>>;
  /** Shards of this process, and of the whole bot. */
  readonly shardsHere: number;
  readonly shardsTotal: number;
  /** Milliseconds until the last shard can be ready; 0 when all are. */
  readonly etaMs: number;
  readonly guilds: number;
  readonly unavailableGuilds: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Mean over the ready shards; null without one. */
  readonly latencyMs: number | null;
  /** Bytes. */
  readonly rss: number;
  /** Share of one core over the last ten seconds, 0 to the number of cores. */
  readonly cpu: number;
}

/** Whether the process does its work, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  /** One sentence a cause; empty when ready. */
  readonly causes: readonly string[];
}

/** Events of one type. */
export interface EventRate {
  readonly type: string;
  /** Since the process started. */
  readonly count: number;
  /** Over the last ten seconds. */
  readonly perSecond: number;
}

/** One look back at the whole process; taken every second, the newest three hundred are kept. */
export interface HistoryPoint {
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly eventsPerSecond: number;
  readonly latencyMs: number | null;
  readonly ready: number;
  /** Events that wait for their sinks, over all lanes. */
  readonly lag: number;
  readonly journalBytes: number;
  readonly rss: number;
}

/** What a running service shows. Nothing in it waits, throws, or holds a secret. */
export interface ServiceView {
  overview(): Overview;
  readiness(): Readiness;
  shards(): readonly ShardSummary[];
  /** Undefined for a shard that is not here. */
  shard(id: number): ShardDetail | undefined;
  delivery(): DeliveryStatus;
  budget(): IdentifyStatus;
  resharding(): ReshardView;
  /** The cache; null where there is none. */
  state(): StateView | null;
  /** Threads or processes that hold the shards; none where the main thread does. */
  workers(): readonly WorkerStatus[];
  eventRates(): readonly EventRate[];
  history(): readonly HistoryPoint[];
  /** The newest two hundred, newest first. */
  incidents(): readonly Incident[];
  /** Called with each incident as it happens, until the returned function is called. Exceptions of the listener are contained. */
  onIncident(listener: (incident: Incident) => void): () => void;
}

/** What can be done to a running service. */
export interface ServiceActions {
  /** Drops the shard's connection and resumes. @throws {RangeError} for a shard that is not here */
  reconnect(shardId: number): void;
  /** Begins a new session, which costs one identify and whatever happens meanwhile. Resolves when it is asked for. @throws {RangeError} as `reconnect` */
  reidentify(shardId: number): Promise<void>;
  /** One of `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`. @throws {RangeError} for any other */
  setLogLevel(level: string): void;
  readonly logLevel: string;
  /** Batches to the sink stop until it is resumed; its events wait. @throws {RangeError} for a sink that is not here */
  pauseSink(name: string): void;
  resumeSink(name: string): void;
  pausedSinks(): readonly string[];
  /** Asks Discord what it recommends. Resolves with what a reshard would cost. */
  checkReshard(order: ReshardOrder): Promise<ReshardCheck>;
  /** Resolves when the reshard has begun, or why it was not; how it ends shows in the view. */
  reshard(order: ReshardOrder): Promise<ReshardAnswer>;
  /** Has the reshard that is under way given up, unless it is too late for that. */
  cancelReshard(): ReshardAnswer;
  /** Drains and ends the process, as SIGTERM does. */
  stop(): void;
}
