import type { DeliveryEvent, DeliveryGap, DeliveryReshard } from '../delivery-record.ts';
import { CURSOR_BYTES, EVENT_OVERHEAD_BYTES } from './protocol.ts';

const OLD = Buffer.from(',"old":');
const SNOWFLAKE = /^\d{1,20}$/;

/** What all events of one `events` message have in common. */
export interface EventMessageHead {
  /** `<shard>/<shardCount>` */
  readonly lane: string;
  readonly epoch: number;
  /** How often these events were sent before. */
  readonly attempt: number;
  /** Bytes to leave free in front. */
  readonly headroom: number;
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
export function eventsMessage(head: EventMessageHead, events: readonly DeliveryEvent[], cost: number): Buffer {
  const { lane, epoch, attempt, headroom, withOld } = head;
  const session = JSON.stringify(events[0]?.sessionId ?? '');
  const start = `{"op":"events","lane":"${lane}","epoch":${epoch},"session":${session},"events":[`;
  const buffer = Buffer.allocUnsafe(headroom + start.length * 3 + cost + 2);
  const tries = attempt === 0 ? '' : `,"attempt":${attempt}`;
  let end = headroom + buffer.write(start, headroom);
  let opening = '{"offset":';
  for (const event of events) {
    let header = `${opening}${event.offset},"seq":${event.seq},"at":${event.receivedAt}${tries}`;
    if (event.guildId !== undefined && SNOWFLAKE.test(event.guildId)) header += `,"guildId":"${event.guildId}"`;
    if (event.guildEvent !== undefined) header += `,"guildEvent":"${event.guildEvent}"`;
    // All of it is ASCII, and shorter than what `eventCost` sets aside.
    end += buffer.write(`${header},"payload":`, end, 'latin1');
    end += event.bytes.copy(buffer, end);
    if (withOld && event.old !== undefined) {
      end += OLD.copy(buffer, end);
      end += event.old.copy(buffer, end);
    }
    buffer[end++] = 0x7d;
    opening = ',{"offset":';
  }
  buffer[end++] = 0x5d;
  buffer[end++] = 0x7d;
  return buffer.subarray(0, end);
}

type NoticeHead = Pick<EventMessageHead, 'lane' | 'epoch' | 'headroom'>;

/** The `reshard` message. */
export function reshardMessage({ lane, epoch, headroom }: NoticeHead, reshard: DeliveryReshard): Buffer {
  const { offset, from, to, at } = reshard;
  return textMessage({ op: 'reshard', lane, epoch, offset, from, to, at }, headroom);
}

/** The `gap` message. */
export function gapMessage(head: NoticeHead, gap: DeliveryGap): Buffer {
  return textMessage(
    {
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
    },
    head.headroom,
  );
}

/** Any other message. */
export function textMessage(message: object, headroom: number): Buffer {
  const text = JSON.stringify(message);
  const buffer = Buffer.allocUnsafe(headroom + Buffer.byteLength(text));
  buffer.write(text, headroom);
  return buffer;
}
