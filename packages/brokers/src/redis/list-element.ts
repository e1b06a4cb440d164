import { eventData, eventDataEtf, noticeFacts } from '@shardgate/delivery';
import type { DeliveryEvent, DeliveryNotice, DeliveryRecord } from '@shardgate/delivery';
import { eventEnvelope } from '../event-envelope.ts';
import { isChosen } from '../tatsu-choice.ts';
import type { RedisListSettings } from './list-options.ts';

/** What is pushed of a record, and to which list. */
export interface ListElement {
  readonly list: string;
  /** The bytes as they came: texts would be joined into one, and a single letter beyond Latin-1 in a batch makes that two bytes a letter, which costs three times as much. */
  readonly content: Buffer;
}

const VERSION_BYTE = Buffer.of(131);

/** Undefined for a record that these lists do not get. */
export function listElement(record: DeliveryRecord, settings: RedisListSettings): ListElement | undefined {
  if (record.kind !== 'event')
    return settings.gaps ? noticeElement(record.kind, noticeFacts(record), settings) : undefined;
  if (!isChosen(record, settings)) return undefined;
  return { list: settings.prefix + record.t, content: contentOf(record, settings) };
}

/** Facts of a gap or a reshard as an element of the list `<prefix>GAP` or `<prefix>RESHARD`. */
export function noticeElement(kind: DeliveryNotice['kind'], facts: object, { prefix }: RedisListSettings): ListElement {
  return { list: prefix + kind.toUpperCase(), content: Buffer.from(JSON.stringify(facts)) };
}

function contentOf(event: DeliveryEvent, { envelope, encoding, etfVersionByte }: RedisListSettings): Buffer {
  if (envelope) return eventEnvelope(event);
  if (encoding === 'json') return eventData(event);
  const term = eventDataEtf(event);
  return etfVersionByte ? Buffer.concat([VERSION_BYTE, term]) : term;
}
