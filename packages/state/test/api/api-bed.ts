import { createVirtualClock } from '@shardgate/simulator';
import { afterEach } from 'vitest';
import { createStateApi, type StateApi, type StateApiOptions } from '../../src/api/index.ts';
import { createMemoryStore, createState, type Operation, type State, type StateOptions } from '../../src/index.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A State API that listens, and what is behind it. */
export interface ApiBed {
  readonly state: State;
  readonly api: StateApi;
  readonly url: string;
  write(...operations: Operation[]): void;
  /** Fetches a path behind the base. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Fetches and reads JSON. */
  json(path: string): Promise<unknown>;
}

export async function startApi(
  options: Partial<StateApiOptions> = {},
  stateOptions: Partial<StateOptions> = {},
): Promise<ApiBed> {
  const store = createMemoryStore();
  const state = createState({ stores: [store], clock: createVirtualClock(), ...stateOptions });
  await state.start(state);
  ends.push(() => state.stop(state));
  const api = createStateApi({ state, port: 0, ...options });
  const { url } = await api.listen();
  ends.push(() => api.close());
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/v1/events${path}`, { headers });
  return {
    state,
    api,
    url,
    write: (...operations) => void state.runtime.writers[0]?.write(operations),
    get,
    json: async (path) => (await get(path)).json(),
  };
}

/** Roles with ids from 1. */
export function roles(guildId: string, count: number): Operation {
  const entries = Array.from({ length: count }, (_, i) => ({ id: String(i + 1), value: `{"id":"${i + 1}","n":${i}}` }));
  return { op: 'putAll', kind: 'role', guildId, entries, tellOld: false };
}
