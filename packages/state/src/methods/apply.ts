import { WireError } from '@shardgate/wire';
import type { Operation, Replaced } from '../operation.ts';
import type { EventOrigin, Reducer, StatePayload } from '../reducer.ts';
import { reducerContext } from '../reducer-context.ts';
import type { State } from '../state.ts';
import type { Answer } from '../store.ts';
import { tell } from '../tell.ts';
import type { Written } from '../writer/writer.ts';

/** Default of {@link StateMethods.apply}. */
export function apply(state: State, payload: StatePayload, origin: EventOrigin): Answer<string | undefined> {
  const { runtime } = state;
  const name = payload.t ?? '';
  const reducer = runtime.wanted.has(name) ? state.reducers[name] : undefined;
  if (reducer === undefined) return undefined;
  const shard = runtime.held.see(origin, name === 'READY');
  if (shard !== undefined) for (const writer of runtime.writers) writer.seen(shard);
  const operations = operationsOf(state, reducer, payload, origin);
  if (operations.length === 0) return state.old && reducer.old === 'many' ? '[]' : undefined;
  runtime.counts.applied++;
  runtime.counts.operations += operations.length;
  const [first, ...others] = runtime.writers.map((writer) => writer.write(operations));
  const waits = others.filter((written) => written instanceof Promise);
  if (!(first instanceof Promise) && waits.length === 0) return oldOf(state, reducer, first);
  return Promise.all([first, ...waits]).then(([written]) => oldOf(state, reducer, written));
}

function operationsOf(
  state: State,
  reducer: Reducer,
  payload: StatePayload,
  origin: EventOrigin,
): readonly Operation[] {
  try {
    return reducer.reduce(payload, reducerContext(state, origin));
  } catch (error) {
    // Damaged data is the connection's fault, and the gateway's to deal with.
    if (error instanceof WireError) throw error;
    state.runtime.counts.failed++;
    tell(state, 'error', { where: `reducer of ${payload.t}`, error });
    return [];
  }
}

function oldOf({ old }: State, reducer: Reducer, written: Written): string | undefined {
  if (!old || written === undefined || reducer.old === 'none') return undefined;
  if (reducer.old === 'one') return written.find((replaced): replaced is string => typeof replaced === 'string');
  return `[${written.flatMap((replaced: Replaced) => replaced ?? []).join(',')}]`;
}
