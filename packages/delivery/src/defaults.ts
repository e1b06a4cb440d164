import type { DeliveryState } from './delivery.ts';
import { systemClock, systemRandom } from './ports/clock.ts';
import { systemSoon } from './ports/soon.ts';

/** Options whose default is a plain value. The only place where these stand. */
export const plainDefaults: Readonly<Omit<DeliveryState, 'runtime' | 'events'>> = {
  journal: undefined,
  journalAfterMs: 250,
  window: { events: 1_024, bytes: 4 * 1024 * 1024 },
  batch: { events: 256, bytes: 256 * 1024 },
  gatherMs: 5,
  maxMemoryBytes: 16 * 1024 * 1024,
  ackTimeoutMs: 30_000,
  backOff: { baseMs: 100, capMs: 30_000 },
  maxDeliveries: 20,
  deadLetters: undefined,
  commands: undefined,
  interactions: { maxAgeMs: 15 * 60_000, answerAfterMs: 1_500, answer: undefined },
  clock: systemClock,
  random: systemRandom,
  soon: systemSoon,
};
