export {
  ENTITY_KINDS,
  GUILD_LISTS,
  guildRef,
  messageRef,
  ownedRef,
  shardIdOf,
  userRef,
  type EntityKind,
  type EntityRef,
  type GuildList,
  type StoredEntity,
} from './entity.ts';
export {
  mergeFields,
  type ClearChannel,
  type ClearGuild,
  type ListEntry,
  type Merge,
  type Operation,
  type Put,
  type PutAll,
  type Remove,
  type Replaced,
  type ReplaceAll,
  type RetainGuilds,
} from './operation.ts';
export {
  isSynchronous,
  type Answer,
  type AsynchronousStore,
  type ListQuery,
  type Store,
  type StoreContext,
  type StorePolicy,
  type StoreReader,
  type StoreStatus,
  type SynchronousStore,
} from './store.ts';
export { createMemoryStore, type MemoryStoreOptions } from './memory/memory-store.ts';
export { createState, type StateOptions } from './create-state.ts';
export type { EventOrigin, Reducer, ReducerContext, StatePayload } from './reducer.ts';
export { defaultReducers } from './reducers/default-reducers.ts';
export type { FieldChoice, KindSwitch, State, StateData, StateMethods } from './state.ts';
export type { StateEvents } from './state-events.ts';
export type { StateStatus, StoreReport } from './state-status.ts';
