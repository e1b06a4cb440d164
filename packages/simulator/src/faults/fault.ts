import {
  boolean,
  checkOptions,
  either,
  integerFrom,
  isRecord,
  listOf,
  nearestName,
  numberFrom,
  oneOf,
  text,
} from '../option-check.ts';
import type { Expectation, Expectations } from '../option-check.ts';

/** Which connections a fault is for. */
interface Aim {
  /** One shard or several, by id, whatever the shard count. Left out: every connection. A connection has a shard once it sent IDENTIFY or RESUME. */
  readonly shard?: number | readonly number[];
}

/** A fault that happens once, to the connections that are open now. */
interface Immediate extends Aim {
  /** Connections are hit at random moments within so many ms instead of all at once. */
  readonly spreadMs?: number;
}

/** A fault that waits for its occasion. Without `times` and `forMs` it stays until `clearFaults`. */
interface Standing extends Aim {
  /** So many occasions, then it is over. */
  readonly times?: number;
  /** So many ms from now, then it is over. */
  readonly forMs?: number;
}

/** A standing fault of a moment at which the shard is not known yet. */
interface Dialling extends Omit<Standing, 'shard'> {
  /** Only connections to this address; left out: both. */
  readonly door?: 'main' | 'resume';
}

export type ImmediateFault =
  /** The TCP connection ends without a close frame. */
  | (Immediate & { readonly kind: 'drop' })
  /** The TCP connection is reset. */
  | (Immediate & { readonly kind: 'reset' })
  /** The network goes silent in both directions; nobody is told. */
  | (Immediate & { readonly kind: 'half-open' })
  /** Op 7; with `closeAfterMs` the server closes with 4000 when the client has not gone by then. */
  | (Immediate & { readonly kind: 'reconnect'; readonly closeAfterMs?: number })
  /** Op 9. `resumable: false` ends the session. */
  | (Immediate & { readonly kind: 'invalid-session'; readonly resumable: boolean })
  /** Op 1: the client has to beat at once. */
  | (Immediate & { readonly kind: 'request-heartbeat' })
  /** A close frame with any code. `endSession` makes the session impossible to resume. */
  | (Immediate & {
      readonly kind: 'close';
      readonly code: number;
      readonly reason?: string;
      readonly endSession?: boolean;
    })
  /** A message as given, past all encoding: `text` as a text message, else `base64` as a binary one, else random bytes. */
  | (Immediate & { readonly kind: 'garbage'; readonly text?: string; readonly base64?: string })
  /** A message that inflates to `bytes` (64 MiB), or is that long on a connection without compression. */
  | (Immediate & { readonly kind: 'bomb'; readonly bytes?: number })
  /** The next dispatch is cut off in the middle. */
  | (Immediate & { readonly kind: 'truncate-next' })
  /** One byte of the next dispatch is changed. */
  | (Immediate & { readonly kind: 'corrupt-next' })
  /** The server does not read what the client sends. */
  | (Immediate & { readonly kind: 'stall-reading'; readonly forMs: number })
  /** What the server sends arrives so much later. */
  | (Immediate & { readonly kind: 'lag'; readonly delayMs: number; readonly forMs: number });

export type StandingFault =
  /** Nobody listens. `errorCode` is the code of the client's error in memory; a real listener resets the connection. */
  | (Dialling & { readonly kind: 'refuse-connect'; readonly errorCode?: string })
  /** The connection is accepted and never upgraded. */
  | (Dialling & { readonly kind: 'black-hole' })
  /** The upgrade is answered with an HTTP status. */
  | (Dialling & { readonly kind: 'upgrade-status'; readonly status: number; readonly retryAfterMs?: number })
  | (Dialling & { readonly kind: 'withhold-hello' })
  | (Dialling & { readonly kind: 'hello-twice' })
  /** HELLO with anything as its interval. */
  | (Dialling & { readonly kind: 'hello-interval'; readonly interval: unknown })
  | (Dialling & { readonly kind: 'reconnect-instead-of-hello' })
  /** IDENTIFY is not answered; the session is not made, the budget is spent. */
  | (Standing & { readonly kind: 'withhold-ready' })
  /** Op 9 as the answer to IDENTIFY. */
  | (Standing & { readonly kind: 'refuse-identify' })
  /** Heartbeats are not acknowledged. */
  | (Standing & { readonly kind: 'withhold-ack' })
  | (Standing & { readonly kind: 'delay-ack'; readonly delayMs: number })
  /** The replay is sent, RESUMED and all after it are not. */
  | (Standing & { readonly kind: 'withhold-resumed' })
  /** Op 9 as the answer to RESUME; `resumable: false` ends the session. */
  | (Standing & { readonly kind: 'refuse-resume'; readonly resumable: boolean })
  /** The answer to RESUME is a dropped connection. */
  | (Standing & { readonly kind: 'brick-resume' })
  /** The connection ends after `after` dispatches of the replay: with `code`, or without a close frame. */
  | (Standing & { readonly kind: 'cut-replay'; readonly after: number; readonly code?: number })
  /** REST answers: `status` (with Discord's body or an HTML page), or the ordinary answer later by `delayMs`. `path` is a part of the URL. */
  | (Omit<Standing, 'shard'> & {
      readonly kind: 'rest';
      readonly status?: number;
      readonly html?: boolean;
      readonly delayMs?: number;
      readonly retryAfterMs?: number;
      readonly scope?: 'user' | 'global' | 'shared';
      readonly path?: string;
    });

export type Fault = ImmediateFault | StandingFault;

const anything: Expectation = { expected: 'anything', isType: () => true, fits: () => true };
const milliseconds = numberFrom(0);
const shard = either(integerFrom(0), listOf(integerFrom(0)));
const immediate: Expectations = { kind: text, shard, spreadMs: milliseconds };
const standing: Expectations = { kind: text, shard, times: integerFrom(1), forMs: milliseconds };
const dialling: Expectations = {
  kind: text,
  door: oneOf('main', 'resume'),
  times: integerFrom(1),
  forMs: milliseconds,
};
/** Codes a close frame may carry. https://www.rfc-editor.org/rfc/rfc6455#section-7.4 */
const closeCode = integerFrom(1000, 4999);

const IMMEDIATE_FAULTS: Readonly<Record<ImmediateFault['kind'], Expectations>> = {
  drop: immediate,
  reset: immediate,
  'half-open': immediate,
  reconnect: { ...immediate, closeAfterMs: milliseconds },
  'invalid-session': { ...immediate, resumable: boolean },
  'request-heartbeat': immediate,
  close: { ...immediate, code: closeCode, reason: text, endSession: boolean },
  garbage: { ...immediate, text, base64: text },
  bomb: { ...immediate, bytes: integerFrom(1, 2 ** 31) },
  'truncate-next': immediate,
  'corrupt-next': immediate,
  'stall-reading': { ...immediate, forMs: milliseconds },
  lag: { ...immediate, delayMs: milliseconds, forMs: milliseconds },
};

const STANDING_FAULTS: Readonly<Record<StandingFault['kind'], Expectations>> = {
  'refuse-connect': { ...dialling, errorCode: text },
  'black-hole': dialling,
  'upgrade-status': { ...dialling, status: integerFrom(300, 599), retryAfterMs: milliseconds },
  'withhold-hello': dialling,
  'hello-twice': dialling,
  'hello-interval': { ...dialling, interval: anything },
  'reconnect-instead-of-hello': dialling,
  'withhold-ready': standing,
  'refuse-identify': standing,
  'withhold-ack': standing,
  'delay-ack': { ...standing, delayMs: milliseconds },
  'withhold-resumed': standing,
  'refuse-resume': { ...standing, resumable: boolean },
  'brick-resume': standing,
  'cut-replay': { ...standing, after: integerFrom(0), code: closeCode },
  rest: {
    kind: text,
    times: integerFrom(1),
    forMs: milliseconds,
    status: integerFrom(200, 599),
    html: boolean,
    delayMs: milliseconds,
    retryAfterMs: milliseconds,
    scope: oneOf('user', 'global', 'shared'),
    path: text,
  },
};

/** Options without which a fault makes no sense. */
const NEEDED: Readonly<Partial<Record<Fault['kind'], readonly string[]>>> = {
  'invalid-session': ['resumable'],
  close: ['code'],
  'stall-reading': ['forMs'],
  lag: ['delayMs', 'forMs'],
  'upgrade-status': ['status'],
  'hello-interval': ['interval'],
  'delay-ack': ['delayMs'],
  'refuse-resume': ['resumable'],
  'cut-replay': ['after'],
};

const ALL_FAULTS: Readonly<Record<string, Expectations>> = { ...IMMEDIATE_FAULTS, ...STANDING_FAULTS };

/** Every kind of fault there is. */
export const FAULT_KINDS: readonly string[] = Object.keys(ALL_FAULTS);

export function isImmediate(fault: Fault): fault is ImmediateFault {
  return fault.kind in IMMEDIATE_FAULTS;
}

/** @throws {TypeError | RangeError} when the fault is not one, or an option of it is unknown, wrong or missing */
export function checkFault(fault: unknown): asserts fault is Fault {
  if (!isRecord(fault) || typeof fault.kind !== 'string')
    throw new TypeError('fault: expected an object with a "kind"');
  const { kind } = fault;
  const expectations = Object.hasOwn(ALL_FAULTS, kind) ? ALL_FAULTS[kind] : undefined;
  if (expectations === undefined) {
    const near = nearestName(kind, FAULT_KINDS);
    throw new TypeError(`fault: there is no kind "${kind}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
  }
  checkOptions(`fault "${kind}"`, fault, expectations);
  for (const name of NEEDED[kind as Fault['kind']] ?? []) {
    if (!(name in fault))
      throw new TypeError(`fault "${kind}": option "${name}" is missing, expected ${expectations[name]?.expected}`);
  }
}
