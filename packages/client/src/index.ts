export type { EventGap } from './event-gap.ts';
export type { ReshardNotice, ReshardCursor, ReshardSide } from './reshard-notice.ts';
export type { DataOf, DispatchData, ReceivedEvent } from './event.ts';
export { createEventReceiver } from './receiver/create-event-receiver.ts';
export type { EventListener, EventReceiver, EventReceiverStatus } from './receiver/create-event-receiver.ts';
export type { EventReceiverOptions } from './receiver/receiver-options.ts';
export { ClientError } from './stream/client-error.ts';
export type { ClientErrorCode } from './stream/client-error.ts';
export type { StreamEvent } from './stream/client-event.ts';
export type { EventClientOptions } from './stream/client-options.ts';
export type {
  CommandOptions,
  Commands,
  GuildMembers,
  MemberSelection,
  ShardInfo,
  ShardPayload,
  ShardsInfo,
  VoiceStateChange,
} from './stream/commands.ts';
export { createCoreGateway } from './stream/core-gateway.ts';
export type { CoreGateway, DispatchListener } from './stream/core-gateway.ts';
export { createEventClient } from './stream/create-event-client.ts';
export type { ClientEvents, CloseOptions, EventClient, EventClientStatus } from './stream/event-client.ts';
export type { HandlerVerdict, OnHandlerError, SeenStore } from './stream/event-handling.ts';
export type { IntakeStatus } from './stream/event-intake.ts';
export { createStateClient, type StateClientOptions } from './state/create-state-client.ts';
export type { ShardChoice, StateClient } from './state/state-client.ts';
export type {
  CachedChannel,
  CachedGuild,
  CachedMember,
  CachedMessage,
  CachedThread,
  CachedUser,
  CachedGuildSnapshot,
  GuildLists,
  ListNames,
  Page,
  StateCounts,
  StateStatistics,
} from './state/state-objects.ts';
