import type { State } from '../state.ts';

/** Milliseconds for what the stores do not have yet. */
const DEADLINE_MS = 5_000;

/** Default of {@link StateMethods.stop}. */
export async function stop(state: State, deadlineMs: number = DEADLINE_MS): Promise<void> {
  const { runtime, stores } = state;
  if (runtime.phase !== 'running') return;
  runtime.phase = 'stopping';
  await Promise.all(runtime.writers.map((writer) => writer.end(deadlineMs)));
  const closed = await Promise.allSettled(stores.map((store) => store.close()));
  runtime.phase = 'stopped';
  const failed = closed.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failed.length === 1) throw failed[0];
  if (failed.length > 1) throw new AggregateError(failed, `${failed.length} stores could not be closed`);
}
