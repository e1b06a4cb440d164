import type { GatewayDispatchPayload } from 'discord-api-types/v10';
import type { StreamEvent } from './client-event.ts';
import type { EventsMessage, WireEvent } from './server-message.ts';

/**
 * An event as it came over the stream. A class, and nothing spread together: V8 would make hidden classes for each event, and after one backlog keep each until it collects the whole heap.
 */
export class LaneEvent implements StreamEvent {
  readonly id: string | null;
  readonly shardId: number;
  readonly shardCount: number;
  readonly sessionId: string;
  readonly seq: number | null;
  readonly t: string;
  readonly d: unknown;
  readonly payload: GatewayDispatchPayload;
  readonly offset: number;
  readonly receivedAt: number;
  readonly attempt: number;
  declare readonly old?: unknown;
  declare readonly guildId?: string;
  declare readonly guildEvent?: string;

  constructor(
    { shardId, shardCount }: { readonly shardId: number; readonly shardCount: number },
    { lane, session }: EventsMessage,
    { seq, offset, payload, guildId, guildEvent, old, at, attempt = 0 }: WireEvent,
  ) {
    this.id = seq === null ? null : `${lane}:${session}:${seq}`;
    this.shardId = shardId;
    this.shardCount = shardCount;
    this.sessionId = session;
    this.seq = seq;
    this.t = payload.t;
    this.d = payload.d;
    // What the gateway hands on is a dispatch: op 0 with a name.
    this.payload = payload as GatewayDispatchPayload;
    this.offset = offset;
    this.receivedAt = at;
    this.attempt = attempt;
    if (old !== undefined) this.old = old;
    if (guildId !== undefined) this.guildId = guildId;
    if (guildEvent !== undefined) this.guildEvent = guildEvent;
  }
}
