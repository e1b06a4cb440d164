import type { ReceivedEvent } from '../event.ts';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, clockPort, matching, secret, wholeNumber } from '../options/option-check.ts';
import type { OptionCheck } from '../options/option-check.ts';
import { systemClock } from '../ports/clock.ts';
import type { Clock } from '../ports/clock.ts';
import { HANDLER_TIMEOUT_MS, MAX_BODY_BYTES, REMEMBERED, TOLERANCE_SECONDS } from './defaults.ts';
import type { EventGap } from '../event-gap.ts';
import type { ReshardNotice } from '../reshard-notice.ts';

/** Options of `createEventReceiver`. */
export interface EventReceiverOptions {
  /** What the gateway sends as `Authorization`; several while a key is being changed. Needed unless there is a signingKey. */
  readonly secretKey?: string | readonly string[] | undefined;
  /** Key of the signatures; several while a key is being changed. Requests that are not signed are then refused. */
  readonly signingKey?: string | readonly string[] | undefined;
  /** Called with every event, beside the listeners. */
  readonly handler?: ((event: ReceivedEvent) => unknown) | undefined;
  /** Called with every gap: events that are lost for good. */
  readonly onGap?: ((gap: EventGap) => unknown) | undefined;
  /** Called with every reshard of the bot: between the last event of the old shards and the first of a new one. */
  readonly onReshard?: ((reshard: ReshardNotice) => unknown) | undefined;
  /** Hears why a handler failed. What it throws is dropped. Default: a warning of the process, without the event's data. */
  readonly onError?: ((error: unknown, failed: ReceivedEvent | EventGap | ReshardNotice) => void) | undefined;
  /** What becomes of an event whose handler failed: it comes again, or it counts as handled. Default `retry`. */
  readonly onHandlerError?: 'retry' | 'acknowledge' | undefined;
  /** A handler that takes longer has failed, milliseconds. Default 15,000. */
  readonly handlerTimeoutMs?: number | undefined;
  /** Largest body, bytes; a larger one is answered with 413. Default 20 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** How far the clocks may be apart when requests are signed, seconds. Default 300. */
  readonly toleranceSeconds?: number | undefined;
  /** How many handled events are remembered at least, so that they are not handled again; at most twice as many are. Default 10,000. */
  readonly remembered?: number | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
}

/** The options as the receiver reads them. */
export interface ReceiverSettings {
  readonly secretKeys: readonly string[];
  readonly signingKeys: readonly string[];
  readonly handler: (event: ReceivedEvent) => unknown;
  readonly onGap: (gap: EventGap) => unknown;
  readonly onReshard: (reshard: ReshardNotice) => unknown;
  readonly onError: (error: unknown, failed: ReceivedEvent | EventGap | ReshardNotice) => void;
  readonly retries: boolean;
  readonly handlerTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly toleranceSeconds: number;
  readonly remembered: number;
  readonly clock: Clock;
}

const OWNER = 'createEventReceiver';

const keys: OptionCheck = {
  expected: 'a key of visible ASCII characters without spaces, or a list of them',
  fits: (value) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.length > 0 && list.every(secret.fits);
  },
};

const checks: Readonly<Record<keyof EventReceiverOptions, OptionCheck>> = {
  secretKey: keys,
  signingKey: keys,
  handler: anyFunction,
  onGap: anyFunction,
  onReshard: anyFunction,
  onError: anyFunction,
  onHandlerError: matching(/^(retry|acknowledge)$/, "'retry' or 'acknowledge'"),
  handlerTimeoutMs: wholeNumber(1, 600_000, 'ms'),
  maxBodyBytes: wholeNumber(1, 1024 * 1024 * 1024, 'bytes'),
  toleranceSeconds: wholeNumber(1, 86_400, 'seconds'),
  remembered: wholeNumber(0, 10_000_000),
  clock: clockPort,
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError | RangeError} naming the option; keys are never shown
 */
export function readReceiverOptions(options: EventReceiverOptions): ReceiverSettings {
  checkOptions(OWNER, options, checks);
  const secretKeys = listOf(options.secretKey);
  const signingKeys = listOf(options.signingKey);
  if (secretKeys.length + signingKeys.length === 0)
    throw new TypeError(`${OWNER}: expected a secretKey or a signingKey; without one anybody could send events`);
  return {
    secretKeys,
    signingKeys,
    handler: options.handler ?? (() => undefined),
    onGap: options.onGap ?? (() => undefined),
    onReshard: options.onReshard ?? (() => undefined),
    onError: options.onError ?? warn,
    retries: options.onHandlerError !== 'acknowledge',
    handlerTimeoutMs: options.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS,
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    toleranceSeconds: options.toleranceSeconds ?? TOLERANCE_SECONDS,
    remembered: options.remembered ?? REMEMBERED,
    clock: options.clock ?? systemClock,
  };
}

function warn(error: unknown, failed: ReceivedEvent | EventGap | ReshardNotice): void {
  const what = 't' in failed ? `${failed.t} ${failed.id ?? ''}`.trim() : 'cause' in failed ? 'a gap' : 'a reshard';
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`the handler of ${what} failed`, { type: 'EventReceiverWarning', detail });
}

function listOf(keys: string | readonly string[] | undefined): readonly string[] {
  if (keys === undefined) return [];
  return typeof keys === 'string' ? [keys] : [...keys];
}
