import type { DeliveryStatus, JournalStatus, LaneStatus } from '@shardgate/delivery';
import type { IdentifyStatus } from '@shardgate/gateway';
import { z } from 'zod';
import type {
  EventRate,
  HistoryPoint,
  Incident,
  Overview,
  Readiness,
  ShardDetail,
  ShardReconnect,
  ShardSummary,
} from '../service/service-view.ts';
import { reshardView } from './reshard-schemas.ts';
import { stateView } from './state-schemas.ts';
import { amount, condition, CONDITIONS, count, time } from './schema-parts.ts';
import type { AdminSnapshot } from './snapshot.ts';

// The annotations hold each schema against the type that it describes.

const latency: z.ZodType<number | null> = z
  .number()
  .nullable()
  .describe('From heartbeat to acknowledgement, milliseconds; null before the first.');
const perSecond: z.ZodType<number> = z.number().min(0).describe('Over the last ten seconds.');

const summary = {
  id: count,
  condition,
  latencyMs: latency,
  guilds: count,
  events: count.describe('Received since the process started.'),
  eventsPerSecond: perSecond,
};

export const shardSummary: z.ZodType<ShardSummary> = z.strictObject(summary);

const shardReconnect: z.ZodType<ShardReconnect> = z.strictObject({
  at: time,
  cause: z.string(),
  how: z.enum(['resumed', 'identified']).nullable().describe('Null as long as it has not come back.'),
  tookMs: z.number().nullable().describe('Milliseconds until it was ready again; null as long as it is not.'),
});

export const shardDetail: z.ZodType<ShardDetail> = z.strictObject({
  ...summary,
  sessionId: z.string().nullable(),
  sessionSince: z.number().nullable().describe('Unix time, milliseconds; null where it began in an earlier process.'),
  sequence: z.number().nullable(),
  pending: count.describe('Events received and not yet settled.'),
  unavailableGuilds: count,
  heartbeatIntervalMs: amount,
  counts: z.strictObject({
    identifies: count,
    resumes: count,
    reconnects: count,
    duplicates: count,
    filtered: count,
    hookErrors: count,
    protocolErrors: count,
  }),
  failure: z
    .strictObject({ code: z.string(), closeCode: z.number(), remedy: z.string() })
    .nullable()
    .describe('Why it failed for good; null for a shard that has not.'),
  reconnects: z.array(shardReconnect).describe('The newest twenty, newest first.'),
});

export const incident: z.ZodType<Incident> = z.strictObject({
  id: count,
  at: time,
  level: z.enum(['info', 'warn', 'error']),
  kind: z.string(),
  text: z.string(),
  shardId: count.nullable(),
  sink: z.string().nullable(),
});

export const overview: z.ZodType<Overview> = z.strictObject({
  version: z.string(),
  startedAt: time,
  uptimeMs: amount,
  shards: z.record(z.enum(CONDITIONS), count).describe('Shards of this process by condition.'),
  shardsHere: count,
  shardsTotal: count.describe('Shards of the whole bot.'),
  etaMs: amount.describe('Milliseconds until the last shard can be ready; 0 when all are.'),
  guilds: count,
  unavailableGuilds: count,
  events: count,
  eventsPerSecond: perSecond,
  latencyMs: latency,
  rss: amount.describe('Bytes.'),
  cpu: amount.describe('Share of one core over the last ten seconds.'),
});

export const readiness: z.ZodType<Readiness> = z.strictObject({
  ready: z.boolean(),
  causes: z.array(z.string()).describe('Empty when ready.'),
});

export const eventRate: z.ZodType<EventRate> = z.strictObject({ type: z.string(), count, perSecond });

export const historyPoint: z.ZodType<HistoryPoint> = z.strictObject({
  at: time,
  eventsPerSecond: amount,
  latencyMs: latency,
  ready: count,
  lag: count.describe('Events that wait for their sinks.'),
  journalBytes: amount,
  rss: amount,
});

export const budget: z.ZodType<IdentifyStatus> = z.strictObject({
  total: count,
  remaining: count,
  reserve: count.describe('Identifies that are never spent.'),
  resetsAt: z.number().nullable().describe('Unix time, milliseconds; null while nobody knows.'),
  spentLast24h: count,
  lastSpentAt: z.number().nullable(),
  breakerOpenUntil: z.number().nullable().describe('Until when no identify is granted; null while they are.'),
  tokenRejected: z.boolean(),
});

const lane: z.ZodType<LaneStatus> = z.strictObject({
  shardId: count,
  shardCount: count,
  sink: z.string(),
  state: z.enum(['waiting', 'retrying', 'flowing']),
  lag: count,
  inFlightEvents: count,
  inFlightBytes: count,
  failures: count.describe('In a row.'),
  delivered: count,
  redelivered: count,
  failed: count,
  deadLettered: count,
  gaps: count,
});

const sinkState: z.ZodType<DeliveryStatus['sinks'][number]> = z.strictObject({
  name: z.string(),
  required: z.boolean(),
  open: z.boolean(),
  ready: z.boolean(),
});

const journalStatus: z.ZodType<JournalStatus> = z.strictObject({
  bytes: amount,
  segments: count,
  pendingRecords: count,
  pendingBytes: count,
  health: z.enum(['ok', 'degraded', 'full']),
  appended: count,
  dropped: count,
  syncs: count,
  oldestAgeMs: amount.describe('Age of the oldest record, milliseconds; 0 when empty.'),
});
export const journal: z.ZodType<JournalStatus | null> = journalStatus.nullable().describe('Null without a journal.');

const pausedSinks: z.ZodType<readonly string[]> = z.array(z.string());

/** What `/api/lanes` answers with. */
export type LanesAnswer = Pick<DeliveryStatus, 'lanes' | 'sinks'> & { readonly pausedSinks: readonly string[] };
export const lanes: z.ZodType<LanesAnswer> = z.strictObject({
  lanes: z.array(lane),
  sinks: z.array(sinkState),
  pausedSinks,
});

export const snapshot: z.ZodType<Omit<AdminSnapshot, 'delivery'>> = z.strictObject({
  overview,
  point: historyPoint.nullable(),
  shards: z.array(shardSummary),
  budget,
  reshard: reshardView,
  state: stateView,
  delivery: z.strictObject({
    sinks: z.array(sinkState),
    lanes: z.array(lane),
    memoryBytes: amount,
    journal: journalStatus.optional(),
    counts: z.strictObject({ accepted: count, duplicates: count, journaled: count }),
  }),
  rates: z.array(eventRate),
  pausedSinks,
  logLevel: z.string(),
});

export const logLevel: z.ZodType<{ level: string }> = z.strictObject({ level: z.string() });
export const paused: z.ZodType<{ pausedSinks: readonly string[] }> = z.strictObject({ pausedSinks });
export const accepted: z.ZodType<{ accepted: true }> = z.strictObject({ accepted: z.literal(true) });
export const status: z.ZodType<{ status: 'OK' }> = z.strictObject({ status: z.literal('OK') });
export const refused: z.ZodType<{ error: string; message: string }> = z.strictObject({
  error: z.string().describe('A word for machines.'),
  message: z.string().describe('What is wrong, for people.'),
});
