/** The one version of the stream protocol there is; docs/PROTOCOL.md describes it. */
export const STREAM_VERSION = 1;

/** Why a connection is ended, and the WebSocket close code that goes with it. */
export const CLOSE_CODES = {
  done: 1000,
  badMessage: 4400,
  unauthorized: 4401,
  helloTimeout: 4408,
  tooLarge: 4413,
  versionUnsupported: 4426,
  tooManyClients: 4429,
  ackTimeout: 4440,
  silent: 4441,
  notReading: 4442,
  internal: 4500,
  goingAway: 4503,
} as const;

/** Why a connection was ended. */
export type CloseReason = keyof typeof CLOSE_CODES;

/** What was wrong with one message; three of them on a connection end it with `badMessage`. */
export type FaultCode = 'badJson' | 'badMessage' | 'unknownOp' | 'badAck' | 'staleAck' | 'tooDeep';

/** An `error` message: sent before a close (`fatal`), or for one message that was refused. */
export interface ErrorMessage {
  readonly op: 'error';
  readonly code: CloseReason | FaultCode;
  readonly message: string;
  readonly fatal: boolean;
}

/** How much may be sent and not acknowledged. */
export interface StreamWindow {
  /** Events and gaps. */
  readonly events: number;
  /** Bytes; each event counts with its payload and 256 bytes beside it. */
  readonly bytes: number;
}

/** What a client asks for, as far as the sink grants it. */
export function grantedWindow(asked: StreamWindow | undefined, most: StreamWindow): StreamWindow {
  if (asked === undefined) return most;
  return { events: Math.min(asked.events, most.events), bytes: Math.min(asked.bytes, most.bytes) };
}

/**
 * What an event counts beside its payload: more than its header, its part of the message's frame and its commas together ever take, so
 * that the window bounds what stands in the socket's buffer as well.
 */
export const EVENT_OVERHEAD_BYTES = 256;

/** What a shard's cursor in a `reshard` message counts. */
export const CURSOR_BYTES = 128;

/**
 * An `events` message ends with the event that takes it past this; so one large event still makes one message. Few are larger than the 64 KiB that a buffer holds
 * which is used again, and the client has something to do before all that is sent has come.
 */
export const EVENTS_MESSAGE_BYTES: number = 48 * 1024;

/** Most events in one `events` message. */
export const EVENTS_MESSAGE_COUNT = 256;

/**
 * Up to this a socket's buffer never counts as full. Above Node's own mark (16 KiB), so that a full buffer always tells when it is empty again.
 *
 * @see https://nodejs.org/api/stream.html#event-drain
 */
export const LEAST_BUFFER_BYTES: number = 64 * 1024;

/** So much stands in a socket's buffer before the next message waits for it to be empty: as much as buffers that are used again hold. */
export const SOCKET_BUFFER_BYTES: number = 1024 * 1024;

/** Deepest nesting of a command. */
export const MAX_COMMAND_DEPTH = 32;

/** Refused messages after which a connection is closed. */
export const MAX_FAULTS: number = 3;
