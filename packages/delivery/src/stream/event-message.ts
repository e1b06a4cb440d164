import type { DeliveryEvent, DeliveryGap, DeliveryReshard } from '../delivery-record.ts';
import type { OutgoingMessage } from './outgoing.ts';
import { writeDecimal } from '../records/decimal.ts';
import { CURSOR_BYTES, EVENT_OVERHEAD_BYTES } from './protocol.ts';

const OFFSET = Buffer.from('{"offset":');
const SEQ = Buffer.from(',"seq":');
const AT = Buffer.from(',"at":');
const PAYLOAD = Buffer.from(',"payload":');
const OLD = Buffer.from(',"old":');
const NULL = Buffer.from('null');
const [CLOSE_BRACE, CLOSE_BRACKET, COMMA] = [0x7d, 0x5d, 0x2c];
const SNOWFLAKE = /^\d{1,20}$/;

/** What all events of one `events` message have in common. */
export interface EventMessageHead {
  /** `<shard>/<shardCount>` */
  readonly lane: string;
  readonly epoch: number;
  /** How often these events were sent before. */
  readonly attempt: number;
  /** Whether events are sent with `old`. */
  readonly withOld: boolean;
}

/** Bytes an event takes from the window. */
export function eventCost(event: DeliveryEvent, withOld: boolean): number {
  const oldBytes = withOld && event.old !== undefined ? event.old.length : 0;
  return event.bytes.length + oldBytes + EVENT_OVERHEAD_BYTES;
}

/** Bytes that a gap or a reshard takes from it. */
export function noticeCost(notice: DeliveryGap | DeliveryReshard): number {
  const cursors = notice.kind === 'gap' ? 0 : notice.from.shards.length + notice.to.shards.length;
  return 2 * EVENT_OVERHEAD_BYTES + cursors * CURSOR_BYTES;
}

/**
 * The `events` message for events of one lane and one session. The payloads are copied as they are: nothing here parses or encodes them.
 *
 * @param cost what {@link eventCost} gives for all of them
 */
export function eventsMessage(head: EventMessageHead, events: readonly DeliveryEvent[], cost: number): OutgoingMessage {
  const { lane, epoch, attempt, withOld } = head;
  const session = JSON.stringify(events[0]?.sessionId ?? '');
  const start = `{"op":"events","lane":"${lane}","epoch":${epoch},"session":${session},"events":[`;
  const tries = attempt === 0 ? '' : `,"attempt":${attempt}`;
  return {
    mostBytes: start.length * 3 + cost + 2,
    write(target, at) {
      let end = at + target.write(start, at);
      for (const event of events) {
        end = writeHeader(event, tries, target, end);
        // `set` and not `copy`, which looks at four parameters first.
        target.set(event.bytes, end);
        end += event.bytes.length;
        if (withOld && event.old !== undefined) {
          end = writeWord(OLD, target, end);
          target.set(event.old, end);
          end += event.old.length;
        }
        target[end++] = CLOSE_BRACE;
        target[end++] = COMMA;
      }
      // In the place of the last comma.
      target[end - 1] = CLOSE_BRACKET;
      target[end] = CLOSE_BRACE;
      return end + 1;
    },
  };
}

/** What stands before an event's payload. All of it is ASCII, and shorter than what `eventCost` sets aside. */
function writeHeader(event: DeliveryEvent, tries: string, target: Buffer, at: number): number {
  let end = writeWord(OFFSET, target, at);
  end = writeDecimal(event.offset, target, end);
  end = writeWord(SEQ, target, end);
  end = event.seq === null ? writeWord(NULL, target, end) : writeDecimal(event.seq, target, end);
  end = writeWord(AT, target, end);
  end = writeDecimal(event.receivedAt, target, end);
  if (tries !== '') end += target.write(tries, end, 'latin1');
  if (event.guildId !== undefined && SNOWFLAKE.test(event.guildId))
    end += target.write(`,"guildId":"${event.guildId}"`, end, 'latin1');
  if (event.guildEvent !== undefined) end += target.write(`,"guildEvent":"${event.guildEvent}"`, end, 'latin1');
  return writeWord(PAYLOAD, target, end);
}

/** Byte by byte: for so few a call out of JavaScript takes longer than the bytes themselves. */
function writeWord(word: Buffer, target: Buffer, at: number): number {
  for (let index = 0; index < word.length; index++) target[at + index] = word[index] as number;
  return at + word.length;
}

type NoticeHead = Pick<EventMessageHead, 'lane' | 'epoch'>;

/** The `reshard` message. */
export function reshardMessage({ lane, epoch }: NoticeHead, reshard: DeliveryReshard): OutgoingMessage {
  const { offset, from, to, at } = reshard;
  return textMessage({ op: 'reshard', lane, epoch, offset, from, to, at });
}

/** The `gap` message. */
export function gapMessage(head: NoticeHead, gap: DeliveryGap): OutgoingMessage {
  return textMessage({
    op: 'gap',
    lane: head.lane,
    epoch: head.epoch,
    offset: gap.offset,
    session: gap.sessionId,
    afterSeq: gap.afterSeq,
    nextSeq: gap.nextSeq,
    count: gap.count,
    cause: gap.cause,
    detectedAt: gap.detectedAt,
  });
}

/** Any other message. */
export function textMessage(message: object): OutgoingMessage {
  const text = JSON.stringify(message);
  return {
    mostBytes: Buffer.byteLength(text),
    write: (target, at) => at + target.write(text, at),
  };
}
