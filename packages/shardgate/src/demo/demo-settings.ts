/** What `shardgate demo` was asked for. */
export interface DemoSettings {
  readonly shards: number;
  readonly rate: number;
  /** Ends by itself after this time. */
  readonly seconds?: number;
  /** Kills the bot and the gateway in turn, one of them each time this many seconds are over. */
  readonly killEvery?: number;
  /** A real bot's token: no simulator. */
  readonly token: string | undefined;
  /** Another API than Discord's. */
  readonly apiUrl: string | undefined;
}
