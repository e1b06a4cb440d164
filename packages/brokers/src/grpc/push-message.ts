import { eventData, eventDataEtf, eventId, noticeFacts } from '@shardgate/delivery';
import type { DeliveryEvent, DeliveryRecord } from '@shardgate/delivery';
import { eventEnvelope } from '../event-envelope.ts';
import { isChosen } from '../tatsu-choice.ts';
import { bytesSize, writeBytes, writeText } from './protobuf-writer.ts';
import type { GrpcPushSettings } from './push-options.ts';

/** What is pushed of a record. */
export interface PushMessage {
  /** An `EventRequest` of proto/tatsu/queue.proto. */
  readonly request: Buffer;
  /** What the contract has no place for, as metadata of the call. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Tags of `EventRequest`. */
const KEY = 1;
const VALUE = 2;

/** Undefined for a record that is not pushed. A reshard has no place in tatsu's contract. */
export function pushMessage(record: DeliveryRecord, settings: GrpcPushSettings): PushMessage | undefined {
  const { prefix, gaps } = settings;
  if (record.kind !== 'event') {
    if (!gaps) return undefined;
    return {
      request: eventRequest(prefix + record.kind.toUpperCase(), Buffer.from(JSON.stringify(noticeFacts(record)))),
      metadata: placeOf(record),
    };
  }
  if (!isChosen(record, settings)) return undefined;
  const id = eventId(record);
  const botId = settings.botId();
  return {
    request: eventRequest(prefix + record.t, valueOf(record, settings)),
    metadata: {
      ...placeOf(record),
      'x-gateway-event': headerText(record.t),
      'x-gateway-timestamp': String(record.receivedAt),
      ...(record.seq === null ? {} : { 'x-gateway-seq': String(record.seq) }),
      ...(id === undefined ? {} : { 'x-gateway-id': headerText(id) }),
      ...(botId === undefined ? {} : { 'x-gateway-bot-id': headerText(botId) }),
    },
  };
}

function placeOf({ shardId, shardCount }: DeliveryRecord): Record<string, string> {
  return { 'x-gateway-shard': String(shardId), 'x-gateway-shard-count': String(shardCount) };
}

function valueOf(event: DeliveryEvent, { envelope, encoding }: GrpcPushSettings): Buffer {
  if (envelope) return eventEnvelope(event);
  return encoding === 'json' ? eventData(event) : eventDataEtf(event);
}

function eventRequest(key: string, value: Buffer): Buffer {
  const keyLength = Buffer.byteLength(key);
  const bytes = Buffer.allocUnsafe(bytesSize(keyLength) + bytesSize(value.length));
  writeBytes(bytes, writeText(bytes, 0, KEY, key, keyLength), VALUE, value);
  return bytes;
}

/** Names and session ids come over the network: what is no text of a header would end the call. */
function headerText(text: string): string {
  return /^[!-~]+$/.test(text) ? text : encodeURIComponent(text);
}
