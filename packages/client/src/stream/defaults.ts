/** Figures of an event client that can be set. */
export interface ClientDefaults {
  readonly concurrency: number;
  readonly handlerTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly commandDeadlineMs: number;
  readonly membersDeadlineMs: number;
  readonly maxCommands: number;
  readonly seenLimit: number;
  readonly reconnectFirstMs: number;
  readonly reconnectMostMs: number;
  readonly retryFirstMs: number;
  readonly retryMostMs: number;
  readonly closeDeadlineMs: number;
}

/** Every default of `createEventClient`. */
export const CLIENT_DEFAULTS: ClientDefaults = Object.freeze({
  concurrency: 64,
  handlerTimeoutMs: 20_000,
  connectTimeoutMs: 10_000,
  commandDeadlineMs: 15_000,
  membersDeadlineMs: 120_000,
  maxCommands: 1_000,
  seenLimit: 16_384,
  reconnectFirstMs: 500,
  reconnectMostMs: 30_000,
  retryFirstMs: 100,
  retryMostMs: 5_000,
  closeDeadlineMs: 15_000,
});

/** Longest message of the server that is read: a gateway takes Discord's payloads up to 32 MiB, and one goes in a message of its own. */
export const MAX_SERVER_MESSAGE_BYTES: number = 64 * 1024 * 1024;

/** What the server is told until its welcome says otherwise. */
export const BEFORE_WELCOME: { readonly pingIntervalMs: number; readonly silenceTimeoutMs: number } = Object.freeze({
  pingIntervalMs: 15_000,
  silenceTimeoutMs: 45_000,
});
