/** A source of randomness: a number in [0, 1). Jitter and back-off read it; nothing secret does. */
export type Random = () => number;

/** The real source. */
export const systemRandom: Random = Math.random;
