/** A command to Discord: op 3, 4, 8, 31 or 43 with its data. Bigints in `d` become strings. */
export interface ShardCommand {
  readonly op: number;
  readonly d: unknown;
}

/** How a command is sent. */
export interface SendOptions {
  /** Before everything else that waits. Default false. */
  readonly highPriority?: boolean;
  /** Rejects with `expired` when it could not be sent within this many milliseconds. Default: waits as long as the shard lives. */
  readonly expiresAfterMs?: number;
}
