import { eventId } from '../delivery-record.ts';
import type { DeliveryEvent, DeliveryRecord } from '../delivery-record.ts';
import { gapFacts } from '../records/record-line.ts';

const END = Buffer.from('}');

/** The body of one record: `{"shardId":n,"data":<the payload's own bytes>}`, or `{"shardId":n,"gap":{…}}`. */
export function eventBody(record: DeliveryRecord): Buffer {
  if (record.kind === 'gap')
    return Buffer.from(`{"shardId":${record.shardId},"gap":${JSON.stringify(gapFacts(record))}}`);
  return Buffer.concat([Buffer.from(`{"shardId":${record.shardId},"data":`), record.bytes, END]);
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
