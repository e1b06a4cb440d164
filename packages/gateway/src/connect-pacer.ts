/** Spreads the connections of many shards, so that a mass disconnect does not dial Discord a thousand times in one second. */
export interface ConnectPacer {
  /** Takes the next place in the row. Milliseconds to wait for it, 0 when it is free. */
  reserve(now: number): number;
}

/** @param perSecond connections per second; a fifth of it may go at once */
export function createConnectPacer(perSecond: number): ConnectPacer {
  const spacing = 1000 / perSecond;
  const burst = spacing * Math.max(1, perSecond / 5);
  let next = Number.NEGATIVE_INFINITY;
  return {
    reserve(now) {
      next = Math.max(next, now - burst) + spacing;
      return Math.max(0, next - now);
    },
  };
}
