import { judgeJitter } from './records/jitter.ts';
import type { Violation } from './records/violations.ts';
import type { Simulation } from './simulation.ts';

/** Judgements that are only passed on request, because a client may have good reasons. */
export interface CheckOptions {
  /** Whether first heartbeats are spread over the interval, judged over all connections so far. */
  readonly jitter?: boolean;
  /** Whether a shard identified while a session of it, with the same intents, could have been resumed. */
  readonly needlessIdentifies?: boolean;
}

/** Every violation so far, with those that were asked for at the end. */
export function check(simulation: Simulation, options: CheckOptions): Violation[] {
  const found = [...simulation.violations.all()];
  const at = simulation.clock.now();
  const unjittered = options.jitter === true ? judgeJitter(simulation.firstBeats) : undefined;
  if (unjittered !== undefined) found.push({ kind: 'heartbeat-unjittered', shard: undefined, at, detail: unjittered });
  if (options.needlessIdentifies !== true) return found;
  for (const record of simulation.ledger.activity({ kind: 'identify' })) {
    if (record.kind !== 'identify' || !record.resumable) continue;
    const detail = `connection ${record.connection}: IDENTIFY although a session of the shard could be resumed`;
    found.push({ kind: 'needless-identify', shard: record.shard, at: record.at, detail });
  }
  return found;
}

/** Violations named in a message before it says how many more there are. */
const NAMED = 20;

/**
 * Throws when a client did anything wrong; the message lists what.
 *
 * @throws {Error} when there is a violation
 */
export function assertClean(
  simulator: { check(options?: CheckOptions): readonly Violation[] },
  options: CheckOptions = {},
): void {
  const violations = simulator.check(options);
  if (violations.length === 0) return;
  const lines = violations
    .slice(0, NAMED)
    .map(
      ({ kind, shard, at, detail }) =>
        `- ${kind}, shard ${shard?.join('/') ?? 'unknown'}, at ${Math.round(at)} ms: ${detail}`,
    );
  const more = violations.length > NAMED ? `\n… and ${violations.length - NAMED} more` : '';
  throw new Error(`the simulator saw ${violations.length} violation(s):\n${lines.join('\n')}${more}`);
}
