import type { GuildEvent } from '@shardgate/gateway';

/** Names a lane's source: one shard of one shard plan. */
export interface LaneKey {
  readonly shardId: number;
  readonly shardCount: number;
}

/** One dispatch on its way to the consumers. */
export interface DeliveryEvent extends LaneKey {
  readonly kind: 'event';
  /**
   * Place in the lane's source: rises by one with each record of a process's life. A later process goes on with a higher number,
   * not with the next one.
   */
  readonly offset: number;
  /** Discord's session, and with `seq` and the shard the event's identity. */
  readonly sessionId: string;
  /** Null for a dispatch that Discord did not number. */
  readonly seq: number | null;
  /** Event name, as handed over by the gateway. */
  readonly t: string;
  /** When the gateway knows it without reading the data. */
  readonly guildId?: string;
  /** What a guild event means; see `filters` of the gateway. */
  readonly guildEvent?: GuildEvent | undefined;
  /** Wall-clock milliseconds of the arrival. */
  readonly receivedAt: number;
  /** The whole payload as JSON text, `{"t":…,"s":…,"op":0,"d":…}` in any order of its members; as Discord sent it where it came as JSON. Not to be written to. */
  readonly bytes: Buffer;
  /**
   * The object as it was before the event, or a list of them for an event about several, as JSON text; where a state knows it. Not to be
   * written to.
   */
  readonly old?: Buffer | undefined;
}

/** Events of a lane that no consumer will get, told in their place. */
export interface DeliveryGap extends LaneKey {
  readonly kind: 'gap';
  readonly offset: number;
  /** Session in which the events are missing. */
  readonly sessionId: string;
  /** Last sequence number before the gap; null when unknown. */
  readonly afterSeq: number | null;
  /** First sequence number of the same session after it; null when the session ended or it is unknown. */
  readonly nextSeq: number | null;
  /** Why, as a stable name: `sessionLost`, `journalFull`, `journalDamaged`, `memoryFull`, `expired`. */
  readonly cause: GapCause;
  /** How many events, where known. */
  readonly count: number | null;
  /** Wall-clock milliseconds at which it was noticed. */
  readonly detectedAt: number;
}

export type GapCause = 'sessionLost' | 'journalFull' | 'journalDamaged' | 'memoryFull' | 'expired';

/** A shard of a generation, and how far it came. */
export interface ShardCursor {
  readonly shardId: number;
  readonly sessionId: string;
  readonly seq: number;
}

/** Shards of one shard count. */
export interface ShardGeneration {
  readonly shardCount: number;
  /** Those of this process, at the moment of the cut. */
  readonly shards: readonly ShardCursor[];
}

/**
 * The bot was resharded: the first record of the first new shard of this process. Everything of the old shards was sent and acknowledged before
 * anything of a new one, this record included, is sent to the same sink.
 */
export interface DeliveryReshard extends LaneKey {
  readonly kind: 'reshard';
  readonly offset: number;
  /** The new shard's session. */
  readonly sessionId: string;
  /** Everything up to these cursors came from the old shards. */
  readonly from: ShardGeneration;
  /** What came after these cursors comes from the new ones. */
  readonly to: ShardGeneration;
  /** Wall-clock milliseconds of the cut. */
  readonly at: number;
}

/** What consumers are told beside events. */
export type DeliveryNotice = DeliveryGap | DeliveryReshard;

/** What a lane carries. */
export type DeliveryRecord = DeliveryEvent | DeliveryNotice;

/** Bytes that a record holds in memory, as far as bounds count them: those of an event. */
export function weightOf(record: DeliveryRecord): number {
  if (record.kind !== 'event') return 0;
  return record.old === undefined ? record.bytes.length : record.bytes.length + record.old.length;
}

/** Wall-clock milliseconds at which a record came about. */
export function timeOf(record: DeliveryRecord): number {
  if (record.kind === 'event') return record.receivedAt;
  return record.kind === 'gap' ? record.detectedAt : record.at;
}

/** `<shardId>/<shardCount>`: the name of a shard's lanes. */
export function laneName({ shardId, shardCount }: LaneKey): string {
  return `${shardId}/${shardCount}`;
}

/** The stable identity of an event: `<shard>/<shardCount>:<sessionId>:<seq>`. Undefined for one without a number. */
export function eventId({ shardId, shardCount, sessionId, seq }: Omit<DeliveryEvent, 'kind'>): string | undefined {
  return seq === null ? undefined : `${shardId}/${shardCount}:${sessionId}:${seq}`;
}
