import { eventData, eventId, noticeFacts } from '@shardgate/delivery';
import type { DeliveryEvent, DeliveryGap, DeliveryRecord, DeliveryReshard } from '@shardgate/delivery';
import type { AmqpSinkSettings } from './sink-options.ts';

/** A message as it is published. */
export interface EventMessage {
  readonly routingKey: string;
  /** Its parts, in order: payloads are copied once, into what is sent. */
  readonly body: readonly Buffer[];
  readonly properties: EventProperties;
}

/** What amqplib takes as options of `publish`, as far as it is used here. */
export interface EventProperties {
  readonly persistent: true;
  readonly contentType: string;
  readonly type: string;
  /** Seconds. */
  readonly timestamp: number;
  messageId?: string;
  /** Whole numbers; one that is undefined is left out. */
  readonly headers: Readonly<Record<string, number | undefined>>;
}

/** Routing keys, and names, of what is told beside events. */
const GAP = 'GAP';
const RESHARD = 'RESHARD';
const JSON_TYPE = 'application/json';
const OLD = Buffer.from(',"old":');
const END = Buffer.from('}');

/** Beginnings of bodies by the event's name. There are about a hundred; what a server might make up is not kept for ever. */
const heads = new Map<string, Buffer>();
const MAX_HEADS = 512;

function headOf(t: string): Buffer {
  const known = heads.get(t);
  if (known !== undefined) return known;
  if (heads.size >= MAX_HEADS) heads.clear();
  const head = Buffer.from(`{"op":0,"t":${JSON.stringify(t)},"d":`);
  heads.set(t, head);
  return head;
}

/** `{"op":0,"t":…,"d":…,"old"?:…,"s"?:…,"shard"?:…}`; `d` and `old` are the bytes as they came. */
function eventMessage(event: DeliveryEvent, { bodyMembers }: Pick<AmqpSinkSettings, 'bodyMembers'>): EventMessage {
  const { t, seq, shardId, shardCount, old, receivedAt } = event;
  const body = [headOf(t), eventData(event)];
  if (old !== undefined) body.push(OLD, old);
  for (const name of bodyMembers) body.push(Buffer.from(`,"${name}":${name === 's' ? seq : shardId}`));
  body.push(END);
  const properties: EventProperties = {
    persistent: true,
    contentType: JSON_TYPE,
    type: t,
    timestamp: secondsOf(receivedAt),
    headers: { shard: shardId, shards: shardCount, seq: seq ?? undefined },
  };
  const messageId = eventId(event);
  // Set, not spread together: V8 would make a hidden class for each event.
  if (messageId !== undefined) properties.messageId = messageId;
  return { routingKey: t, body, properties };
}

/** What is told of a gap: as in {@link DeliveryGap}, but the cause may also be that the broker lost what it had confirmed. */
export type GapFacts = Omit<DeliveryGap, 'kind' | 'offset' | 'cause'> & {
  readonly cause: DeliveryGap['cause'] | 'brokerLost';
};

/** `{"op":0,"t":"GAP","d":{…}}` */
export function gapMessage(gap: GapFacts): EventMessage {
  const { shardId, shardCount, sessionId, afterSeq, nextSeq, cause, count, detectedAt } = gap;
  const d = { shardId, shardCount, sessionId, afterSeq, nextSeq, cause, count, detectedAt };
  return noticeMessage(GAP, d, gap, detectedAt);
}

/** `{"op":0,"t":"RESHARD","d":{…}}` */
function reshardMessage(reshard: DeliveryReshard): EventMessage {
  return noticeMessage(RESHARD, noticeFacts(reshard), reshard, reshard.at);
}

function noticeMessage(
  t: string,
  d: object,
  { shardId, shardCount }: { readonly shardId: number; readonly shardCount: number },
  wallTime: number,
): EventMessage {
  return {
    routingKey: t,
    body: [Buffer.from(JSON.stringify({ op: 0, t, d }))],
    properties: {
      persistent: true,
      contentType: JSON_TYPE,
      type: t,
      timestamp: secondsOf(wallTime),
      headers: { shard: shardId, shards: shardCount },
    },
  };
}

/** Any record as a message. */
export function recordMessage(record: DeliveryRecord, settings: Pick<AmqpSinkSettings, 'bodyMembers'>): EventMessage {
  if (record.kind === 'event') return eventMessage(record, settings);
  return record.kind === 'gap' ? gapMessage(record) : reshardMessage(record);
}

/** AMQP counts time in seconds. */
function secondsOf(wallTime: number): number {
  return Math.floor(wallTime / 1_000);
}
