import type { GuildEvent } from '@shardgate/gateway';
import type { AcceptedPayload } from './delivery.ts';
import type { DeliveryEvent } from './delivery-record.ts';
import type { Source } from './lanes/source.ts';

/**
 * An event as it came in.
 *
 * A class, since V8 remembers of a literal how long its objects live: after one backlog it would put each event into the old heap for good, and only a collection of the whole heap frees it there.
 * https://v8.dev/blog/orinoco-parallel-scavenger
 */
export class AcceptedEvent implements DeliveryEvent {
  readonly kind = 'event';
  readonly shardId: number;
  readonly shardCount: number;
  readonly offset: number;
  readonly sessionId: string;
  readonly seq: number | null;
  readonly t: string;
  readonly receivedAt: number;
  readonly bytes: Buffer;
  readonly guildEvent: GuildEvent | undefined;
  readonly old: Buffer | undefined;

  /** The next of its source. */
  constructor(source: Source, payload: AcceptedPayload, bytes: Buffer, receivedAt: number) {
    this.shardId = source.shardId;
    this.shardCount = source.shardCount;
    this.offset = source.next;
    this.sessionId = source.sessionId;
    this.seq = payload.s;
    this.t = payload.t;
    this.receivedAt = receivedAt;
    this.bytes = bytes;
    this.guildEvent = payload.guildEvent;
    this.old = payload.old === undefined ? undefined : Buffer.from(payload.old);
  }
}
