import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { coalesce } from '../session-store/atomic-file.ts';
import type { IdentifyLedger, IdentifyLedgerState, IdentifyReading } from './identify-ledger.ts';

/**
 * Why an identify is not granted now: only the reserve is left; identifies of this shard or of the bot go on leading to no session; the
 * process was started more than three times in five minutes; Discord has refused the token.
 */
export type IdentifyRefusal = 'reserve' | 'breaker' | 'bootLoop' | 'tokenRejected';

/** What {@link IdentifyGovernor.spend} says. `retryAfterMs`: from now; Infinity for a rejected token. */
export type SpendAnswer =
  | { readonly granted: true }
  | { readonly granted: false; readonly reason: IdentifyRefusal; readonly retryAfterMs: number };

/** The identify budget as a dashboard shows it. Times are wall-clock milliseconds. */
export interface IdentifyStatus {
  /** Identifies per window, Discord's figure; 1000 before the first reading. */
  readonly total: number;
  /** Identifies left, the reserve included. */
  readonly remaining: number;
  /** Identifies that are never spent. */
  readonly reserve: number;
  /** Null while no reading says when. */
  readonly resetsAt: number | null;
  readonly spentLast24h: number;
  /** Wall-clock milliseconds of the newest identify, in this process or an earlier one; null without one. */
  readonly lastSpentAt: number | null;
  /** Until when the breaker for the whole bot refuses; null while it is closed. */
  readonly breakerOpenUntil: number | null;
  readonly tokenRejected: boolean;
}

/** Keeps the bot from spending the identifies that Discord would reset its token for. Resumes are none of its business. */
export interface IdentifyGovernor {
  /** Loads the ledger and notes this start in it, once. Rejects when it cannot be read or written in time; the next call tries again. */
  open(): Promise<void>;
  /** A fresh reading of `/gateway/bot`, `resetAfter` in milliseconds. Throws a RangeError for what is not a number of 0 or more. */
  adopt(limit: { readonly total: number; readonly remaining: number; readonly resetAfter: number }): void;
  /**
   * Spends one identify, durably before it resolves. Policy never throws: the answer says why not and when to ask again. Rejects, with
   * nothing spent, when the ledger cannot be written in time.
   */
  spend(shardId: number): Promise<SpendAnswer>;
  /** The shard's last grant was not used: it counts no more. */
  refund(shardId: number): void;
  /** READY arrived. */
  succeeded(shardId: number): void;
  /** The identify led to no session. */
  failed(shardId: number): void;
  /** Discord refused the token (4004 or HTTP 401): refuses from now on, and resolves when the next process will, too. */
  rejectToken(): Promise<void>;
  readonly status: IdentifyStatus;
}

/** Options of {@link createIdentifyGovernor}. */
export interface IdentifyGovernorOptions {
  readonly ledger: IdentifyLedger;
  readonly clock: Clock;
  readonly random: Random;
  /** First 16 hex digits of the SHA-256 of the token. Another token's ledger is not used. */
  readonly tokenFingerprint: string;
  /** Identifies never spent. Default: the larger of 50 and 10 % of the total, but no more than half of it. */
  readonly reserve?: number | undefined;
  /** Forget that Discord has refused this token. Default false. */
  readonly retryRejectedToken?: boolean;
  /** Longest wait for one write of the ledger, milliseconds. Default 5,000. A spend may wait for two. */
  readonly saveTimeoutMs?: number;
  /** Called after each change; what it throws is ignored. */
  readonly onStatus?: (status: IdentifyStatus) => void;
}

const MINUTE_MS = 60_000;
/** Discord's window. https://docs.discord.com/developers/events/gateway#session-start-limit-object */
const DAY_MS = 24 * 60 * MINUTE_MS;
/** What Discord gives a small bot, until a reading says otherwise. Same page. */
const USUAL_TOTAL = 1_000;
const LEAST_RESERVE = 50;
/** Identifies of one shard without READY before it has to pause. */
const SHARD_ATTEMPTS = 3;
/** Identifies of the bot without a READY before all have to pause: this part of the total, or the least. */
const BARREN_PART = 0.05;
const LEAST_BARREN = 20;
const LONGEST_PAUSE_MINUTES = 60;
const BOOT_LOOP_WINDOW_MS = 5 * MINUTE_MS;
/** Pause before identifies by the starts in the window. */
const BOOT_LOOP_PAUSES_MS: readonly number[] = [0, 0, 0, 0, 1_000, 5_000, 30_000, 60_000];
const REMEMBERED_STARTS = 16;

/** What the governor knows of a shard since its last READY. */
interface ShardAttempts {
  attempts: number;
  /** Monotonic milliseconds. */
  pausedUntil: number;
  /** Times of grants that may still be given back. */
  grants: number[];
}

/**
 * Creates the governor of one bot token.
 *
 * Two breakers watch for identifies that lead nowhere: one per shard after three in a row, one for the bot when more than 5 % of the
 * total (at least 20) were spent since the last READY. Each then lets one identify through after 1, 2, 4 … 60 minutes, until a READY
 * closes it.
 *
 * Inside the process time is monotonic, whatever the wall clock does; stamps of an earlier process that lie in the future count as now.
 */
export function createIdentifyGovernor(options: IdentifyGovernorOptions): IdentifyGovernor {
  const { ledger, clock, random, tokenFingerprint, reserve, saveTimeoutMs = 5_000 } = options;
  if (reserve !== undefined && !(Number.isSafeInteger(reserve) && reserve >= 0)) {
    throw new RangeError(`option reserve: expected a whole number of 0 or more, got ${reserve}`);
  }
  if (!(saveTimeoutMs > 0)) {
    throw new RangeError(`option saveTimeoutMs: expected milliseconds above 0, got ${saveTimeoutMs}`);
  }

  const wallOffset = clock.wallTime() - clock.now();
  const wall = (): number => clock.now() + wallOffset;

  const shards = new Map<number, ShardAttempts>();
  let spends: readonly number[] = [];
  let starts: readonly number[] = [];
  let reading: IdentifyReading | null = null;
  /** Since when own spends count; a reading cannot tell, its reset may lie a whole day ahead each time. */
  let windowStart = Number.NEGATIVE_INFINITY;
  let readyAt = Number.NEGATIVE_INFINITY;
  let tokenRejected = false;
  let loaded = false;
  let bootLoopUntil = 0;
  /** Drawn anew with each spend, so that the bot's pause does not change while it lasts. */
  let pauseJitter = 0;

  const currentReading = (): IdentifyReading | null => (reading !== null && reading.resetsAt > wall() ? reading : null);
  const total = (): number => reading?.total ?? USUAL_TOTAL;
  const reserved = (): number =>
    reserve ?? Math.min(Math.max(LEAST_RESERVE, Math.ceil(total() / 10)), Math.floor(total() / 2));
  const spentSince = (time: number): number => spends.filter((spend) => spend >= time).length;

  const remaining = (): number => {
    const current = currentReading();
    const start = current === null ? (reading?.resetsAt ?? windowStart) : windowStart;
    const byOwnCount = total() - spentSince(Math.max(start, wall() - DAY_MS));
    const byReading = current === null ? byOwnCount : current.remaining - spentSince(current.readAt);
    return Math.max(0, Math.min(byOwnCount, byReading));
  };

  /** Wall-clock end of the bot's pause. A function of the ledger, so a restart does not end it. */
  const breakerOpenUntil = (): number | null => {
    const barren = spends.filter((spend) => spend > readyAt).length;
    const excess = barren - Math.max(LEAST_BARREN, Math.floor(total() * BARREN_PART));
    const until = excess > 0 ? (spends.at(-1) ?? 0) + pauseMs(excess, pauseJitter) : 0;
    return until > wall() ? until : null;
  };

  const status = (): IdentifyStatus => ({
    total: total(),
    remaining: remaining(),
    reserve: reserved(),
    resetsAt: currentReading()?.resetsAt ?? null,
    spentLast24h: spentSince(wall() - DAY_MS),
    lastSpentAt: spends.at(-1) ?? null,
    breakerOpenUntil: breakerOpenUntil(),
    tokenRejected,
  });

  const announce = (): void => {
    try {
      options.onStatus?.(status());
    } catch {
      // A watcher's mistake must not cost an identify.
    }
  };

  const flush = coalesce(() => {
    const lastReady = Number.isFinite(readyAt) ? readyAt : null;
    const state: IdentifyLedgerState = { tokenFingerprint, spends, reading, starts, tokenRejected, readyAt: lastReady };
    return withDeadline(ledger.save(state), saveTimeoutMs, clock, 'written');
  });

  /** For figures that the next spend would write anyway. */
  const changed = (): void => {
    if (loaded) flush().catch(() => undefined);
    announce();
  };

  const load = async (): Promise<void> => {
    const stored = await withDeadline(ledger.load(), saveTimeoutMs, clock, 'read');
    const now = wall();
    const past = (time: number): number => Math.min(time, now);
    starts = [...(stored?.starts ?? []).map(past).filter((time) => time > now - BOOT_LOOP_WINDOW_MS), now];
    starts = starts.slice(-REMEMBERED_STARTS);
    bootLoopUntil = clock.now() + (BOOT_LOOP_PAUSES_MS[Math.min(starts.length, BOOT_LOOP_PAUSES_MS.length - 1)] ?? 0);
    loaded = true;
    if (stored?.tokenFingerprint !== tokenFingerprint) return;
    spends = stored.spends.map(past).filter((time) => time > now - DAY_MS);
    readyAt = Math.max(readyAt, past(stored.readyAt ?? readyAt));
    tokenRejected ||= stored.tokenRejected && options.retryRejectedToken !== true;
    const before = stored.reading;
    if (before !== null) {
      windowStart = before.resetsAt > now ? before.resetsAt - DAY_MS : before.resetsAt;
      reading ??= { ...before, resetsAt: Math.min(before.resetsAt, now + DAY_MS), readAt: past(before.readAt) };
    }
  };

  let opening: Promise<void> | undefined;
  const open = (): Promise<void> => {
    opening ??= (loaded ? flush() : load().then(flush)).then(announce).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  const refusal = (shardId: number): SpendAnswer | undefined => {
    const now = clock.now();
    const refuse = (reason: IdentifyRefusal, until: number): SpendAnswer => ({
      granted: false,
      reason,
      retryAfterMs: until - now,
    });
    if (tokenRejected) return refuse('tokenRejected', Number.POSITIVE_INFINITY);
    if (bootLoopUntil > now) return refuse('bootLoop', bootLoopUntil);
    const pausedUntil = Math.max((breakerOpenUntil() ?? 0) - wallOffset, shards.get(shardId)?.pausedUntil ?? 0);
    if (pausedUntil > now) return refuse('breaker', pausedUntil);
    if (remaining() > reserved()) return undefined;
    const freesAt = (currentReading()?.resetsAt ?? (spends[0] ?? wall()) + DAY_MS) - wallOffset;
    return refuse('reserve', Math.min(Math.max(freesAt, now + 1_000), now + DAY_MS));
  };

  const pause = (shard: ShardAttempts): void => {
    const excess = shard.attempts - SHARD_ATTEMPTS + 1;
    shard.pausedUntil = excess > 0 ? clock.now() + pauseMs(excess, random()) : 0;
  };

  const count = (shardId: number): void => {
    const now = wall();
    spends = [...spends.filter((spend) => spend > now - DAY_MS), now];
    pauseJitter = random();
    const shard = shards.get(shardId) ?? { attempts: 0, pausedUntil: 0, grants: [] };
    shards.set(shardId, shard);
    shard.attempts += 1;
    shard.grants.push(now);
    pause(shard);
  };

  const giveBack = (shardId: number): void => {
    const shard = shards.get(shardId);
    const time = shard?.grants.pop();
    if (shard === undefined || time === undefined) return;
    const index = spends.lastIndexOf(time);
    spends = spends.filter((_, at) => at !== index);
    shard.attempts -= 1;
    // The pause before the grant was over, or there would have been no grant.
    shard.pausedUntil = 0;
  };

  return {
    open,
    adopt({ total: newTotal, remaining: left, resetAfter }) {
      const wrong = [newTotal, left, resetAfter].find((figure) => !(figure >= 0 && Number.isFinite(figure)));
      if (wrong !== undefined) throw new RangeError(`session_start_limit: expected numbers of 0 or more, got ${wrong}`);
      const readAt = wall();
      if (reading !== null && reading.resetsAt <= readAt) windowStart = reading.resetsAt;
      const resetsAt = readAt + Math.min(resetAfter, DAY_MS);
      reading = { total: newTotal, remaining: Math.min(left, newTotal), resetsAt, readAt };
      changed();
    },
    async spend(shardId) {
      await open();
      const refused = refusal(shardId);
      if (refused !== undefined) return refused;
      count(shardId);
      try {
        await flush();
      } catch (error) {
        giveBack(shardId);
        throw error;
      }
      announce();
      return { granted: true };
    },
    refund(shardId) {
      giveBack(shardId);
      changed();
    },
    succeeded(shardId) {
      shards.delete(shardId);
      readyAt = wall();
      changed();
    },
    failed(shardId) {
      const shard = shards.get(shardId);
      if (shard === undefined || shard.grants.length === 0) return;
      shard.grants = [];
      // The pause begins when it is known that it is needed.
      pause(shard);
    },
    async rejectToken() {
      tokenRejected = true;
      announce();
      await open();
      await flush();
    },
    get status() {
      return status();
    },
  };
}

/** Pause after the n-th identify too many: 1, 2, 4 … 60 minutes, up to a quarter less at random. */
function pauseMs(excess: number, jitter: number): number {
  return Math.min(2 ** (excess - 1), LONGEST_PAUSE_MINUTES) * MINUTE_MS * (1 - jitter / 4);
}

/** The ledger's answer, or an error when it takes too long: its promise may never settle. */
function withDeadline<T>(answer: Promise<T>, limitMs: number, clock: Clock, done: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`the identify ledger was not ${done} within ${limitMs} ms`));
    const timer = clock.setTimer(late, limitMs);
    const inTime = answer.finally(() => clock.clearTimer(timer));
    inTime.then(resolve, reject);
  });
}
