import { encodeEtf, readPayload } from '@shardgate/wire';
import type { DeliveryEvent } from '../delivery-record.ts';

const NULL = Buffer.from('null');

/** The value of `d` as JSON text, as it came: a part of the event's bytes, not to be written to. `null` where the payload has no `d`. */
export function eventData({ bytes }: Pick<DeliveryEvent, 'bytes'>): Buffer {
  return readPayload(bytes).dBytes ?? NULL;
}

/** The value of `d` as an ETF term without the version byte. Written anew from the JSON text, so that ids are binaries. */
export function eventDataEtf({ bytes }: Pick<DeliveryEvent, 'bytes'>): Buffer {
  return encodeEtf(readPayload(bytes).d ?? null).subarray(1);
}
