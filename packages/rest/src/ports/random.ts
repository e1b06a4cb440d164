/** A source of randomness: a number in [0, 1). Jitter reads it; nothing secret does. */
export type Random = () => number;

/** The real source. */
export const systemRandom: Random = Math.random;
