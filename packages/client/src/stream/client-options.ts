import { checkOptions } from '../options/check-options.ts';
import { anyFunction, clockPort, matching, port, secret, wholeNumber } from '../options/option-check.ts';
import type { OptionCheck } from '../options/option-check.ts';
import type { StreamEvent } from './client-event.ts';
import type { EventClient } from './event-client.ts';
import type { OnHandlerError, SeenStore } from './event-handling.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

/** Options of `createEventClient`. */
export interface EventClientOptions {
  /** Where the sink is: `ws://host:port/path`, `wss://…`, or `unix:` and the path of a socket. */
  readonly url: string;
  /** Name of this client in the gateway's logs and metrics: 1 to 64 letters, digits and any of `_ . : @ -`. */
  readonly name: string;
  /** The sink's key, where it has one. */
  readonly secretKey?: string;
  /** Handlers that may run at a time; those of one guild run one after another. Even 1 takes turns between guilds: it gives no order over a shard. @defaultValue `64` */
  readonly concurrency?: number;
  /** Most that may be sent to this client and not be acknowledged. The sink may grant less. @defaultValue what the sink grants */
  readonly window?: { readonly events: number; readonly bytes: number };
  /** Names of the events to get; the others are not even sent. @defaultValue all */
  readonly events?: readonly string[];
  /** Handles an event instead of the listeners; see {@link EventClient.handleEvent}. */
  readonly handleEvent?: (client: EventClient, event: StreamEvent) => unknown;
  /**
   * What becomes of an event whose handler throws, rejects, or does not settle in time. `retry` runs the handler again after a pause, and
   * the later events of the guild wait. A function decides for each. @defaultValue `'acknowledge'`
   */
  readonly onHandlerError?: OnHandlerError;
  /** Longest time a handler may take, milliseconds. Below the sink's `ackTimeoutMs`. @defaultValue `20_000` */
  readonly handlerTimeoutMs?: number;
  /** Remembers the ids of handled events beyond a restart. */
  readonly seen?: SeenStore;
  /** Ids of handled events that are remembered in memory, at least; at most twice as many. @defaultValue `16_384` */
  readonly seenLimit?: number;
  /** Longest time a connection may take to come about, milliseconds. @defaultValue `10_000` */
  readonly connectTimeoutMs?: number;
  /** Pause before connecting again: chosen at random below this, which doubles with each failure, milliseconds. @defaultValue `500` */
  readonly reconnectFirstMs?: number;
  /** Up to this. @defaultValue `30_000` */
  readonly reconnectMostMs?: number;
  /** Deadline of a command that names none, milliseconds. @defaultValue `15_000` */
  readonly commandDeadlineMs?: number;
  /** Deadline of `requestMembers` where none is named, milliseconds. @defaultValue `120_000` */
  readonly membersDeadlineMs?: number;
  /** Commands that may wait for a connection or an answer. @defaultValue `1_000` */
  readonly maxCommands?: number;
  /** @defaultValue real time */
  readonly clock?: Clock;
  /** @defaultValue `Math.random` */
  readonly random?: Random;
}

const MOST_MS = 86_400_000;

const duration = wholeNumber(1, MOST_MS, 'ms');
const atLeastOne = wholeNumber(1);

const address: OptionCheck = {
  expected: 'ws://host:port/path, wss://… or unix:/path/of/the/socket, the key not in it but as secretKey',
  fits(value) {
    if (typeof value !== 'string') return false;
    if (/^unix:./.test(value)) return true;
    if (!URL.canParse(value)) return false;
    const { protocol, hash, username, password } = new URL(value);
    return (protocol === 'ws:' || protocol === 'wss:') && hash + username + password === '';
  },
};

const window: OptionCheck = {
  expected: '{ events, bytes }, both whole numbers of 1 or more',
  fits: (value) =>
    typeof value === 'object' &&
    value !== null &&
    ['events', 'bytes'].every((name) => atLeastOne.fits(Reflect.get(value, name))),
};

const eventNames: OptionCheck = {
  expected: 'a list of event names such as "MESSAGE_CREATE"',
  fits: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && /^[A-Z0-9_]+$/.test(item)),
};

const onHandlerError: OptionCheck = {
  expected: "'acknowledge', 'retry' or a function",
  fits: (value) => value === 'acknowledge' || value === 'retry' || typeof value === 'function',
};

const checks: Readonly<Record<keyof EventClientOptions, OptionCheck>> = {
  url: address,
  name: matching(/^[\w.:@-]{1,64}$/, '1 to 64 letters, digits and any of _ . : @ -'),
  secretKey: secret,
  concurrency: wholeNumber(1, 100_000),
  window,
  events: eventNames,
  handleEvent: anyFunction,
  onHandlerError,
  handlerTimeoutMs: duration,
  seen: port('has', 'add'),
  seenLimit: atLeastOne,
  connectTimeoutMs: duration,
  reconnectFirstMs: duration,
  reconnectMostMs: duration,
  commandDeadlineMs: duration,
  membersDeadlineMs: duration,
  maxCommands: atLeastOne,
  clock: clockPort,
  random: anyFunction,
};

/** Throws a `TypeError` or `RangeError` that names every option that is wrong. */
export function checkClientOptions(options: unknown): asserts options is EventClientOptions {
  checkOptions('createEventClient', options, checks, ['url', 'name']);
}
