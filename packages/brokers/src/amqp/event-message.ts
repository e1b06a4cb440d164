import type { Options } from 'amqplib';
import { eventData, eventId, noticeFacts } from '@shardgate/delivery';
import type { DeliveryEvent, DeliveryGap, DeliveryRecord, DeliveryReshard } from '@shardgate/delivery';
import type { AmqpSinkSettings } from './sink-options.ts';

/** A message as it is published. */
export interface EventMessage {
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: Options.Publish;
}

/** Routing keys, and names, of what is told beside events. */
const GAP = 'GAP';
const RESHARD = 'RESHARD';
const OLD = Buffer.from(',"old":');
const END = Buffer.from('}');

/** `{"op":0,"t":…,"d":…,"old"?:…,"s"?:…,"shard"?:…}`; `d` and `old` are the bytes as they came. */
function eventMessage(event: DeliveryEvent, { bodyMembers }: Pick<AmqpSinkSettings, 'bodyMembers'>): EventMessage {
  const { t, seq, shardId, shardCount, old } = event;
  const id = eventId(event);
  const parts = [Buffer.from(`{"op":0,"t":${JSON.stringify(t)},"d":`), eventData(event)];
  if (old !== undefined) parts.push(OLD, old);
  for (const name of bodyMembers) parts.push(Buffer.from(`,"${name}":${name === 's' ? seq : shardId}`));
  parts.push(END);
  return {
    routingKey: t,
    body: Buffer.concat(parts),
    properties: {
      ...propertiesOf(t, event.receivedAt),
      ...(id === undefined ? {} : { messageId: id }),
      headers: seq === null ? { shard: shardId, shards: shardCount } : { shard: shardId, shards: shardCount, seq },
    },
  };
}

/** What is told of a gap: as in {@link DeliveryGap}, but the cause may also be that the broker lost what it had confirmed. */
export type GapFacts = Omit<DeliveryGap, 'kind' | 'offset' | 'cause'> & {
  readonly cause: DeliveryGap['cause'] | 'brokerLost';
};

/** `{"op":0,"t":"GAP","d":{…}}` */
export function gapMessage(gap: GapFacts): EventMessage {
  const { shardId, shardCount, sessionId, afterSeq, nextSeq, cause, count, detectedAt } = gap;
  const d = { shardId, shardCount, sessionId, afterSeq, nextSeq, cause, count, detectedAt };
  return {
    routingKey: GAP,
    body: Buffer.from(JSON.stringify({ op: 0, t: GAP, d })),
    properties: { ...propertiesOf(GAP, detectedAt), headers: { shard: shardId, shards: shardCount } },
  };
}

/** `{"op":0,"t":"RESHARD","d":{…}}` */
function reshardMessage(reshard: DeliveryReshard): EventMessage {
  const { shardId, shardCount, at } = reshard;
  return {
    routingKey: RESHARD,
    body: Buffer.from(JSON.stringify({ op: 0, t: RESHARD, d: noticeFacts(reshard) })),
    properties: { ...propertiesOf(RESHARD, at), headers: { shard: shardId, shards: shardCount } },
  };
}

/** Any record as a message. */
export function recordMessage(record: DeliveryRecord, settings: Pick<AmqpSinkSettings, 'bodyMembers'>): EventMessage {
  if (record.kind === 'event') return eventMessage(record, settings);
  return record.kind === 'gap' ? gapMessage(record) : reshardMessage(record);
}

function propertiesOf(type: string, wallTime: number): Options.Publish {
  // AMQP counts time in seconds.
  return { persistent: true, contentType: 'application/json', type, timestamp: Math.floor(wallTime / 1_000) };
}
