import type { GuildEvent } from '@shardgate/gateway';
import type { DeliveryEvent, DeliveryGap, DeliveryRecord, DeliveryReshard, LaneKey } from '../delivery-record.ts';
import { timeOf } from '../delivery-record.ts';
import { crc32 } from './crc32.ts';

/*
 * A record, little-endian:
 *
 *   0  u16  magic FF D6: FF is in no UTF-8 text, so no event can hold what looks like a record
 *   2  u8   version of this layout, 1
 *   3  u8   kind
 *   4  u32  CRC-32 of everything from 8 on, started with bytes 0 to 3
 *   8  u32  length of the payload
 *  12  u32  shard id       } the lane; 0 in records of no lane
 *  16  u32  shard count    }
 *  20  u16  length of the session id    } an event's strings, at the start of the payload in this order; an `eventWithOld` has the
 *  22  u16  length of the event name    } length of `old` (u32) and `old` after them; the event's bytes, untouched, are the rest
 *  24  u8   length of the guild id      }
 *  25  u8   what a guild event means
 *  26  u16  0
 *  28  f64  seq; NaN for none
 *  36  f64  offset in the lane
 *  44  f64  offset of the record appended to the lane before this one; NaN for none. A reader that has not seen that one knows that it is missing
 *  52  f64  wall-clock milliseconds of the arrival
 *  60       payload; JSON in all kinds but `event`, `eventWithOld` and `footer`
 *
 * Every event stands for itself: nothing that is needed to tell whose it is stands elsewhere. Numbers are doubles because JavaScript's are.
 */

const MAGIC = 0xd6ff;
export const VERSION = 1;
export const HEADER_BYTES = 60;
/** Longest payload: Discord's largest dispatches are some tens of MiB inflated. */
const MAX_PAYLOAD_BYTES: number = 256 * 2 ** 20;

/** Kinds of records. `event`, `gap`, `reshard` and `eventWithOld` belong to a lane; the others are about the journal itself. */
export const Kind = {
  event: 1,
  /** A gap told by the delivery, in its place among the events. */
  gap: 2,
  /** Records of a lane that the journal itself does not hold: dropped or damaged. See {@link Hole}. */
  hole: 3,
  /** A session's checkpoint. */
  session: 4,
  sessionEnd: 5,
  cursor: 6,
  /** Starts each write; `offset` is how much of the segment was on the disk before it. */
  commit: 7,
  /** First record of a segment. */
  open: 8,
  /** Where the lanes stood when the segment began. */
  lanes: 9,
  /** Segments that are not needed any more. */
  retired: 10,
  /** Last record of a sealed segment: its index. */
  footer: 11,
  /** Ends the state that stands at the start of each segment. */
  headEnd: 12,
  /** The bot was resharded: first record of a new lane. */
  reshard: 13,
  /** An event that comes with the object before it. A kind of its own, so that other events take no more room. */
  eventWithOld: 14,
} as const;
const LAST_KIND = Kind.eventWithOld;
export type KindCode = (typeof Kind)[keyof typeof Kind];

const GUILD_EVENTS: readonly (GuildEvent | undefined)[] = [
  undefined,
  'join',
  'startup',
  'available',
  'leave',
  'outage',
];

/** Bytes that the length of `old` takes. */
const OLD_LENGTH_BYTES = 4;

const NO_LANE: LaneKey = { shardId: 0, shardCount: 0 };

/** Bytes an event takes. */
export function eventRecordBytes(event: DeliveryEvent): number {
  return (
    HEADER_BYTES +
    Buffer.byteLength(event.sessionId) +
    Buffer.byteLength(event.t) +
    (event.guildId === undefined ? 0 : Buffer.byteLength(event.guildId)) +
    (event.old === undefined ? 0 : OLD_LENGTH_BYTES + event.old.length) +
    event.bytes.length
  );
}

/** Writes an event into room of {@link eventRecordBytes}. */
export function writeEvent(target: Buffer, at: number, event: DeliveryEvent, previous: number): number {
  let end = at + HEADER_BYTES;
  const sessionLength = target.write(event.sessionId, end);
  end += sessionLength;
  const nameLength = target.write(event.t, end);
  end += nameLength;
  const guildLength = event.guildId === undefined ? 0 : target.write(event.guildId, end);
  end += guildLength;
  if (event.old !== undefined) {
    end = target.writeUInt32LE(event.old.length, end);
    target.set(event.old, end);
    end += event.old.length;
  }
  target.set(event.bytes, end);
  end += event.bytes.length;
  target.writeUInt16LE(sessionLength, at + 20);
  target.writeUInt16LE(nameLength, at + 22);
  target[at + 24] = guildLength;
  target[at + 25] = Math.max(0, GUILD_EVENTS.indexOf(event.guildEvent));
  target.writeUInt16LE(0, at + 26);
  target.writeDoubleLE(event.seq ?? Number.NaN, at + 28);
  target.writeDoubleLE(event.offset, at + 36);
  target.writeDoubleLE(previous, at + 44);
  target.writeDoubleLE(event.receivedAt, at + 52);
  finish(target, at, end, event.old === undefined ? Kind.event : Kind.eventWithOld, event);
  return end;
}

/** A record whose payload is JSON. */
export function encodeJson(
  kind: KindCode,
  value: unknown,
  fields: { lane?: LaneKey; offset?: number; previous?: number; time?: number } = {},
): Buffer {
  return encodeRaw(kind, Buffer.from(JSON.stringify(value)), fields);
}

/** A record with any payload. */
export function encodeRaw(
  kind: KindCode,
  payload: Buffer,
  fields: { lane?: LaneKey; offset?: number; previous?: number; time?: number } = {},
): Buffer {
  const record = Buffer.alloc(HEADER_BYTES + payload.length);
  record.writeDoubleLE(Number.NaN, 28);
  record.writeDoubleLE(fields.offset ?? Number.NaN, 36);
  record.writeDoubleLE(fields.previous ?? Number.NaN, 44);
  record.writeDoubleLE(fields.time ?? 0, 52);
  record.set(payload, HEADER_BYTES);
  finish(record, 0, record.length, kind, fields.lane ?? NO_LANE);
  return record;
}

/** What the delivery tells beside events, as a record. */
export function encodeNotice(notice: DeliveryGap | DeliveryReshard, previous: number): Buffer {
  const kind = notice.kind === 'gap' ? Kind.gap : Kind.reshard;
  return encodeJson(kind, notice, { lane: notice, offset: notice.offset, previous, time: timeOf(notice) });
}

/** Bytes a record takes. */
export function recordBytes(record: DeliveryRecord): number {
  return record.kind === 'event' ? eventRecordBytes(record) : encodeNotice(record, Number.NaN).length;
}

/** Whether records of a kind belong to a lane. */
export function isOfLane(kind: number): boolean {
  return kind === Kind.event || kind === Kind.gap || kind === Kind.reshard || kind === Kind.eventWithOld;
}

function finish(target: Buffer, at: number, end: number, kind: KindCode, lane: LaneKey): void {
  target.writeUInt16LE(MAGIC, at);
  target[at + 2] = VERSION;
  target[at + 3] = kind;
  target.writeUInt32LE(end - at - HEADER_BYTES, at + 8);
  target.writeUInt32LE(lane.shardId, at + 12);
  target.writeUInt32LE(lane.shardCount, at + 16);
  target.writeUInt32LE(checksum(target, at, end), at + 4);
}

function checksum(source: Buffer, at: number, end: number): number {
  return crc32(source.subarray(at + 8, end), source.readUInt32LE(at));
}

/** Length of the record that seems to start here, 0 when none can. Needs {@link HEADER_BYTES}; says nothing on the content. */
export function recordLength(source: Buffer, at: number): number {
  if (source.readUInt16LE(at) !== MAGIC || source[at + 2] !== VERSION) return 0;
  const kind = source[at + 3] as number;
  if (kind < Kind.event || kind > LAST_KIND) return 0;
  const length = source.readUInt32LE(at + 8);
  return length > MAX_PAYLOAD_BYTES ? 0 : HEADER_BYTES + length;
}

/** Whether a whole record stands here, every bit as it was written. */
export function isIntact(source: Buffer, at: number, length: number): boolean {
  if (length < HEADER_BYTES || at + length > source.length || recordLength(source, at) !== length) return false;
  return source.readUInt32LE(at + 4) === checksum(source, at, at + length);
}

/** Version of the layout, where the magic stands here. */
export function versionAt(source: Buffer, at: number): number | undefined {
  return source.length >= at + 3 && source.readUInt16LE(at) === MAGIC ? source[at + 2] : undefined;
}

/** Next place from `from` on where a record may start, or -1. */
export function findMagic(source: Buffer, from: number): number {
  for (let at = source.indexOf(0xff, from); at !== -1; at = source.indexOf(0xff, at + 1)) {
    if (at + 1 >= source.length || source[at + 1] === 0xd6) return at;
  }
  return -1;
}

/** What the fixed part of an intact record says. */
export const header: {
  readonly kind: (source: Buffer, at: number) => number;
  readonly shardId: (source: Buffer, at: number) => number;
  readonly shardCount: (source: Buffer, at: number) => number;
  readonly offset: (source: Buffer, at: number) => number;
  readonly previous: (source: Buffer, at: number) => number;
  readonly time: (source: Buffer, at: number) => number;
} = {
  kind: (source, at) => source[at + 3] as number,
  shardId: (source, at) => source.readUInt32LE(at + 12),
  shardCount: (source, at) => source.readUInt32LE(at + 16),
  offset: (source, at) => source.readDoubleLE(at + 36),
  previous: (source, at) => source.readDoubleLE(at + 44),
  time: (source, at) => source.readDoubleLE(at + 52),
};

/** Payload of an intact record of a JSON kind. */
export function jsonOf(source: Buffer, at: number, length: number): unknown {
  return JSON.parse(source.toString('utf8', at + HEADER_BYTES, at + length));
}

/** The record of a lane that stands here, known to be intact. An event's `bytes` is a part of `source`. */
export function readLaneRecord(source: Buffer, at: number, length: number): DeliveryRecord {
  const kind = header.kind(source, at);
  if (kind === Kind.gap || kind === Kind.reshard) return jsonOf(source, at, length) as DeliveryGap | DeliveryReshard;
  const { sessionId, seq } = identityOf(source, at);
  const name = at + HEADER_BYTES + source.readUInt16LE(at + 20);
  const guild = name + source.readUInt16LE(at + 22);
  const guildEnd = guild + (source[at + 24] as number);
  const old = kind === Kind.eventWithOld ? guildEnd + OLD_LENGTH_BYTES : guildEnd;
  const bytes = kind === Kind.eventWithOld ? old + source.readUInt32LE(guildEnd) : guildEnd;
  const event: { -readonly [Name in keyof DeliveryEvent]: DeliveryEvent[Name] } = {
    kind: 'event',
    shardId: header.shardId(source, at),
    shardCount: header.shardCount(source, at),
    offset: header.offset(source, at),
    sessionId,
    seq,
    t: source.toString('utf8', name, guild),
    receivedAt: header.time(source, at),
    bytes: source.subarray(bytes, at + length),
  };
  if (kind === Kind.eventWithOld) event.old = source.subarray(old, bytes);
  if (guildEnd > guild) event.guildId = source.toString('latin1', guild, guildEnd);
  const guildEvent = GUILD_EVENTS[source[at + 25] as number];
  if (guildEvent !== undefined) event.guildEvent = guildEvent;
  return event;
}

/** Session and sequence number of an intact event. */
export function identityOf(source: Buffer, at: number): { sessionId: string; seq: number | null } {
  const seq = source.readDoubleLE(at + 28);
  const start = at + HEADER_BYTES;
  return {
    sessionId: source.toString('utf8', start, start + source.readUInt16LE(at + 20)),
    seq: Number.isNaN(seq) ? null : seq,
  };
}
