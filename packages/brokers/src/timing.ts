import type { BackOff } from '@shardgate/delivery';
import { z } from 'zod';
import { BACK_OFF, TIMEOUT_MS } from './defaults.ts';
import { anyFunction, clockPort, milliseconds } from './options/shapes.ts';
import { systemClock, systemRandom, type Clock, type Random } from './ports/clock.ts';

/** How long a broker may take, and what time is. */
export interface Timing {
  /** A connection or command without an answer for this long is given up, milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Wait between two tries. Default 100 ms doubling to 10 s, with jitter. */
  readonly backOff?: Partial<BackOff> | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}

/** The same as it is used. */
export interface TimingSettings {
  readonly timeoutMs: number;
  readonly backOff: BackOff;
  readonly clock: Clock;
  readonly random: Random;
}

export const timingShape: Readonly<Record<keyof Timing, z.ZodType>> = {
  timeoutMs: milliseconds(1, 600_000).optional(),
  backOff: z.strictObject({ baseMs: milliseconds(1).optional(), capMs: milliseconds(1).optional() }).optional(),
  clock: clockPort.optional(),
  random: anyFunction.optional(),
};

/** Fills in the defaults. */
export function readTiming(timing: Timing): TimingSettings {
  return {
    timeoutMs: timing.timeoutMs ?? TIMEOUT_MS,
    backOff: { ...BACK_OFF, ...timing.backOff },
    clock: timing.clock ?? systemClock,
    random: timing.random ?? systemRandom,
  };
}
