import { eventId } from '../delivery-record.ts';
import type {
  DeliveryEvent,
  DeliveryGap,
  DeliveryNotice,
  DeliveryRecord,
  DeliveryReshard,
} from '../delivery-record.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const END = Buffer.from('}\n');
const OLD = Buffer.from(',"old":');

export interface RecordLineOptions {
  readonly before?: string;
  /** Whether an event's `old` is in the line. */
  readonly old?: boolean;
}

/**
 * A record as a line of JSON, with its line feed: `{"id":…,"shardId":…,"shardCount":…,"sessionId":…,"seq":…,"offset":…,"receivedAt":…,
 * "guildId"?:…,"guildEvent"?:…,"data":<the payload's own bytes>,"old"?:…}`, `{"gap":{…}}` or `{"reshard":{…}}`. In pieces to be joined, so
 * that the payload is copied once. `before` puts members of the caller's in front: JSON text that ends in a comma.
 */
export function recordLine(record: DeliveryRecord, { before = '', old = true }: RecordLineOptions = {}): Buffer[] {
  if (record.kind !== 'event') return [Buffer.from(`{${before}${noticeMember(record)}}\n`)];
  const data = [Buffer.from(`{${before}${eventMembers(record)},"data":`), onOneLine(record.bytes)];
  return old && record.old !== undefined ? [...data, OLD, onOneLine(record.old), END] : [...data, END];
}

/** What is told beside events, as a member of an object: `"gap":{…}` or `"reshard":{…}`. */
export function noticeMember(notice: DeliveryNotice): string {
  return `"${notice.kind}":${JSON.stringify(noticeFacts(notice))}`;
}

/** What consumers are told of a gap or a reshard. */
export function noticeFacts(notice: DeliveryNotice): object {
  return notice.kind === 'gap' ? gapFacts(notice) : reshardFacts(notice);
}

function gapFacts(gap: DeliveryGap): Omit<DeliveryGap, 'kind'> {
  const { shardId, shardCount, offset, sessionId, afterSeq, nextSeq, cause, count, detectedAt } = gap;
  return { shardId, shardCount, offset, sessionId, afterSeq, nextSeq, cause, count, detectedAt };
}

function reshardFacts(reshard: DeliveryReshard): Omit<DeliveryReshard, 'kind' | 'sessionId'> {
  const { shardId, shardCount, offset, from, to, at } = reshard;
  return { shardId, shardCount, offset, from, to, at };
}

function eventMembers(event: DeliveryEvent): string {
  const { shardId, shardCount, seq, offset, receivedAt, guildId, guildEvent } = event;
  const id = eventId(event);
  return (
    (id === undefined ? '' : `"id":${JSON.stringify(id)},`) +
    `"shardId":${shardId},"shardCount":${shardCount},"sessionId":${JSON.stringify(event.sessionId)},` +
    `"seq":${seq},"offset":${offset},"receivedAt":${receivedAt}` +
    (guildId === undefined ? '' : `,"guildId":${JSON.stringify(guildId)}`) +
    (guildEvent === undefined ? '' : `,"guildEvent":"${guildEvent}"`)
  );
}

/** The bytes themselves, unless they have line breaks: in JSON those can only stand between tokens, so a space does as well. */
function onOneLine(bytes: Buffer): Buffer {
  if (!bytes.includes(LINE_FEED) && !bytes.includes(CARRIAGE_RETURN)) return bytes;
  return Buffer.from(bytes.map((byte) => (byte === LINE_FEED || byte === CARRIAGE_RETURN ? SPACE : byte)));
}
