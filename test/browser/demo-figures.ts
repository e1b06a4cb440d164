import type { DeliveryStatus } from '@shardgate/delivery';
import type { EventRate } from '../../packages/shardgate/src/service/service-view.ts';
import type { DemoShard } from './demo-shard.ts';

/** From 0 to 1 and always the same row: pictures of one build and the next can be compared. */
export function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return seed / 2 ** 31;
}
let seed = 7;

/** Shares of each type, about those of a public bot. */
const MIX: readonly (readonly [string, number])[] = [
  ['PRESENCE_UPDATE', 0.34],
  ['MESSAGE_CREATE', 0.27],
  ['TYPING_START', 0.11],
  ['VOICE_STATE_UPDATE', 0.08],
  ['MESSAGE_UPDATE', 0.06],
  ['GUILD_MEMBER_UPDATE', 0.05],
  ['MESSAGE_REACTION_ADD', 0.035],
  ['INTERACTION_CREATE', 0.02],
  ['GUILD_MEMBER_ADD', 0.01],
  ['MESSAGE_DELETE', 0.009],
  ['CHANNEL_UPDATE', 0.006],
  ['GUILD_MEMBER_REMOVE', 0.006],
  ['THREAD_CREATE', 0.003],
  ['GUILD_CREATE', 0.001],
];

export function demoRates(perSecond: number, events: number): readonly EventRate[] {
  return MIX.map(([type, share]) => ({
    type,
    count: Math.round(events * share),
    perSecond: perSecond * share * (0.9 + 0.2 * random()),
  }));
}

const SINKS = [
  { name: 'bot', required: true },
  { name: 'analytics', required: false },
];

export function demoDelivery(shards: readonly DemoShard[], paused: ReadonlySet<string>): DeliveryStatus {
  const waits = paused.size > 0;
  return {
    sinks: SINKS.map((sink) => ({ ...sink, open: true, ready: true })),
    lanes: SINKS.flatMap(({ name }) =>
      shards.map((shard) => ({
        shardId: shard.id,
        shardCount: shards.length,
        sink: name,
        state: paused.has(name) ? ('waiting' as const) : ('flowing' as const),
        lag: paused.has(name) ? shard.lag : 0,
        inFlightEvents: paused.has(name) ? 0 : Math.round(shard.eventsPerSecond / 10),
        inFlightBytes: 0,
        failures: 0,
        delivered: shard.events,
        redelivered: 0,
        failed: shard.id % 29 === 0 ? 1 : 0,
        deadLettered: 0,
        gaps: 0,
      })),
    ),
    memoryBytes: 2_000_000,
    journal: {
      bytes: waits ? 14_680_064 : 1_363_148,
      segments: waits ? 3 : 1,
      pendingRecords: 0,
      pendingBytes: 0,
      health: 'ok',
      appended: 48_211,
      dropped: 0,
      syncs: 912,
      oldestAgeMs: waits ? 9_000 : 0,
    },
    counts: { accepted: 0, duplicates: 0, journaled: 0 },
  };
}
