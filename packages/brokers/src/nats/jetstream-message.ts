import { eventData, eventId, laneName, noticeFacts } from '@shardgate/delivery';
import type { DeliveryNotice, DeliveryRecord, LaneKey } from '@shardgate/delivery';
import { eventEnvelope } from '../event-envelope.ts';

/** What is published of a record. */
export interface OutMessage {
  readonly subject: string;
  /** By this the stream knows it again. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** How messages look. */
export interface MessageStyle {
  readonly prefix: string;
  readonly body: 'event' | 'data';
}

/** A record as a message on `<prefix>.<event name>.<shard id>`. */
export function recordMessage(record: DeliveryRecord, { prefix, body }: MessageStyle): OutMessage {
  const place = `${laneName(record)}@${record.offset}`;
  if (record.kind !== 'event')
    return noticeMessage(record.kind, noticeFacts(record), record, { id: `${record.kind}:${place}`, prefix });
  return {
    subject: `${prefix}.${subjectToken(record.t)}.${record.shardId}`,
    id: headerText(eventId(record) ?? place),
    bytes: body === 'event' ? eventEnvelope(record) : eventData(record),
  };
}

/** Facts of a gap or a reshard as a message on `<prefix>.GAP.<shard id>` or `<prefix>.RESHARD.<shard id>`. */
export function noticeMessage(
  kind: DeliveryNotice['kind'],
  facts: object,
  { shardId }: LaneKey,
  { id, prefix }: { readonly id: string; readonly prefix: string },
): OutMessage {
  return {
    subject: `${prefix}.${kind.toUpperCase()}.${shardId}`,
    id: headerText(id),
    bytes: Buffer.from(JSON.stringify(facts)),
  };
}

/** Names come over the network: what has a meaning in subjects does not get into one. */
function subjectToken(t: string): string {
  return /^\w+$/.test(t) ? t : t.replaceAll(/\W/g, '_') || '_';
}

/** Session ids too: a line break would end the header. */
function headerText(text: string): string {
  return /^[!-~]+$/.test(text) ? text : encodeURIComponent(text);
}
