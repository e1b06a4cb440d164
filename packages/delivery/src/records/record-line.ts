import { eventId } from '../delivery-record.ts';
import type { DeliveryEvent, DeliveryGap, DeliveryRecord } from '../delivery-record.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const END = Buffer.from('}\n');

/**
 * A record as a line of JSON, with its line feed: `{"id":…,"shardId":…,"shardCount":…,"sessionId":…,"seq":…,"offset":…,"receivedAt":…,
 * "guildId"?:…,"guildEvent"?:…,"data":<the payload's own bytes>}` or `{"gap":{…}}`. In pieces to be joined, so that the payload is copied
 * once. `before` puts members of the caller's in front: JSON text that ends in a comma.
 */
export function recordLine(record: DeliveryRecord, before = ''): Buffer[] {
  if (record.kind === 'gap') return [Buffer.from(`{${before}"gap":${JSON.stringify(gapFacts(record))}}\n`)];
  return [Buffer.from(`{${before}${eventMembers(record)},"data":`), onOneLine(record.bytes), END];
}

/** A gap without what only the lanes need. */
export function gapFacts(gap: DeliveryGap): Omit<DeliveryGap, 'kind'> {
  const { shardId, shardCount, offset, sessionId, afterSeq, nextSeq, cause, count, detectedAt } = gap;
  return { shardId, shardCount, offset, sessionId, afterSeq, nextSeq, cause, count, detectedAt };
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
