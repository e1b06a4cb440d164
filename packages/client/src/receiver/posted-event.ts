import type { ReceivedEvent } from '../event.ts';

/** What is known of an event beside its payload. */
export interface Envelope {
  readonly id: string | undefined;
  readonly shardId: number;
  readonly shardCount: number | undefined;
  readonly sessionId: string | undefined;
  readonly guildId: string | undefined;
  readonly guildEvent: string | undefined;
  readonly receivedAt: number;
  readonly attempt: number;
}

/** An event as a request brought it. A class, and nothing spread together: V8 would make hidden classes for each event. */
export class PostedEvent implements ReceivedEvent {
  readonly id: string | null;
  readonly shardId: number;
  readonly shardCount: number | null;
  readonly sessionId: string | null;
  readonly seq: number | null;
  readonly t: string;
  readonly d: unknown;
  readonly receivedAt: number;
  readonly attempt: number;
  declare readonly old?: unknown;
  declare readonly guildId?: string;
  declare readonly guildEvent?: string;

  constructor(t: string, { s, d }: Readonly<Record<string, unknown>>, old: unknown, envelope: Envelope) {
    const { id, shardId, shardCount, sessionId, guildId, guildEvent, receivedAt, attempt } = envelope;
    this.id = id ?? null;
    this.shardId = shardId;
    this.shardCount = shardCount ?? null;
    this.sessionId = sessionId ?? null;
    this.seq = typeof s === 'number' ? s : null;
    this.t = t;
    this.d = d;
    this.receivedAt = receivedAt;
    this.attempt = attempt;
    if (old !== undefined) this.old = old;
    if (guildId !== undefined) this.guildId = guildId;
    if (guildEvent !== undefined) this.guildEvent = guildEvent;
  }
}
