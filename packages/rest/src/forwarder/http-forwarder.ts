import { setMaxListeners } from 'node:events';
import { Pool } from 'undici';
import { FORWARD_BACKOFF, FORWARD_MAX_CONCURRENT, FORWARD_TIMEOUT_MS, MAX_RETRY_AFTER_MS } from '../defaults.ts';
import { parseHttpUrl } from '../http/base-url.ts';
import { startDeadline } from '../http/deadline.ts';
import { exchange, headerOf } from '../http/http-exchange.ts';
import type { HttpReply } from '../http/http-exchange.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { checkOptions, hasMethods, isFunction, wholeNumber } from '../options/option-check.ts';
import type { OptionCheck } from '../options/option-check.ts';
import { keySecret } from '../options/secret-property.ts';
import { fullJitter } from '../ports/backoff.ts';
import { MAX_TIMER_MS, systemClock, wait } from '../ports/clock.ts';
import type { Clock } from '../ports/clock.ts';
import { systemRandom } from '../ports/random.ts';
import type { Random } from '../ports/random.ts';
import { RestError } from '../rest-error.ts';
import { trace } from '../trace.ts';
import type { Debug } from '../trace.ts';

/** Options of {@link httpForwarder}. */
export interface HttpForwarderOptions {
  /** Address of the event handler, http or https; path and query are kept. */
  readonly url: string;
  /** Sent as `Authorization`. */
  readonly secretKey?: string | undefined;
  /** One attempt, milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Posts in flight at most, over all shards. Default 64. */
  readonly maxConcurrent?: number | undefined;
  /** Time after which an event that cannot be delivered rejects, milliseconds. Default: never gives up. */
  readonly giveUpAfterMs?: number | undefined;
  /** Receives a line for each failed attempt; what it throws is dropped. */
  readonly debug?: Debug | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}

/** Sends events to the event handler; fits `handleDiscordPayload`. */
export interface HttpForwarder {
  /**
   * Resolves when the handler has answered 2xx. Rejects with a {@link RestError}: `httpStatus` for an answer that trying
   * again would not change, `closed`, or the last failure once `giveUpAfterMs` has passed.
   */
  (gateway: unknown, data: unknown, shardId: number): Promise<void>;
  /** Ends all waiting with `closed` and closes the connections. */
  close: () => Promise<void>;
}

const checks: Readonly<Record<keyof HttpForwarderOptions, OptionCheck>> = {
  url: parseHttpUrl,
  secretKey: keySecret,
  timeoutMs: wholeNumber(1, MAX_TIMER_MS, 'ms'),
  maxConcurrent: wholeNumber(1, 65_535),
  giveUpAfterMs: (name, value) => {
    if (value !== Infinity) wholeNumber(0, Number.MAX_SAFE_INTEGER, 'ms, or Infinity')(name, value);
  },
  debug: isFunction,
  clock: hasMethods('now', 'wallTime', 'setTimer', 'clearTimer'),
  random: isFunction,
};

/**
 * Creates a `handleDiscordPayload` that posts each event as `{"shardId", "data"}` to an HTTP event handler, in order and
 * one at a time for each shard. While the handler is away or answers 429 or 5xx the event is tried again, with pauses that
 * grow from 100 ms to 5 s with full jitter, after the `Retry-After` if there is one; so the handler can restart and an event can reach
 * it twice when an answer was lost. Events that wait stay in memory: the gateway bounds them by pausing the shard.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; the message names it and never shows the key.
 *
 * @example
 * const gateway = createGatewayManager({ …, handleDiscordPayload: httpForwarder({ url, secretKey }) });
 */
export function httpForwarder(options: HttpForwarderOptions): HttpForwarder {
  checkOptions('httpForwarder', options, checks);
  const url = parseHttpUrl('httpForwarder: url', options.url);
  const secretKey = keySecret('secretKey', options.secretKey);
  const timeoutMs = options.timeoutMs ?? FORWARD_TIMEOUT_MS;
  const giveUpAfterMs = options.giveUpAfterMs ?? Infinity;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const debug = options.debug ?? ((): void => undefined);
  const pool = new Pool(url.origin, { connections: options.maxConcurrent ?? FORWARD_MAX_CONCURRENT });
  const closing = new AbortController();
  // One listener for each shard that posts or waits: many are no leak here.
  setMaxListeners(0, closing.signal);
  /** Per shard, the end of its last event; the next one waits for it. */
  const tails = new Map<number, Promise<void>>();
  const headers = {
    'content-type': 'application/json',
    ...(secretKey === '' ? {} : { authorization: secretKey }),
  };
  const failure = { method: 'POST', route: url.pathname };

  async function deliver(body: Buffer, shardId: number): Promise<void> {
    const started = clock.now();
    for (let failures = 1; ; failures += 1) {
      const error = await attempt(body);
      if (error === undefined) return;
      if (closing.signal.aborted) throw closedError();
      // The jitter stays on top of Retry-After: else all shards would come back in the same instant.
      const pauseMs = (error.retryAfterMs ?? 0) + fullJitter(FORWARD_BACKOFF, failures, random);
      const passedMs = clock.now() - started;
      trace(debug, 'forward failed', { shardId, failures, pauseMs, error });
      if (!isWorthRepeating(error) || passedMs + pauseMs > giveUpAfterMs) throw error;
      await wait(clock, pauseMs, closing.signal);
      if (closing.signal.aborted) throw closedError();
    }
  }

  /** One post; gives what went wrong, if anything. */
  async function attempt(body: Buffer): Promise<RestError | undefined> {
    const deadline = startDeadline(
      clock,
      timeoutMs,
      {
        expired: () =>
          new RestError(
            'timeout',
            `POST ${url.pathname}: the event handler gave no answer within ${timeoutMs} ms`,
            failure,
          ),
        aborted: closedError,
      },
      closing.signal,
    );
    try {
      const target = { dispatcher: pool, url: url.href, ...failure };
      const reply = await exchange({ ...target, headers, body, signal: deadline.signal });
      return reply.status >= 200 && reply.status <= 299 ? undefined : statusError(reply);
    } catch (error) {
      return error instanceof RestError
        ? error
        : new RestError('unreachable', 'the event could not be posted', { cause: error });
    } finally {
      deadline.clear();
    }
  }

  function statusError(reply: HttpReply): RestError {
    const pauseMs = retryAfterMs(headerOf(reply, 'retry-after'), clock);
    return new RestError('httpStatus', `POST ${url.pathname}: the event handler answered ${reply.status}`, {
      ...failure,
      status: reply.status,
      body: reply.body.toString('utf8', 0, 1_024),
      retryAfterMs: pauseMs === undefined ? undefined : Math.min(pauseMs, MAX_RETRY_AFTER_MS),
    });
  }

  const forward = async (_gateway: unknown, data: unknown, shardId: number): Promise<void> => {
    if (closing.signal.aborted) throw closedError();
    const body = Buffer.from(JSON.stringify({ shardId, data }));
    const before = tails.get(shardId) ?? Promise.resolve();
    const delivered = before.then(() => deliver(body, shardId));
    // An event that was given up must not hold back the ones after it.
    const tail = delivered.catch(() => undefined);
    tails.set(shardId, tail);
    try {
      await delivered;
    } finally {
      if (tails.get(shardId) === tail) tails.delete(shardId);
    }
  };

  return Object.assign(forward, {
    close: async (): Promise<void> => {
      closing.abort(closedError());
      await pool.destroy(closedError());
    },
  });
}

function closedError(): RestError {
  return new RestError('closed', 'the forwarder was closed');
}

function isWorthRepeating(error: RestError): boolean {
  if (error.status === undefined) return error.code === 'unreachable' || error.code === 'timeout';
  return error.status === 429 || error.status >= 500;
}
