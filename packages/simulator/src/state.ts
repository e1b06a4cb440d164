import type { SessionStartLimit } from './limits/budget.ts';
import type { ShardKey } from './records/violations.ts';
import type { Simulation } from './simulation.ts';

export interface SessionState {
  readonly id: string;
  readonly shard: ShardKey;
  readonly intents: number;
  readonly seq: number;
  readonly heartbeatSeq: number;
  readonly connected: boolean;
  /** Dispatches kept for a resume. */
  readonly replayable: number;
  readonly presence: object | null;
}

/** The simulator at a glance. */
export interface SimulatorState {
  /** The simulator's clock, ms. */
  readonly now: number;
  readonly guilds: number;
  readonly connections: number;
  readonly sessions: readonly SessionState[];
  readonly sessionStartLimit: SessionStartLimit;
  /** Standing faults; `timesLeft` and `leftMs` are null when there is no end. */
  readonly faults: readonly {
    readonly id: number;
    readonly kind: string;
    readonly timesLeft: number | null;
    readonly leftMs: number | null;
  }[];
  readonly ledger: { readonly dispatches: number; readonly activity: number; readonly forgotten: number };
  readonly violations: number;
  readonly eventsPerSecond: number;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function describeState(simulation: Simulation): SimulatorState {
  const now = simulation.clock.now();
  return {
    now,
    guilds: simulation.population.count,
    connections: simulation.connections.size,
    sessions: simulation.sessions.all().map((session) => ({
      id: session.id,
      shard: session.shard,
      intents: session.intents,
      seq: session.seq,
      heartbeatSeq: session.heartbeatSeq,
      connected: session.carrier !== undefined,
      replayable: session.replay.size,
      presence: session.presence,
    })),
    sessionStartLimit: simulation.budget.sessionStartLimit(now),
    faults: simulation.faults.all(now).map(({ id, fault, timesLeft, until }) => ({
      id,
      kind: fault.kind,
      timesLeft: finite(timesLeft),
      leftMs: finite(until - now),
    })),
    ledger: simulation.ledger.counts(),
    violations: simulation.violations.count,
    eventsPerSecond: simulation.settings.eventsPerSecond,
  };
}
