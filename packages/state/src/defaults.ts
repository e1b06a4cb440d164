import { ENTITY_KINDS, type EntityKind } from './entity.ts';
import { systemClock, systemRandom } from './ports/clock.ts';
import type { KindSwitch, StateData } from './state.ts';

/** Most events are messages and presences, and most bots never ask for them. */
const OFF: ReadonlySet<EntityKind> = new Set(['message', 'presence']);

/** Options whose default is a plain value. The only place where these stand. */
export const plainDefaults: Readonly<Omit<StateData, 'runtime' | 'events' | 'stores' | 'reducers'>> = {
  kinds: Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, !OFF.has(kind)])) as Record<EntityKind, KindSwitch>,
  fields: {},
  ttlMs: {},
  messagesPerChannel: 100,
  old: true,
  waitMs: 250,
  maxWaitingEvents: 4_096,
  maxQueuedOperations: 100_000,
  storeTimeoutMs: 10_000,
  backOff: { baseMs: 100, capMs: 10_000 },
  clock: systemClock,
  random: systemRandom,
};
