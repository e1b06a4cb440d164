/** What `/gateway/bot` tells about the budget. https://docs.discord.com/developers/events/gateway#session-start-limit-object */
export interface SessionStartLimit {
  readonly total: number;
  readonly remaining: number;
  /** Milliseconds; 0 while no window is open. */
  readonly reset_after: number;
  readonly max_concurrency: number;
}

/** The identifies of the day. */
export interface IdentifyBudget {
  /** Spends one identify. False when none was left. */
  spend(now: number): boolean;
  remaining(now: number): number;
  setRemaining(remaining: number, now: number): void;
  sessionStartLimit(now: number): SessionStartLimit;
}

export interface BudgetSettings {
  readonly identifyTotal: number;
  readonly identifyWindowMs: number;
  readonly maxConcurrency: number;
}

/** The window opens with the first identify spent and lasts `identifyWindowMs`; then the whole budget is back. */
export function createIdentifyBudget(settings: BudgetSettings, initiallyRemaining?: number): IdentifyBudget {
  // What was spent, not what is left, so that a changed total counts at once.
  let spent = initiallyRemaining === undefined ? 0 : settings.identifyTotal - initiallyRemaining;
  let windowEndsAt: number | undefined;

  function refresh(now: number): void {
    if (windowEndsAt === undefined || now < windowEndsAt) return;
    windowEndsAt = undefined;
    spent = 0;
  }

  function remaining(now: number): number {
    refresh(now);
    return Math.max(0, settings.identifyTotal - spent);
  }

  return {
    spend(now) {
      if (remaining(now) === 0) return false;
      windowEndsAt ??= now + settings.identifyWindowMs;
      spent += 1;
      return true;
    },
    remaining,
    setRemaining(left, now) {
      refresh(now);
      spent = settings.identifyTotal - left;
      windowEndsAt ??= now + settings.identifyWindowMs;
    },
    sessionStartLimit(now) {
      const left = remaining(now);
      return {
        total: settings.identifyTotal,
        remaining: left,
        reset_after: windowEndsAt === undefined ? 0 : Math.ceil(windowEndsAt - now),
        max_concurrency: settings.maxConcurrency,
      };
    },
  };
}
