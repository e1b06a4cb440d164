import { laneName } from '../delivery-record.ts';
import type { DeliveryEvent, DeliveryNotice, DeliveryRecord } from '../delivery-record.ts';
import { writeDecimal } from './decimal.ts';
import { noticeMember } from './notice-facts.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const OFFSET = Buffer.from(',"offset":');
const RECEIVED_AT = Buffer.from(',"receivedAt":');
const DATA = Buffer.from(',"data":');
const OLD = Buffer.from(',"old":');
const NULL = Buffer.from('null');
const END = Buffer.from('}\n');
/** More than an event's line has beside the beginning it shares with others, its payload, `old` and texts. */
const MOST_REST_BYTES = 256;
/** A UTF-16 unit as JSON writes it: `\u` and four digits at most. */
const MOST_UNIT_BYTES = 6;

export interface RecordLinesOptions {
  /** Members of the caller's in front: JSON text that ends in a comma. */
  readonly before?: string;
  /** Whether an event's `old` is in the line. */
  readonly old?: boolean;
}

/**
 * Records as lines of JSON, each with its line feed: `{"id":…,"shardId":…,"shardCount":…,"sessionId":…,"seq":…,"offset":…,"receivedAt":…,
 * "guildId"?:…,"guildEvent"?:…,"data":<the payload's own bytes>,"old"?:…}`, `{"gap":{…}}` or `{"reshard":{…}}`.
 */
export function recordLines(
  records: readonly DeliveryRecord[],
  { before = '', old = true }: RecordLinesOptions = {},
): Buffer {
  const lines = new Lines(before, old);
  let mostBytes = 0;
  for (const record of records) mostBytes += lines.mostBytes(record);
  const target = Buffer.allocUnsafe(mostBytes);
  let end = 0;
  for (const record of records) end = lines.write(record, target, end);
  return target.subarray(0, end);
}

/** What lines of one session have in common. */
class SessionText {
  readonly shardId: number;
  readonly shardCount: number;
  readonly sessionId: string;
  /** Before the number in the id. */
  readonly start: Buffer;
  /** Between that and the number itself. */
  readonly middle: Buffer;
  /** Both, for an event without a number. */
  readonly unnumbered: Buffer;

  constructor(before: string, { shardId, shardCount, sessionId }: DeliveryEvent) {
    const session = JSON.stringify(sessionId);
    const facts = `"shardId":${shardId},"shardCount":${shardCount},"sessionId":${session},"seq":`;
    this.shardId = shardId;
    this.shardCount = shardCount;
    this.sessionId = sessionId;
    this.start = Buffer.from(`{${before}"id":"${laneName({ shardId, shardCount })}:${session.slice(1, -1)}:`);
    this.middle = Buffer.from(`",${facts}`);
    this.unnumbered = Buffer.from(`{${before}${facts}`);
  }
}

/** Written straight into one buffer: by way of strings and pieces a batch took twice as long. */
class Lines {
  readonly #before: string;
  readonly #old: boolean;
  /** Of the event before: the next one is nearly always of the same session. */
  #session: SessionText | undefined;

  constructor(before: string, old: boolean) {
    this.#before = before;
    this.#old = old;
  }

  mostBytes(record: DeliveryRecord): number {
    if (record.kind !== 'event') return Buffer.byteLength(this.#noticeLine(record));
    const { start, middle } = this.#sessionOf(record);
    const texts = (record.guildId?.length ?? 0) + (record.guildEvent?.length ?? 0);
    const old = this.#old && record.old !== undefined ? record.old.length : 0;
    return start.length + middle.length + texts * MOST_UNIT_BYTES + record.bytes.length + old + MOST_REST_BYTES;
  }

  write(record: DeliveryRecord, target: Buffer, at: number): number {
    if (record.kind !== 'event') return at + target.write(this.#noticeLine(record), at);
    let end = this.#writeNumber(record, target, at);
    end += OFFSET.copy(target, end);
    end = writeDecimal(record.offset, target, end);
    end += RECEIVED_AT.copy(target, end);
    end = writeDecimal(record.receivedAt, target, end);
    const { guildId, guildEvent } = record;
    if (guildId !== undefined) end += target.write(`,"guildId":${JSON.stringify(guildId)}`, end);
    if (guildEvent !== undefined) end += target.write(`,"guildEvent":"${guildEvent}"`, end);
    end += DATA.copy(target, end);
    end = copyOnOneLine(record.bytes, target, end);
    if (this.#old && record.old !== undefined) {
      end += OLD.copy(target, end);
      end = copyOnOneLine(record.old, target, end);
    }
    return end + END.copy(target, end);
  }

  #writeNumber(event: DeliveryEvent, target: Buffer, at: number): number {
    const { seq } = event;
    const { start, middle, unnumbered } = this.#sessionOf(event);
    if (seq === null) {
      const end = at + unnumbered.copy(target, at);
      return end + NULL.copy(target, end);
    }
    let end = at + start.copy(target, at);
    end = writeDecimal(seq, target, end);
    end += middle.copy(target, end);
    return writeDecimal(seq, target, end);
  }

  #sessionOf(event: DeliveryEvent): SessionText {
    const last = this.#session;
    if (
      last !== undefined &&
      last.sessionId === event.sessionId &&
      last.shardId === event.shardId &&
      last.shardCount === event.shardCount
    )
      return last;
    return (this.#session = new SessionText(this.#before, event));
  }

  #noticeLine(notice: DeliveryNotice): string {
    return `{${this.#before}${noticeMember(notice)}}\n`;
  }
}

/** The bytes themselves, unless they have line breaks: in JSON those can only stand between tokens, so a space does as well. */
function copyOnOneLine(bytes: Buffer, target: Buffer, at: number): number {
  const end = at + bytes.copy(target, at);
  if (!bytes.includes(LINE_FEED) && !bytes.includes(CARRIAGE_RETURN)) return end;
  for (let i = at; i < end; i++) {
    if (target[i] === LINE_FEED || target[i] === CARRIAGE_RETURN) target[i] = SPACE;
  }
  return end;
}
