export { Collection } from './collection.ts';
export { createGatewayManager } from './create-gateway-manager.ts';
export type { DispatchPayload, LoadedGuildPayload } from './dispatch-payload.ts';
export { GatewayError, type GatewayErrorCode } from './errors.ts';
export type { GatewayFilters } from './filters/gateway-filters.ts';
export type { GuildEvent } from './filters/guild-registry.ts';
export type { GatewayBot } from './gateway-bot.ts';
export type { GatewayManager, GatewayMethods, Reshard } from './gateway-manager.ts';
export type { Bucket, GatewayCache, GatewayRest, GatewayState, LoadingShard } from './gateway-state.ts';
export { createFileIdentifyLedger, type FileIdentifyLedgerOptions } from './identify/file-identify-ledger.ts';
export { HELD } from './held.ts';
export type { IdentifyStatus } from './identify/identify-governor.ts';
export type { IdentifyLedger, IdentifyLedgerState, IdentifyReading } from './identify/identify-ledger.ts';
export type { IdentifyPermit } from './identify/identify-queue.ts';
export { createMemoryIdentifyLedger } from './identify/memory-identify-ledger.ts';
export { ALL_INTENTS, Intents, type IntentName } from './intents.ts';
export type { GatewayEmitter, GatewayEvents, SpawnProgress } from './life-cycle-events.ts';
export { calculateMaxShards } from './methods/calculate-max-shards.ts';
export { closeWS } from './methods/close-ws.ts';
export { createShard } from './methods/create-shard.ts';
export { fetchGatewayBot } from './methods/fetch-gateway-bot.ts';
export { handleOnMessage } from './methods/handle-on-message.ts';
export { heartbeat } from './methods/heartbeat.ts';
export { identify } from './methods/identify.ts';
export { prepareBuckets } from './methods/prepare-buckets.ts';
export { processGatewayQueue } from './methods/process-gateway-queue.ts';
export { requestIdentify } from './methods/request-identify.ts';
export { reshardClose } from './methods/reshard-close.ts';
export { reshardCut } from './methods/reshard-cut.ts';
export { reshardNeeded } from './methods/reshard-needed.ts';
export { reshardPrepare } from './methods/reshard-prepare.ts';
export { reshardReady } from './methods/reshard-ready.ts';
export { reshardRollBack } from './methods/reshard-roll-back.ts';
export { resharder } from './methods/resharder.ts';
export { resume } from './methods/resume.ts';
export { safeRequestsPerShard } from './methods/safe-requests-per-shard.ts';
export { sendShardMessage } from './methods/send-shard-message.ts';
export { settle } from './methods/settle.ts';
export { spawnShards } from './methods/spawn-shards.ts';
export { stopGateway } from './methods/stop-gateway.ts';
export { tellClusterToIdentify, tellWorkerToIdentify } from './methods/tell-cluster-to-identify.ts';
export type { GatewayOptions } from './options/gateway-options.ts';
export { systemClock, type Clock, type TimerHandle } from './ports/clock.ts';
export { systemRandom, type Random } from './ports/random.ts';
export type { GatewaySocket, OpenSocket, SocketError, SocketHandlers } from './ports/socket.ts';
export { createFileSessionStore, type FileSessionStoreOptions } from './session-store/file-session-store.ts';
export { createMemorySessionStore } from './session-store/memory-session-store.ts';
export type {
  GuildSnapshot,
  GuildStatus,
  ReshardMark,
  SessionCheckpoint,
  SessionKey,
  SessionStore,
  ShardRange,
} from './session-store/session-store.ts';
export type {
  Resharded,
  ReshardGeneration,
  ReshardNeed,
  ReshardPhase,
  ReshardProgress,
  ReshardRequest,
  ReshardResult,
} from './reshard/reshard-status.ts';
export type { Crossing, ReshardStreams, WaitingEvent } from './reshard/crossing.ts';
export type { SendOptions, ShardCommand } from './shard-command.ts';
export { OwnCloseCode } from './shard/close-codes.ts';
export type { Probe, ProbeState } from './shard/probe.ts';
export type { RemoteLink } from './shard/remote-link.ts';
export type { ShardInput } from './shard/input.ts';
export type { ConnectTarget, ShardPhase, ShardState, ShardStatus } from './shard/phase.ts';
export type { Shard as GatewayShard, ShardHeartbeat } from './shard/shard.ts';
export type { ShardTimings } from './shard/timings.ts';
export { openWebSocket } from './websocket/open-web-socket.ts';
export { createWorkerPool } from './workers/create-worker-pool.ts';
export type { WorkerModule, WorkerModuleContext } from './workers/load-module.ts';
export type { PoolEmitter, PoolEvents, WorkerLossCause } from './workers/pool-events.ts';
export type { WorkerIsolation, WorkerPoolOptions } from './workers/pool-options.ts';
export type { Soon } from './ports/soon.ts';
export type { WorkerPool, WorkerStatus } from './workers/worker-pool.ts';
export type { WorkerState } from './workers/worker-slot.ts';
