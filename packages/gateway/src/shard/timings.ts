/** How long a shard waits for what, milliseconds. */
export interface ShardTimings {
  /** TCP, TLS and the WebSocket handshake. Default 10,000. */
  readonly connectTimeoutMs: number;
  /** HELLO after the socket opened. Default 15,000. */
  readonly helloTimeoutMs: number;
  /** READY after IDENTIFY, while heartbeats are answered. Long, because each further IDENTIFY costs budget and an outage delays READY for minutes. Default 300,000. */
  readonly readyTimeoutMs: number;
  /** RESUMED after RESUME, without one dispatch coming in. Short, because a RESUME costs nothing. Default 30,000. */
  readonly resumedTimeoutMs: number;
  /** A connection that was ready this long starts the back-off anew. Default 60,000. */
  readonly stableAfterMs: number;
  /** RESUMEs that are neither accepted nor refused for this long give the session up. Default 120,000. */
  readonly resumeBudgetMs: number;
}

export const defaultTimings: ShardTimings = {
  connectTimeoutMs: 10_000,
  helloTimeoutMs: 15_000,
  readyTimeoutMs: 300_000,
  resumedTimeoutMs: 30_000,
  stableAfterMs: 60_000,
  resumeBudgetMs: 120_000,
};
