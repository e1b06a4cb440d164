export { createDelivery, type DeliveryOptions } from './create-delivery.ts';
export type { DeadLetters } from './dead-letters.ts';
export type { DeliveryEvents } from './delivery-events.ts';
export { eventId, laneName } from './delivery-record.ts';
export { eventData, eventDataEtf } from './records/event-data.ts';
export { noticeFacts } from './records/notice-facts.ts';
export type {
  DeliveryEvent,
  DeliveryGap,
  DeliveryNotice,
  DeliveryRecord,
  DeliveryReshard,
  GapCause,
  LaneKey,
  ShardCursor,
  ShardGeneration,
} from './delivery-record.ts';
export type { DeliveryStatus, LaneStatus } from './delivery-status.ts';
export type { AcceptedPayload, Delivery, DeliveryMethods, DeliveryState } from './delivery.ts';
export { deferInteractions } from './interactions/defer-interactions.ts';
export type {
  AnswerInteraction,
  DeferOptions,
  InteractionRest,
  InteractionRules,
} from './interactions/interaction-rules.ts';
export type {
  Journal,
  JournaledLane,
  JournalListener,
  JournalRecovery,
  JournalStatus,
  OverflowPolicy,
} from './journal/journal.ts';
export { BusyError, RefusedError } from './sink.ts';
export type { Batch, Sink, SinkDoor } from './sink.ts';
export type { SinkFilter, SinkSpec } from './sinks/sink-slot.ts';
export { isLoopback } from './access/loopback.ts';
export { createAssystSink, type AssystSinkOptions } from './assyst/assyst-sink.ts';
export { CommandError, type CommandErrorCode } from './commands/command-error.ts';
export { createCommandIntake, type CommandIntake, type CommandIntakeOptions } from './commands/command-intake.ts';
export type {
  Command,
  CommandClient,
  CommandRole,
  DiscordenoCommand,
  MemberSelection,
  Presence,
  PresenceActivity,
  RawPayload,
} from './commands/command.ts';
export {
  createCommandServer,
  type CommandServer,
  type CommandServerAddress,
  type CommandServerOptions,
} from './commands/http/command-server.ts';
export type { MembersResult } from './commands/member-request.ts';
export type { SeenDispatch } from './commands/member-requests.ts';
export type { DiscordenoShardInfo, ShardOfReport, ShardReport, StatusReport } from './commands/shard-report.ts';
export {
  createDeadLetterFile,
  type DeadLetterFile,
  type DeadLetterFileOptions,
} from './dead-letter/dead-letter-file.ts';
export { createHttpSink } from './http/http-sink.ts';
export type { HttpSinkOptions } from './http/http-sink-options.ts';
export { createJournal } from './journal/create-journal.ts';
export { createStdioSink, type StdioSinkOptions } from './stdio/stdio-sink.ts';
export type { CommandPort } from './stream/command-port.ts';
export type { CloseReason, StreamWindow } from './stream/protocol.ts';
export type { SessionState } from './stream/session.ts';
export type { StreamClientStatus, StreamStatus } from './stream/stream-hub.ts';
export type { StreamOptions } from './stream/stream-options.ts';
export { createUnixSink, type UnixSink, type UnixSinkOptions } from './stream/unix-sink.ts';
export { createWebSocketSink, type WebSocketSink, type WebSocketSinkOptions } from './stream/websocket-sink.ts';
export type { JournalOptions } from './journal/options.ts';
export { createFileStore } from './journal/file-store.ts';
export type { JournalFile, JournalStore } from './journal/store.ts';
export { JournalLockedError } from './journal/lock.ts';
export { inspectJournal, type JournalInspection } from './journal/inspect-journal.ts';
export { verifyJournal, type JournalVerification } from './journal/verify-journal.ts';
export { repairJournal, type JournalRepair } from './journal/repair-journal.ts';
export { exportJournal, tailJournal, type ExportOptions } from './journal/export-journal.ts';
export type { JournalTarget } from './journal/journal-view.ts';
export type { BackOff } from './lanes/back-off.ts';
export type { Soon } from '@shardgate/gateway';
export { createLaneQueue, type LaneQueue } from './queues/lane-queue.ts';
