import type { State } from '../state.ts';
import type { StateStatus } from '../state-status.ts';

/** Default of {@link StateMethods.status}. */
export function status({ runtime }: State): StateStatus {
  return {
    phase: runtime.phase,
    stores: runtime.writers.map((writer) => writer.report()),
    waitingEvents: Array.from(runtime.lanes.values()).reduce((sum, { waiting }) => sum + waiting.length, 0),
    counts: { ...runtime.counts },
  };
}
