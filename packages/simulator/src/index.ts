export { assertClean } from './check.ts';
export type { CheckOptions } from './check.ts';
export { CloseCode } from './close-codes.ts';
export type { SimulatorOptions } from './create-simulation.ts';
export { DEFAULT_SETTINGS } from './defaults.ts';
export { listen } from './doors/listen.ts';
export type { Listenable, Listening, ListenOptions } from './doors/listen.ts';
export type { Admission, DoorName, Inlet, Peer } from './doors/peer.ts';
export type { RestAnswer, RestRequest } from './doors/rest.ts';
export type { GatewaySocket, OpenSocket, SocketHandlers } from './doors/socket.ts';
export { FAULT_KINDS } from './faults/fault.ts';
export type { Fault, ImmediateFault, StandingFault } from './faults/fault.ts';
export { ALL_INTENTS, Intent, PRIVILEGED_INTENTS } from './intents.ts';
export { compareDeliveries } from './records/comparison.ts';
export type { Comparison, Delivery } from './records/comparison.ts';
export type {
  Activity,
  ActivityFilter,
  ActivityRecord,
  DispatchFilter,
  DispatchRecord,
  Ledger,
} from './records/ledger.ts';
export type { ShardKey, Violation, ViolationKind } from './records/violations.ts';
export type { MsRange, Settings } from './settings.ts';
export { createSimulator } from './simulator.ts';
export type { FaultResult, Simulator } from './simulator.ts';
export type { SessionState, SimulatorState } from './state.ts';
export { createSystemClock } from './time/clock.ts';
export type { Clock } from './time/clock.ts';
export { createRandom } from './time/random.ts';
export type { Random } from './time/random.ts';
export { createVirtualClock } from './time/virtual-clock.ts';
export type { VirtualClock, VirtualClockOptions } from './time/virtual-clock.ts';
export type { EventRequest } from './world/emit.ts';
export { eventKey } from './world/event-key.ts';
export type { EventMix, EventMixName, LiveEventName } from './world/events-mix.ts';
export type { GuildControl } from './world/guild-control.ts';
export type { GuildStatus } from './world/guild-population.ts';
export type { GuildShape, GuildShapeName } from './world/shapes/guild.ts';
export { shardOf } from './world/snowflake.ts';
