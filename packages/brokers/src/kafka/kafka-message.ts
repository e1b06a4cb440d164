import { eventData, eventId, noticeFacts } from '@shardgate/delivery';
import type { DeliveryRecord } from '@shardgate/delivery';
import { eventEnvelope } from '../event-envelope.ts';
import type { KafkaMessage } from './kafka-producer.ts';

/** Bytes that a message takes besides its value, at most: key, headers and their lengths. */
const HEAD_BYTES = 512;

/** A record as a message. Gaps and reshards stand between the events as messages of their own, with `GAP` and `RESHARD` as their name. */
export function kafkaMessage(record: DeliveryRecord, body: 'event' | 'data'): KafkaMessage {
  const { shardId, shardCount } = record;
  const headers = { shard: `${shardId}/${shardCount}`, session: record.sessionId };
  const key = String(shardId);
  if (record.kind !== 'event') {
    const value = Buffer.from(JSON.stringify(noticeFacts(record)));
    const at = record.kind === 'gap' ? record.detectedAt : record.at;
    return { key, value, headers: { ...headers, t: record.kind.toUpperCase() }, timestamp: timestampOf(at) };
  }
  const { seq, t, receivedAt } = record;
  const id = eventId(record);
  return {
    key,
    value: body === 'event' ? eventEnvelope(record) : eventData(record),
    headers: {
      ...headers,
      t,
      ...(seq === null ? {} : { seq: String(seq) }),
      ...(id === undefined ? {} : { id }),
    },
    timestamp: timestampOf(receivedAt),
  };
}

/** What a message counts against the bytes of a send. */
export function weightOfMessage({ value }: KafkaMessage): number {
  return value.length + HEAD_BYTES;
}

/** Clients take whole numbers only, and clocks give what they like. */
function timestampOf(at: number): string {
  return String(Math.round(at));
}
