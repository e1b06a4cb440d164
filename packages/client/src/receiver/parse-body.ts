import type { ReceivedEvent } from '../event.ts';
import { readGap } from '../event-gap.ts';
import type { EventGap } from '../event-gap.ts';
import { readReshard } from '../reshard-notice.ts';
import type { ReshardNotice } from '../reshard-notice.ts';
import { PostedEvent } from './posted-event.ts';
import type { Envelope } from './posted-event.ts';

const LINE_FEED = 0x0a;

/** One thing a request brings. A message that is no event, as a sender of everything forwards, is passed over. */
export type Delivery =
  | EventDelivery
  | { readonly kind: 'gap'; readonly gap: EventGap; readonly offset: number | undefined }
  | { readonly kind: 'reshard'; readonly reshard: ReshardNotice; readonly offset: number | undefined }
  | { readonly kind: 'other'; readonly offset: number | undefined };

/** A class: after one backlog V8 would make literals in the old heap, and the event of each would stay until it collects the whole of it. */
class EventDelivery {
  readonly kind = 'event';
  readonly event: ReceivedEvent;
  readonly offset: number | undefined;

  constructor(event: ReceivedEvent, offset: number | undefined) {
    this.event = event;
    this.offset = offset;
  }
}

/** What surrounds a body. */
export interface BodyContext {
  header(name: string): string | undefined;
  /** Wall-clock milliseconds, for senders that do not say when an event came. */
  readonly nowMs: number;
}

/** Thrown for a body that is none of the forms; the message is for the sender. */
export class BodyError extends Error {
  override readonly name: string = 'BodyError';
}

/**
 * Reads the body of one event: `{"shardId", "data"}`, with `message` or `payload` instead of `data` as other releases of Discordeno have
 * it, or `{"shardId", "gap"}` or `{"shardId", "reshard"}`. `old` stands beside `data`.
 *
 * @throws {BodyError}
 */
export function parseEventBody(body: Buffer, context: BodyContext): Delivery {
  const record = parseObject(body.toString(), 'The body');
  const { header } = context;
  const offset = wholeNumber(header('shardgate-offset'));
  if ('gap' in record) return gapOf(record['gap']);
  if ('reshard' in record) return reshardOf(record['reshard']);
  // The id says what the body does not. Lanes of shards have no slash or colon in front, sessions may have either.
  const id = header('shardgate-event-id');
  const [, shardCount, sessionId] = /^\d+\/(\d+):(.*):\d+$/.exec(id ?? '') ?? [];
  return eventOf(record, offset, {
    id,
    shardId: shardIdOf(record),
    shardCount: wholeNumber(shardCount),
    sessionId,
    guildId: header('shardgate-guild-id'),
    guildEvent: header('shardgate-guild-event'),
    receivedAt: wholeNumber(header('shardgate-received-at')) ?? context.nowMs,
    attempt: wholeNumber(header('shardgate-attempt')) ?? 0,
  });
}

/**
 * Reads a batch: an event, a gap or a reshard a line.
 *
 * @throws {BodyError} one of the lines is wrong: none of them counts then
 */
export function parseBatchBody(body: Buffer, context: BodyContext): Delivery[] {
  const attempt = wholeNumber(context.header('shardgate-attempt')) ?? 0;
  const deliveries: Delivery[] = [];
  let number = 0;
  let start = 0;
  while (start < body.length) {
    const lineFeed = body.indexOf(LINE_FEED, start);
    const end = lineFeed === -1 ? body.length : lineFeed;
    // Each line a text of its own: in one for all, a single letter beyond Latin-1 makes every line twice as wide.
    const line = body.toString('utf8', start, end);
    start = end + 1;
    number += 1;
    if (/\S/.test(line)) deliveries.push(deliveryOf(parseObject(line, `Line ${number}`), attempt, context.nowMs));
  }
  return deliveries;
}

/** What a line says. */
function deliveryOf(record: Record<string, unknown>, attempt: number, nowMs: number): Delivery {
  if (record['gap'] !== undefined) return gapOf(record['gap']);
  if (record['reshard'] !== undefined) return reshardOf(record['reshard']);
  return eventOf(record, wholeNumber(record['offset']), {
    id: text(record['id']),
    shardId: shardIdOf(record),
    shardCount: wholeNumber(record['shardCount']),
    sessionId: text(record['sessionId']),
    guildId: text(record['guildId']),
    guildEvent: text(record['guildEvent']),
    receivedAt: wholeNumber(record['receivedAt']) ?? nowMs,
    attempt,
  });
}

function eventOf(record: Record<string, unknown>, offset: number | undefined, envelope: Envelope): Delivery {
  const payload = record['data'] ?? record['message'] ?? record['payload'];
  if (!isObject(payload)) throw new BodyError('There is no payload: expected an object as data.');
  const { t } = payload;
  if (typeof t !== 'string') return { kind: 'other', offset };
  return new EventDelivery(new PostedEvent(t, payload, record['old'], envelope), offset);
}

function shardIdOf({ shardId }: Record<string, unknown>): number {
  if (typeof shardId !== 'number' || !Number.isSafeInteger(shardId) || shardId < 0)
    throw new BodyError('shardId is not a whole number.');
  return shardId;
}

function gapOf(value: unknown): Delivery {
  const gap = readGap(value);
  if (gap === undefined) throw new BodyError('There is a gap that cannot be read.');
  return { kind: 'gap', gap, offset: gap.offset };
}

function reshardOf(value: unknown): Delivery {
  const reshard = readReshard(value);
  if (reshard === undefined) throw new BodyError('There is a reshard that cannot be read.');
  return { kind: 'reshard', reshard, offset: reshard.offset };
}

function parseObject(json: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new BodyError(`${what} is not JSON.`);
  }
  if (!isObject(value)) throw new BodyError(`${what} is not an object.`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number or its digits. */
function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
