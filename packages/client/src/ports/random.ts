/** A source of randomness: a number in [0, 1). Only back-off reads it. */
export type Random = () => number;

/** The real source. */
export const systemRandom: Random = Math.random;
