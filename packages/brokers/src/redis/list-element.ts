import { eventData, eventDataEtf, noticeFacts } from '@shardgate/delivery';
import type { DeliveryEvent, DeliveryNotice, DeliveryRecord } from '@shardgate/delivery';
import { eventEnvelope } from '../event-envelope.ts';
import type { RedisListSettings } from './list-options.ts';

/** What is pushed of a record, and to which list. */
export interface ListElement {
  readonly list: string;
  /** JSON as a string: client libraries join strings into one write, where each buffer is a write of its own, which costs three times as much. */
  readonly content: string | Buffer;
}

const VERSION_BYTE = Buffer.of(131);

/** Undefined for a record that these lists do not get. */
export function listElement(record: DeliveryRecord, settings: RedisListSettings): ListElement | undefined {
  if (record.kind !== 'event')
    return settings.gaps ? noticeElement(record.kind, noticeFacts(record), settings) : undefined;
  if (!isWanted(record, settings)) return undefined;
  return { list: settings.prefix + record.t, content: contentOf(record, settings) };
}

/** Facts of a gap or a reshard as an element of the list `<prefix>GAP` or `<prefix>RESHARD`. */
export function noticeElement(kind: DeliveryNotice['kind'], facts: object, { prefix }: RedisListSettings): ListElement {
  return { list: prefix + kind.toUpperCase(), content: JSON.stringify(facts) };
}

function isWanted({ t, guildEvent }: DeliveryEvent, { profile, whitelist }: RedisListSettings): boolean {
  if (whitelist !== undefined && !whitelist.has(t)) return false;
  if (profile === 'all') return true;
  if (t === 'READY' || t === 'RESUMED' || t === 'GUILD_LOADED_DD') return false;
  // What a guild means is unknown where the gateway's guild filter is off: better one too many.
  return t !== 'GUILD_CREATE' || guildEvent === undefined || guildEvent === 'join';
}

function contentOf(event: DeliveryEvent, { envelope, encoding, etfVersionByte }: RedisListSettings): string | Buffer {
  if (envelope) return eventEnvelope(event).toString();
  if (encoding === 'json') return eventData(event).toString();
  const term = eventDataEtf(event);
  return etfVersionByte ? Buffer.concat([VERSION_BYTE, term]) : term;
}
