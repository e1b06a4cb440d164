import { eventId } from '../delivery-record.ts';
import type { DeliveryEvent, DeliveryRecord } from '../delivery-record.ts';
import { noticeMember } from '../records/notice-facts.ts';

const END = Buffer.from('}');
const OLD = Buffer.from(',"old":');

/**
 * The body of one record: `{"shardId":n,"data":<the payload's own bytes>}`, with `"old"` behind it where it is known and wanted; or
 * `{"shardId":n,"gap":{…}}` or `{"shardId":n,"reshard":{…}}`.
 */
export function eventBody(record: DeliveryRecord, withOld: boolean): Buffer {
  if (record.kind !== 'event') return Buffer.from(`{"shardId":${record.shardId},${noticeMember(record)}}`);
  const data = [Buffer.from(`{"shardId":${record.shardId},"data":`), record.bytes];
  return Buffer.concat(withOld && record.old !== undefined ? [...data, OLD, record.old, END] : [...data, END]);
}

/** What the body does not say, in headers that a consumer of the original system does not look at. */
export function eventHeaders(record: DeliveryRecord, attempt: number): Record<string, string> {
  const headers: Record<string, string> = {
    'shardgate-attempt': String(attempt),
    'shardgate-offset': String(record.offset),
  };
  if (record.kind === 'event') addEventHeaders(headers, record);
  return headers;
}

function addEventHeaders(headers: Record<string, string>, event: DeliveryEvent): void {
  headers['shardgate-received-at'] = String(event.receivedAt);
  addText(headers, 'shardgate-event-id', eventId(event));
  addText(headers, 'shardgate-guild-id', event.guildId);
  addText(headers, 'shardgate-guild-event', event.guildEvent);
}

/** Session and guild ids come over the network: what is not plain text does not become a header. */
function addText(headers: Record<string, string>, name: string, text: string | undefined): void {
  if (text !== undefined && /^[!-~]{1,512}$/.test(text)) headers[name] = text;
}
