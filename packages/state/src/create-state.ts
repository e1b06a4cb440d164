import { EventEmitter } from 'eventemitter3';
import { z } from 'zod';
import { plainDefaults } from './defaults.ts';
import { ENTITY_KINDS, type EntityKind } from './entity.ts';
import { apply } from './methods/apply.ts';
import { attach } from './methods/attach.ts';
import { counts, get, getMany, list } from './methods/read.ts';
import { start } from './methods/start.ts';
import { status } from './methods/status.ts';
import { stop } from './methods/stop.ts';
import { checkOptions } from './options/check-options.ts';
import { anyFunction, clockPort, count, flag, milliseconds, oneOf, port } from './options/shapes.ts';
import type { Reducer } from './reducer.ts';
import { defaultReducers } from './reducers/default-reducers.ts';
import type { State, StateData, StateMethods } from './state.ts';
import type { StateEvents } from './state-events.ts';
import type { StateRuntime } from './state-runtime.ts';
import { isSynchronous, type AsynchronousStore, type Store } from './store.ts';
import { createDirectWriter } from './writer/direct-writer.ts';
import { createHeldShards } from './writer/held-shards.ts';
import { createQueuedWriter } from './writer/queued-writer.ts';

/** Options of {@link createState}: every property and method of a state. */
export interface StateOptions
  extends Partial<Omit<StateData, 'stores' | 'kinds' | 'reducers' | 'runtime' | 'backOff'>>, Partial<StateMethods> {
  /** At least one. */
  readonly stores: readonly Store[];
  /** Those that differ from the default. */
  readonly kinds?: Partial<StateData['kinds']>;
  /** By the dispatch's name: in place of the default one, or false for none. */
  readonly reducers?: Readonly<Record<string, Reducer | false>>;
  readonly backOff?: Partial<StateData['backOff']>;
}

const methods: Readonly<StateMethods> = { start, attach, apply, get, getMany, list, counts, stop, status };

const names = z.array(z.string(), 'expected a list of names');
const byKind = (one: z.ZodType): z.ZodType =>
  z.strictObject(Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, one.optional()])));
const reducer = z.looseObject({
  kinds: z.array(z.enum(ENTITY_KINDS)),
  old: oneOf('none', 'one', 'many'),
  reduce: anyFunction,
});
const shape = {
  stores: z
    .array(port('open', 'apply', 'get', 'getMany', 'list', 'counts', 'status', 'close'))
    .min(1, 'expected at least one store'),
  kinds: z
    .strictObject({
      ...Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, flag.optional()])),
      member: z.union([flag, oneOf('own')], "expected true, false or 'own'").optional(),
    })
    .optional(),
  fields: byKind(
    z.union(
      [z.strictObject({ pick: names }), z.strictObject({ omit: names })],
      'expected { pick: […] } or { omit: […] }',
    ),
  ).optional(),
  ttlMs: byKind(milliseconds(1)).optional(),
  messagesPerChannel: count(1).optional(),
  reducers: z
    .record(z.string(), z.union([z.literal(false), reducer], 'expected false or { kinds, old, reduce }'))
    .optional(),
  old: z.union([z.boolean(), z.literal('guilds')], "expected true, false or 'guilds'").optional(),
  waitMs: milliseconds(1).optional(),
  maxWaitingEvents: count(1).optional(),
  maxQueuedOperations: count(1).optional(),
  storeTimeoutMs: milliseconds(1).optional(),
  backOff: z.strictObject({ baseMs: milliseconds(1).optional(), capMs: milliseconds(1).optional() }).optional(),
  events: port('emit', 'on').optional(),
  clock: clockPort.optional(),
  random: anyFunction.optional(),
  ...Object.fromEntries(Object.keys(methods).map((name) => [name, anyFunction.optional()])),
};

/**
 * Makes a state: a cache of Discord's objects, written by the events of a gateway before these go on. No I/O and no timer before `start`.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 *
 * @example
 * const state = createState({ stores: [createMemoryStore({ path: './.shardgate/state.txt' })] });
 * await state.start(state);
 * delivery.attach(delivery, gateway);
 * state.attach(state, gateway);
 */
export function createState(options: StateOptions): State {
  checkOptions('createState', options, shape);
  const { stores, kinds, reducers, backOff, ...given } = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as StateOptions;
  const twice = stores.map(({ name }) => name).find((name, index, all) => all.indexOf(name) !== index);
  if (twice !== undefined)
    throw new TypeError(`createState: two stores are called '${twice}'; give each a name of its own`);
  const state = {
    ...plainDefaults,
    ...methods,
    events: new EventEmitter<StateEvents>(),
    ...given,
    stores: [...stores],
    kinds: { ...plainDefaults.kinds, ...kinds },
    reducers: { ...defaultReducers, ...reducers },
    backOff: { ...plainDefaults.backOff, ...backOff },
  };
  const chosen = Object.entries(state.reducers).filter((entry): entry is [string, Reducer] => entry[1] !== false);
  const data = Object.assign(state, { reducers: Object.fromEntries(chosen) });
  const isKept = (kind: EntityKind): boolean => data.kinds[kind] !== false;
  // The first one that answers at once can tell a store that was away what it missed.
  const source = stores.find(isSynchronous);
  // Nobody is told of anything where all stores answer at once.
  const held = createHeldShards(stores.every(isSynchronous) ? undefined : source, () => runtime.gateway);
  const runtime: StateRuntime = {
    phase: 'idle',
    writers: stores.map((store) =>
      isSynchronous(store)
        ? createDirectWriter(data, store)
        : createQueuedWriter(data, store as AsynchronousStore, { store: source, held }),
    ),
    held,
    lanes: new Map(),
    gateway: undefined,
    wanted: new Set(chosen.filter(([, { kinds: needed }]) => needed.some(isKept)).map(([name]) => name)),
    counts: { applied: 0, operations: 0, failed: 0 },
  };
  return Object.defineProperty(data, 'runtime', { value: runtime }) as typeof data & { runtime: StateRuntime };
}
