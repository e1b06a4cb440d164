/**
 * What is added to Discord's windows, milliseconds: sends can arrive closer together than they left, the first one held up by the
 * network and the last one not.
 */
export const ARRIVAL_SLACK_MS = 1_000;

/** Options of {@link createSendLimit}. */
export interface SendLimitOptions {
  /** Sends in any window. 1 or more. */
  readonly limit: number;
  /** Length of a window, milliseconds. Above 0. */
  readonly windowMs: number;
}

/**
 * Counts sends so that no window of time has more than the limit, wherever it begins.
 *
 * The algorithm is a sliding log: the time of each of the last `limit` sends. Discord does not say which one it uses; a log is right under all,
 * where a window that restarts lets two bursts stand back to back. Times are monotonic milliseconds and must not go back.
 *
 * @see https://docs.discord.com/developers/events/gateway#rate-limiting
 */
export interface SendLimit {
  /** Notes a send. Whoever has not asked {@link SendLimit.waitMs} before may go over the limit. */
  take(now: number): void;
  /** Milliseconds until a send leaves `reserve` more free in its window: 0 = now, Infinity = never, since the reserve is the whole limit. */
  waitMs(now: number, reserve: number): number;
  /** Sends in the window that ends now. */
  used(now: number): number;
  /** Forgets all sends: a new connection starts at zero. */
  reset(): void;
}

/** @throws {RangeError} when `limit` is not a whole number of 1 or more or `windowMs` is not above 0 */
export function createSendLimit(options: SendLimitOptions): SendLimit {
  const { limit, windowMs } = options;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new RangeError(`option limit: expected a whole number of 1 or more, got ${limit}`);
  if (!Number.isFinite(windowMs) || windowMs <= 0)
    throw new RangeError(`option windowMs: expected milliseconds above 0, got ${windowMs}`);
  /** Ring of the last sends; the oldest stands at `oldest`, `count` of them are in the window. */
  const times = new Float64Array(limit);
  let oldest = 0;
  let count = 0;

  const timeOf = (index: number): number => times[(oldest + index) % limit] ?? 0;

  const used = (now: number): number => {
    while (count > 0 && timeOf(0) + windowMs <= now) {
      oldest = (oldest + 1) % limit;
      count -= 1;
    }
    return count;
  };

  return {
    used,
    take(now) {
      if (used(now) === limit) oldest = (oldest + 1) % limit;
      else count += 1;
      times[(oldest + count - 1) % limit] = now;
    },
    waitMs(now, reserve) {
      const free = limit - Math.max(0, reserve);
      if (free < 1) return Number.POSITIVE_INFINITY;
      const tooMany = used(now) - free;
      if (tooMany < 0) return 0;
      const freeAt = timeOf(tooMany) + windowMs;
      const wait = Math.ceil(freeAt - now);
      // Sums of doubles are rounded: a whole number may end just before that.
      return now + wait < freeAt ? wait + 1 : wait;
    },
    reset() {
      count = 0;
    },
  };
}
