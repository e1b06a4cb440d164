import type { ReceivedEvent } from '../event.ts';
import { readGap } from '../event-gap.ts';
import type { EventGap } from '../event-gap.ts';
import { readReshard } from '../reshard-notice.ts';
import type { ReshardNotice } from '../reshard-notice.ts';

/** One thing a request brings. A message that is no event, as a sender of everything forwards, is passed over. */
export type Delivery =
  | { readonly kind: 'event'; readonly event: ReceivedEvent; readonly offset: number | undefined }
  | { readonly kind: 'gap'; readonly gap: EventGap; readonly offset: number | undefined }
  | { readonly kind: 'reshard'; readonly reshard: ReshardNotice; readonly offset: number | undefined }
  | { readonly kind: 'other'; readonly offset: number | undefined };

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
  const lines = body.toString().split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const record = parseObject(line, `Line ${index + 1}`);
    if ('gap' in record) return [gapOf(record['gap'])];
    if ('reshard' in record) return [reshardOf(record['reshard'])];
    return [
      eventOf(record, wholeNumber(record['offset']), {
        id: text(record['id']),
        shardCount: wholeNumber(record['shardCount']),
        sessionId: text(record['sessionId']),
        guildId: text(record['guildId']),
        guildEvent: text(record['guildEvent']),
        receivedAt: wholeNumber(record['receivedAt']) ?? context.nowMs,
        attempt,
      }),
    ];
  });
}

/** What is known of an event beside its payload. */
interface Envelope {
  readonly id: string | undefined;
  readonly shardCount: number | undefined;
  readonly sessionId: string | undefined;
  readonly guildId: string | undefined;
  readonly guildEvent: string | undefined;
  readonly receivedAt: number;
  readonly attempt: number;
}

function eventOf(record: Record<string, unknown>, offset: number | undefined, envelope: Envelope): Delivery {
  const shardId = record['shardId'];
  const payload = record['data'] ?? record['message'] ?? record['payload'];
  if (typeof shardId !== 'number' || !Number.isSafeInteger(shardId) || shardId < 0)
    throw new BodyError('shardId is not a whole number.');
  if (!isObject(payload)) throw new BodyError('There is no payload: expected an object as data.');
  const { t, s, d } = payload;
  if (typeof t !== 'string') return { kind: 'other', offset };
  const { id, shardCount, sessionId, guildId, guildEvent, receivedAt, attempt } = envelope;
  const event: ReceivedEvent = {
    id: id ?? null,
    shardId,
    shardCount: shardCount ?? null,
    sessionId: sessionId ?? null,
    seq: typeof s === 'number' ? s : null,
    t,
    d,
    ...(record['old'] === undefined ? {} : { old: record['old'] }),
    ...(guildId === undefined ? {} : { guildId }),
    ...(guildEvent === undefined ? {} : { guildEvent }),
    receivedAt,
    attempt,
  };
  return { kind: 'event', event, offset };
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
