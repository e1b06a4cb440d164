import type { FaultRules } from './faults/fault-rules.ts';
import type { IdentifyBudget } from './limits/budget.ts';
import type { IdentifyLimit } from './limits/identify-limit.ts';
import type { SlidingWindow } from './limits/sliding-window.ts';
import type { Activity, LedgerWriter } from './records/ledger.ts';
import type { ViolationKind, ViolationList } from './records/violations.ts';
import type { Connection } from './session/connection.ts';
import type { SessionStore } from './session/session-store.ts';
import type { Settings } from './settings.ts';
import type { Clock } from './time/clock.ts';
import type { Random } from './time/random.ts';
import type { TimerSet } from './time/timer-set.ts';
import type { TokenCheck } from './tokens.ts';
import type { FrameWriters } from './wire/frame-writer.ts';
import type { GuildPopulation } from './world/guild-population.ts';
import type { LiveEvents } from './world/live-events.ts';

/** The bot's application and user. */
export interface Application {
  readonly id: string;
  readonly name: string;
}

/**
 * Everything the core knows. The functions of the core take it first; nothing of it is reached in another way, so two
 * simulators in one process have nothing in common.
 */
export interface Simulation {
  readonly clock: Clock;
  readonly random: Random;
  /** Timers that belong to no connection. */
  readonly timers: TimerSet;
  readonly settings: Settings;
  readonly application: Application;
  readonly tokens: TokenCheck;
  readonly population: GuildPopulation;
  readonly live: LiveEvents;
  readonly sessions: SessionStore;
  readonly connections: Map<number, Connection>;
  readonly identifyLimit: IdentifyLimit;
  readonly budget: IdentifyBudget;
  /** By guild id: requests for all members. */
  readonly memberRequests: Map<string, SlidingWindow>;
  readonly faults: FaultRules;
  readonly ledger: LedgerWriter;
  readonly violations: ViolationList;
  readonly frameWriters: FrameWriters;
  /** Base URLs of the gateway, without query. */
  readonly addresses: { main: string; resume: string };
  /** Sessions that their client ended with 1000 or 1001, the oldest first. */
  readonly loggedOut: Set<string>;
  /** When an IDENTIFY was last refused for good, by what was refused. */
  readonly refusals: Map<string, number>;
  /** First heartbeats, each as a part of its interval; the newest of them. */
  readonly firstBeats: number[];
  /** Number of the newest connection. */
  lastConnection: number;
  /** Called after a session came or went. */
  sessionsChanged(): void;
}

export function recordActivity(simulation: Simulation, activity: Activity, connection?: Connection): void {
  simulation.ledger.writeActivity(activity, connection?.shard, simulation.clock.now());
}

export function recordViolation(
  simulation: Simulation,
  connection: Connection,
  kind: ViolationKind,
  detail: string,
): void {
  simulation.violations.add(kind, connection.shard, simulation.clock.now(), `connection ${connection.id}: ${detail}`);
}
