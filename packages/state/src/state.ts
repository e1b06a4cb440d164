import type { Clock, GatewayManager, Random } from '@shardgate/gateway';
import type { EventEmitter } from 'eventemitter3';
import type { EntityKind, EntityRef, StoredEntity } from './entity.ts';
import type { EventOrigin, Reducer, StatePayload } from './reducer.ts';
import type { StateEvents } from './state-events.ts';
import type { StateRuntime } from './state-runtime.ts';
import type { StateStatus } from './state-status.ts';
import type { Answer, ListQuery, Store, StorePolicy } from './store.ts';

/** Which objects of a kind are kept: all, none, or of the members the bot's own. */
export type KindSwitch = boolean | 'own';

/** Which members of an object are kept: only these, or all but these. */
export type FieldChoice = { readonly pick: readonly string[] } | { readonly omit: readonly string[] };

/** Data of a state. */
export interface StateData extends StorePolicy {
  /** Where the cache is kept; several hold the same. The first one answers what is read and tells the old objects. */
  readonly stores: readonly Store[];
  /** Kinds that are kept. Default all but messages and presences. `member` may be `own`: the bot's own only. */
  readonly kinds: Readonly<Record<EntityKind, KindSwitch>>;
  /** Members of objects that are kept, by kind. Default all. What names an object and where it belongs is best left in. */
  readonly fields: Readonly<Partial<Record<EntityKind, FieldChoice>>>;
  /** What each dispatch does to the cache, by its name. `createState` adds the user's to {@link defaultReducers}; false switches one off. */
  readonly reducers: Readonly<Record<string, Reducer>>;
  /** Whether events carry the old object. `guilds`: only those that tell of a guild that is there, or no longer. Default true. */
  readonly old: boolean | 'guilds';
  /** Milliseconds for which an event waits for stores that answer by promises, until a store that is too slow counts as stale. Default 250. */
  readonly waitMs: number;
  /** Events of one shard that wait at most; beyond it they go on as they are. Default 4,096. */
  readonly maxWaitingEvents: number;
  /** Operations that are kept for a store that cannot be reached; beyond it they are dropped, and the store is rebuilt when it is back. Default 100,000. */
  readonly maxQueuedOperations: number;
  /** Milliseconds for which a store may work on one call, until the call counts as failed. Default 10,000. */
  readonly storeTimeoutMs: number;
  /** Wait between two tries of a store, with full jitter. Default 100 ms doubling to 10 s. */
  readonly backOff: { readonly baseMs: number; readonly capMs: number };
  readonly events: EventEmitter<StateEvents>;
  readonly clock: Clock;
  readonly random: Random;
  /** Not for overriding. Not enumerable. */
  readonly runtime: StateRuntime;
}

/** Methods of a state; each may be given as an option or assigned. */
export interface StateMethods {
  /** Opens the stores. Rejects when one cannot be opened; those that are open are closed again. */
  start: (state: State) => Promise<void>;
  /**
   * Has a gateway's events pass through here on their way: what `gateway.handleDiscordPayload` is now gets them with `old`, after the stores have them. Attach a delivery first.
   */
  attach: (state: State, gateway: GatewayManager) => void;
  /**
   * Applies one dispatch to the stores. Gives the old object as {@link StatePayload} describes it: at once while every store answers at once or the event does nothing, else by a promise, which resolves
   * when all stores have it or are known to be stale. Never rejects.
   *
   * @throws {WireError} when the event's data cannot be read; nothing is applied then
   */
  apply: (state: State, payload: StatePayload, origin: EventOrigin) => Answer<string | undefined>;
  /** One object's JSON text, from the first store. */
  get: (state: State, ref: EntityRef) => Answer<string | undefined>;
  /** Many objects, in the order of their names. */
  getMany: (state: State, refs: readonly EntityRef[]) => Answer<readonly (string | undefined)[]>;
  /** Objects of a kind: of a guild, of a channel, of one id. */
  list: (state: State, query: ListQuery) => Answer<readonly StoredEntity[]>;
  /** Number of objects by kind. */
  counts: (state: State) => Answer<Readonly<Record<EntityKind, number>>>;
  /** Lets what waits go on, gives the stores up to `deadlineMs` (default 5,000) for what they do not have yet, and closes them. Rejects when a store cannot be closed, after all others were. */
  stop: (state: State, deadlineMs?: number) => Promise<void>;
  status: (state: State) => StateStatus;
}

/** What `createState` returns: data and methods, nothing hidden. */
export interface State extends StateData, StateMethods {}
