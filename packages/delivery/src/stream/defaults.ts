import type { StreamWindow } from './protocol.ts';

/** Figures of both stream sinks that can be set; `closeTimeoutMs` cannot. */
export interface StreamDefaults {
  readonly window: StreamWindow;
  /** Whether events are sent with `old`. */
  readonly old: boolean;
  /** Clients that have said hello. */
  readonly maxClients: number;
  /** Connections that have not said hello yet. */
  readonly maxHandshakes: number;
  /** The same from one address. */
  readonly maxHandshakesPerAddress: number;
  readonly helloTimeoutMs: number;
  readonly ackTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly silenceTimeoutMs: number;
  /** Longest message of a client. */
  readonly maxMessageBytes: number;
  /** Commands of one client that are not answered yet. */
  readonly maxCommands: number;
  /** What may stand in a client's socket beside the window before it counts as not reading. */
  readonly maxReplyBytes: number;
  /** How long a closing connection may take to say goodbye. */
  readonly closeTimeoutMs: number;
}

/** Defaults of both stream sinks. */
export const STREAM_DEFAULTS: StreamDefaults = Object.freeze({
  window: Object.freeze({ events: 4096, bytes: 4 * 1024 * 1024 }),
  old: true,
  maxClients: 64,
  maxHandshakes: 64,
  maxHandshakesPerAddress: 16,
  helloTimeoutMs: 5_000,
  ackTimeoutMs: 30_000,
  pingIntervalMs: 15_000,
  silenceTimeoutMs: 45_000,
  maxMessageBytes: 64 * 1024,
  maxCommands: 64,
  maxReplyBytes: 16 * 1024 * 1024,
  closeTimeoutMs: 2_000,
});

/** Defaults of the WebSocket sink alone. */
export const WEBSOCKET_DEFAULTS: { readonly host: string; readonly path: string } = Object.freeze({
  host: '127.0.0.1',
  path: '/',
});

/** A lane that carried nothing for this long is taken back; the next event leases it anew. */
export const IDLE_LANE_MS = 600_000;

/** A lane whose client acknowledges elsewhere but not here for this many `ackTimeoutMs` counts as stuck. */
export const STUCK_LANE_FACTOR = 4;

/** Delay of the answer to a wrong key: doubles with each wrong key from the same address, up to the second figure. */
export const WRONG_KEY_DELAY_MS: readonly [first: number, most: number] = [250, 4_000];
