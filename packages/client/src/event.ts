import type { GatewayDispatchPayload } from 'discord-api-types/v10';

/** Discord's events by name, each with the type of its data. */
export type DispatchData = { readonly [Payload in GatewayDispatchPayload as `${Payload['t']}`]: Payload['d'] };

/** Data of an event; unknown for a name that is not Discord's. */
export type DataOf<Name extends string> = Name extends keyof DispatchData ? DispatchData[Name] : unknown;

/** One event as a bot gets it. */
export interface ReceivedEvent<Name extends string = string> {
  /** `<shard>/<shardCount>:<sessionId>:<seq>`, the same whenever it comes again; null when the sender did not say or Discord did not number it. */
  readonly id: string | null;
  readonly shardId: number;
  /** Null when the sender did not say. */
  readonly shardCount: number | null;
  /** Null when the sender did not say. */
  readonly sessionId: string | null;
  readonly seq: number | null;
  /** Event name. */
  readonly t: Name;
  /** Data of the event, as Discord sent it. */
  readonly d: DataOf<Name>;
  /**
   * The object as it was before the event, or a list of them for an event about several (MESSAGE_DELETE_BULK); where the gateway keeps a state that knew
   * it.
   */
  readonly old?: unknown;
  readonly guildId?: string;
  /** What a guild event means: `join`, `startup`, `available`, `leave` or `outage`. */
  readonly guildEvent?: string;
  /** Wall-clock milliseconds at which the gateway received it. */
  readonly receivedAt: number;
  /** How often it may have been sent before; 0 the first time. */
  readonly attempt: number;
  /** True for one that was seen before. */
  readonly duplicate?: boolean;
}
