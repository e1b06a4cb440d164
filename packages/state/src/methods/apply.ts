import { WireError } from '@shardgate/wire';
import type { Operation, Replaced } from '../operation.ts';
import type { EventOrigin, Reducer, StatePayload } from '../reducer.ts';
import { reducerContext } from '../reducer-context.ts';
import type { State } from '../state.ts';
import type { Answer } from '../store.ts';
import { tell } from '../tell.ts';
import type { Written } from '../writer/writer.ts';

const GUILD_EVENTS: ReadonlySet<string> = new Set(['GUILD_CREATE', 'GUILD_LOADED_DD', 'GUILD_DELETE']);

/** Default of {@link StateMethods.apply}. */
export function apply(state: State, payload: StatePayload, origin: EventOrigin): Answer<string | undefined> {
  const { runtime } = state;
  const name = payload.t ?? '';
  const reducer = runtime.wanted.has(name) ? state.reducers[name] : undefined;
  if (reducer === undefined) return undefined;
  const shard = runtime.held.see(origin, name === 'READY');
  if (shard !== undefined) for (const writer of runtime.writers) writer.seen(shard);
  const old = wantsOld(state, name) ? reducer.old : 'none';
  const operations = operationsOf(state, reducer, payload, origin);
  if (operations.length === 0) return old === 'many' ? '[]' : undefined;
  runtime.counts.applied++;
  runtime.counts.operations += operations.length;
  const [first, ...others] = runtime.writers;
  const written = first?.write(operations);
  if (others.length > 0) return applyToAll(state, old, operations, written);
  // The usual case, without a promise for promises.
  if (written instanceof Promise) return written.then((replaced) => oldOf(old, replaced));
  return oldOf(old, written);
}

/** Of guilds some want to know whether they were there even if nothing else is of interest: it tells a join from a start. */
function wantsOld({ old }: State, name: string): boolean {
  return old === 'guilds' ? GUILD_EVENTS.has(name) : old;
}

function applyToAll(
  state: State,
  old: Reducer['old'],
  operations: readonly Operation[],
  first: Written | Promise<Written>,
): Answer<string | undefined> {
  const others = state.runtime.writers.slice(1).map((writer) => writer.write(operations));
  const waits = others.filter((written) => written instanceof Promise);
  if (!(first instanceof Promise) && waits.length === 0) return oldOf(old, first);
  return Promise.all([first, ...waits]).then(([written]) => oldOf(old, written));
}

function operationsOf(
  state: State,
  reducer: Reducer,
  payload: StatePayload,
  origin: EventOrigin,
): readonly Operation[] {
  try {
    return reducer.reduce(payload, reducerContext(state, origin, wantsOld(state, payload.t ?? '')));
  } catch (error) {
    // Damaged data is the connection's fault, and the gateway's to deal with.
    if (error instanceof WireError) throw error;
    state.runtime.counts.failed++;
    tell(state, 'error', { where: `reducer of ${payload.t}`, error });
    return [];
  }
}

function oldOf(old: Reducer['old'], written: Written): string | undefined {
  if (old === 'none' || written === undefined) return undefined;
  if (old === 'one') return written.find((replaced): replaced is string => typeof replaced === 'string');
  return `[${written.flatMap((replaced: Replaced) => replaced ?? []).join(',')}]`;
}
