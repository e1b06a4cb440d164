import { eventData, eventId } from '@shardgate/delivery';
import type { DeliveryEvent } from '@shardgate/delivery';

const END = Buffer.from('}');
const OLD = Buffer.from(',"old":');

/**
 * `{"op":0,"s":…,"t":…,"id"?:…,"shard":[id,count],"receivedAt":…,"guildEvent"?:…,"d":…,"old"?:…}` as JSON text; `d` and `old` are the bytes as
 * they came.
 */
export function eventEnvelope(event: DeliveryEvent): Buffer {
  const { seq, t, shardId, shardCount, receivedAt, guildEvent, old } = event;
  const id = eventId(event);
  const head =
    `{"op":0,"s":${seq},"t":${JSON.stringify(t)},` +
    (id === undefined ? '' : `"id":${JSON.stringify(id)},`) +
    `"shard":[${shardId},${shardCount}],"receivedAt":${receivedAt},` +
    (guildEvent === undefined ? '' : `"guildEvent":"${guildEvent}",`) +
    `"d":`;
  return Buffer.concat([Buffer.from(head), eventData(event), ...(old === undefined ? [] : [OLD, old]), END]);
}
