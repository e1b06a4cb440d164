import type { Clock } from '@shardgate/gateway';
import type { EntityKind, EntityRef, StoredEntity } from './entity.ts';
import type { Operation, Replaced } from './operation.ts';

/** A synchronous store answers at once, another one by a promise. */
export type Answer<T> = T | Promise<T>;

/** How long and how much a store keeps. */
export interface StorePolicy {
  /** Milliseconds from its last write after which an object is gone. Kinds without a number never expire. */
  readonly ttlMs: Readonly<Partial<Record<EntityKind, number>>>;
  /** Messages kept of a channel: beyond it those with the lowest ids go. Undefined: no limit. */
  readonly messagesPerChannel: number | undefined;
}

/** What a store gets when it is opened. */
export interface StoreContext extends StorePolicy {
  readonly clock: Clock;
  /**
   * To be called when what was written is no longer there: the place was found without data when it was opened, or its server came back so. It is then written anew from a store that answers at once; without one
   * it is stale until Discord has sent the guilds again.
   */
  readonly onEmptied?: () => void;
}

/** Which objects `list` gives. Without any of the optional members: all of the kind. */
export interface ListQuery {
  readonly kind: EntityKind;
  /** Those of this guild; null: of no guild. */
  readonly guildId?: string | null;
  /** Messages: those of this channel. */
  readonly channelId?: string;
  /** Those with this id, in every guild: all members that are one user. */
  readonly id?: string;
  /** Those with a higher id than this. With `after` or `limit` the answer is in the order of the ids, as numbers. */
  readonly after?: string;
  /** At most so many. */
  readonly limit?: number;
}

/** A store's condition. */
export interface StoreStatus {
  /** Whether it answers, as far as it knows without asking. */
  readonly isReady: boolean;
  /** More, for people: the last error, bytes on disk. */
  readonly detail?: string;
}

/** The reading half of a store. */
export interface StoreReader {
  /** The object's JSON text, undefined when there is none. */
  get(ref: EntityRef): Answer<string | undefined>;
  /** The same for many, in their order. */
  getMany(refs: readonly EntityRef[]): Answer<readonly (string | undefined)[]>;
  list(query: ListQuery): Answer<readonly StoredEntity[]>;
  /** How many objects of each kind there are. */
  counts(): Answer<Readonly<Record<EntityKind, number>>>;
}

/**
 * Where the cache is kept. `test/store-contract.ts` says in tests what every store must do.
 *
 * Calls of `apply` come one after the other: never before the answer to the last one, save after one that has taken longer than `storeTimeoutMs`. A store that
 * lost its server keeps trying to reach it; the state tries the failed `apply` again.
 */
export interface Store extends StoreReader {
  /** For messages and figures. */
  readonly name: string;
  /** Whether it answers at once, never by a promise, in `apply` and everything that reads. */
  readonly isSynchronous: boolean;
  /** Makes it ready. Rejects, naming the cause and the remedy, when that cannot be. Called once, and before everything else. */
  open(context: StoreContext): Promise<void>;
  /**
   * Carries out operations in their order and says what each replaced: one entry for each operation. The order holds; that all or none are carried out is not promised.
   *
   * Throws or rejects when the store cannot be reached; then any part of them may have been carried out, and they will come again.
   */
  apply(operations: readonly Operation[]): Answer<readonly Replaced[]>;
  status(): StoreStatus;
  /** Writes down what has to be and ends. Nothing is called afterwards. */
  close(): Promise<void>;
}

/** A store that answers at once: events need not wait for it. */
export interface SynchronousStore extends Store {
  readonly isSynchronous: true;
  apply(operations: readonly Operation[]): readonly Replaced[];
  get(ref: EntityRef): string | undefined;
  getMany(refs: readonly EntityRef[]): readonly (string | undefined)[];
  list(query: ListQuery): readonly StoredEntity[];
  counts(): Readonly<Record<EntityKind, number>>;
  /** Guilds of which there is anything, be it one presence: another store is rebuilt guild by guild. Guilds of which everything went one by one may be among them. */
  guildIds(): readonly string[];
}

/** A store that answers by promises. */
export interface AsynchronousStore extends Store {
  readonly isSynchronous: false;
  apply(operations: readonly Operation[]): Promise<readonly Replaced[]>;
  get(ref: EntityRef): Promise<string | undefined>;
  getMany(refs: readonly EntityRef[]): Promise<readonly (string | undefined)[]>;
  list(query: ListQuery): Promise<readonly StoredEntity[]>;
  counts(): Promise<Readonly<Record<EntityKind, number>>>;
}

/** Whether a store answers at once. */
export function isSynchronous(store: Store): store is SynchronousStore {
  return store.isSynchronous;
}
