import type { GuildEvent } from '@shardgate/gateway';
import type { EntityKind } from './entity.ts';
import type { Operation } from './operation.ts';

/** A dispatch as far as the state looks at it. */
export interface StatePayload {
  readonly t: string | null;
  readonly d: unknown;
  readonly guildEvent?: GuildEvent;
  /**
   * Set before the event goes on: what the event replaced or removed, as JSON text. Of events of one object the object, undefined when it was not cached; of events of several an array of
   * those that were.
   */
  old?: string;
}

/** Where an event came from. */
export interface EventOrigin {
  readonly shardId: number;
  readonly shardCount: number;
  /** The bot's user id, null before the first READY. */
  readonly botId: string | null;
}

/** What a reducer may know besides the event. */
export interface ReducerContext extends EventOrigin {
  /** Whether objects of the kind are kept; of a member whether this user's is. */
  keeps(kind: EntityKind, userId?: string): boolean;
  /** Whether anyone wants the old object. */
  readonly tellsOld: boolean;
  /** The JSON text under which an object is kept: with the members the user wants, and with `guild_id` where a guild is given and the object lacks it. */
  write(kind: EntityKind, object: object, guildId?: string): string;
  /** The members of an object that the user wants, for a `merge`. */
  fields(kind: EntityKind, object: object): Record<string, unknown>;
}

/** Turns the dispatches of one name into operations. */
export interface Reducer {
  /** With all of these switched off the event is not looked at, and its data stays unread. */
  readonly kinds: readonly EntityKind[];
  /** What `old` is: `one` object, an array of `many`, or not told at all. */
  readonly old: 'none' | 'one' | 'many';
  /**
   * A pure function of its arguments: it sees no store. Whatever it throws is told by the `error` event; the event then goes on without `old`, and the cache stays as it was.
   */
  reduce(payload: StatePayload, context: ReducerContext): readonly Operation[];
}
