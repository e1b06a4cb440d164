import { GatewayError } from '../errors.ts';
import type { Clock, TimerHandle } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { IdentifyGovernor, IdentifyRefusal } from './identify-governor.ts';

/** The right to send one IDENTIFY. It lasts 30 seconds and holds up its bucket as long as it is neither used nor released. */
export interface IdentifyPermit {
  readonly shardId: number;
  /**
   * To be called right before IDENTIFY is written. Later calls do nothing.
   *
   * @throws {GatewayError} `identifyRefused` when the permit was released or its 30 seconds are over: the IDENTIFY must not be sent
   */
  used(): void;
  /** Not needed: bucket and budget go back. Nothing happens once it was used, released or over. */
  release(): void;
}

/** Lets shards identify one by one in each bucket (`shard_id % max_concurrency`), as far as the governor grants it. */
export interface IdentifyQueue {
  /**
   * Resolves when the shard may identify. First come, first served within a bucket; a shard the governor refuses waits on and lets
   * others go by.
   *
   * Rejects at once with the signal's reason when it is aborted, which costs neither time nor budget, and with a GatewayError
   * `tokenRejected` when Discord has refused the token. The queue is as long as its callers are many: one call a shard.
   */
  acquire(shardId: number, signal: AbortSignal): Promise<IdentifyPermit>;
  /** Sorts those who wait into new buckets. Past identifies count in them; permits already granted keep their right. */
  setMaxConcurrency(maxConcurrency: number): void;
  /** Grants nothing for so many milliseconds: an earlier process may have identified in any bucket just now. */
  pause(ms: number): void;
  /** How many wait. */
  readonly waiting: number;
}

/** Options of {@link createIdentifyQueue}. */
export interface IdentifyQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly governor: Pick<IdentifyGovernor, 'spend' | 'refund'>;
  /** Buckets. 1 or more. */
  readonly maxConcurrency: number;
  /** From one IDENTIFY of a bucket to the next permit, milliseconds. Discord asks for 5,000. https://docs.discord.com/developers/events/gateway#rate-limiting */
  readonly spacingMs: number;
  /**
   * Called when a waiting shard is refused, once per shard and change of reason; `ledger` is a governor that cannot write its ledger.
   * What it throws is ignored.
   */
  readonly onRefused?: (shardId: number, reason: IdentifyRefusal | 'ledger', retryAfterMs: number) => void;
}

const HOLD_MS = 30_000;
/** Longest time between two questions, however long the governor says: a READY or a new reading may change its mind. Asking costs nothing. */
const LONGEST_PAUSE_MS = 60_000;
const SHORTEST_PAUSE_MS = 100;
/** Back-off while the ledger cannot be written: full jitter up to 1, 2, 4 … 30 seconds. */
const LEDGER_BACKOFF_MS = 1_000;
const LONGEST_LEDGER_BACKOFF_MS = 30_000;

interface Request {
  readonly shardId: number;
  readonly grant: (permit: IdentifyPermit) => void;
  readonly refuse: (error: Error) => void;
  /** The governor is being asked. */
  asking: boolean;
  /** Monotonic milliseconds before which not to ask. */
  notBefore: number;
  reason: IdentifyRefusal | 'ledger' | undefined;
  /** Failures of the ledger in a row. */
  failures: number;
}

/** A bucket in use: while the governor is asked (no end yet) and while a permit is out. */
interface Hold {
  readonly shardId: number;
  /** Monotonic milliseconds. */
  endsAt: number;
}

/** @throws {RangeError} when `maxConcurrency` is not a whole number of 1 or more or `spacingMs` is below 0 */
export function createIdentifyQueue(options: IdentifyQueueOptions): IdentifyQueue {
  const { clock, random, governor, spacingMs, onRefused } = options;
  if (!(spacingMs >= 0)) throw new RangeError(`option spacingMs: expected milliseconds, 0 or more, got ${spacingMs}`);
  let buckets = checkedBuckets(options.maxConcurrency);
  /** In the order they came. */
  const requests = new Set<Request>();
  const holds = new Set<Hold>();
  /** Identifies of the last `spacingMs`. By shard and not by bucket, since buckets can change. */
  let uses: { readonly shardId: number; readonly at: number }[] = [];
  /** Monotonic milliseconds before which nothing is granted. */
  let pausedUntil = 0;
  let timer: TimerHandle;

  /** Asks for whom it can, and sets the timer for the first of the others. */
  const advance = (): void => {
    clock.clearTimer(timer);
    timer = undefined;
    const now = clock.now();
    for (const hold of holds) if (hold.endsAt <= now) giveBack(hold);
    uses = uses.filter(({ at }) => at + spacingMs > now);
    const freeAt = new Map<number, number>();
    const occupy = (shardId: number, until: number): void => {
      const bucket = shardId % buckets;
      freeAt.set(bucket, Math.max(freeAt.get(bucket) ?? 0, until));
    };
    for (const { shardId, at } of uses) occupy(shardId, at + spacingMs);
    for (const { shardId, endsAt } of holds) occupy(shardId, endsAt);
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const request of requests) {
      if (request.asking) continue;
      const turn = Math.max(freeAt.get(request.shardId % buckets) ?? 0, request.notBefore, pausedUntil);
      if (turn > now) {
        wakeAt = Math.min(wakeAt, turn);
        continue;
      }
      occupy(request.shardId, Number.POSITIVE_INFINITY);
      void ask(request);
    }
    if (wakeAt < Number.POSITIVE_INFINITY) timer = clock.setTimer(advance, Math.ceil(wakeAt - now));
  };

  /** Never rejects. */
  const ask = async (request: Request): Promise<void> => {
    const { shardId } = request;
    const hold: Hold = { shardId, endsAt: Number.POSITIVE_INFINITY };
    holds.add(hold);
    request.asking = true;
    try {
      // The wrapper turns a synchronous throw into a rejection: what follows must not run inside advance().
      const answer = await (async () => governor.spend(shardId))();
      if (answer.granted) {
        if (requests.delete(request)) {
          hold.endsAt = clock.now() + HOLD_MS;
          request.grant(permitOf(hold));
        } else {
          governor.refund(shardId);
          holds.delete(hold);
        }
      } else {
        holds.delete(hold);
        request.failures = 0;
        if (answer.reason === 'tokenRejected') rejectToken(request);
        else wait(request, answer.reason, answer.retryAfterMs);
      }
    } catch {
      holds.delete(hold);
      request.failures += 1;
      const longest = Math.min(LEDGER_BACKOFF_MS * 2 ** (request.failures - 1), LONGEST_LEDGER_BACKOFF_MS);
      wait(request, 'ledger', longest * random());
    }
    request.asking = false;
    advance();
  };

  const wait = (request: Request, reason: IdentifyRefusal | 'ledger', retryAfterMs: number): void => {
    // Written so that NaN, from a governor that is not ours, pauses too.
    const pauseMs = retryAfterMs > SHORTEST_PAUSE_MS ? Math.min(retryAfterMs, LONGEST_PAUSE_MS) : SHORTEST_PAUSE_MS;
    // Those who were refused together must not ask together; the ledger's back-off is random already.
    const jitterMs = reason === 'ledger' ? 0 : (random() * Math.max(pauseMs, 1_000)) / 10;
    request.notBefore = clock.now() + pauseMs + jitterMs;
    if (request.reason === reason || !requests.has(request)) return;
    request.reason = reason;
    try {
      onRefused?.(request.shardId, reason, retryAfterMs);
    } catch {
      // A watcher's mistake must not cost a shard its place.
    }
  };

  const rejectToken = (request: Request): void => {
    requests.delete(request);
    const { shardId } = request;
    request.refuse(
      new GatewayError('tokenRejected', 'Discord has refused this token before; change it, or set retryRejectedToken', {
        shardId,
      }),
    );
  };

  const permitOf = (hold: Hold): IdentifyPermit => {
    let wasUsed = false;
    return {
      shardId: hold.shardId,
      used() {
        if (wasUsed) return;
        const now = clock.now();
        if (hold.endsAt <= now) giveBack(hold);
        if (!holds.delete(hold)) {
          throw new GatewayError('identifyRefused', `the permit of shard ${hold.shardId} is over; ask for another`, {
            shardId: hold.shardId,
          });
        }
        wasUsed = true;
        uses.push({ shardId: hold.shardId, at: now });
        advance();
      },
      release() {
        if (holds.has(hold)) giveBack(hold);
        advance();
      },
    };
  };

  const giveBack = (hold: Hold): void => {
    if (holds.delete(hold)) governor.refund(hold.shardId);
  };

  return {
    acquire(shardId, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const forget = (): void => signal.removeEventListener('abort', onAbort);
        const grant = (permit: IdentifyPermit): void => (forget(), resolve(permit));
        const refuse = (error: Error): void => (forget(), reject(error));
        const request: Request = {
          shardId,
          grant,
          refuse,
          asking: false,
          notBefore: 0,
          reason: undefined,
          failures: 0,
        };
        const onAbort = (): void => {
          requests.delete(request);
          reject(signal.reason as Error);
          advance();
        };
        signal.addEventListener('abort', onAbort, { once: true });
        requests.add(request);
        advance();
      });
    },
    setMaxConcurrency(maxConcurrency) {
      buckets = checkedBuckets(maxConcurrency);
      advance();
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.now() + ms);
    },
    get waiting() {
      return requests.size;
    },
  };
}

function checkedBuckets(maxConcurrency: number): number {
  if (Number.isSafeInteger(maxConcurrency) && maxConcurrency >= 1) return maxConcurrency;
  throw new RangeError(`option maxConcurrency: expected a whole number of 1 or more, got ${maxConcurrency}`);
}
