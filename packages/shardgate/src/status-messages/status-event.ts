/** What a status message tells of, as a word. */
export type StatusKind = StatusEvent['kind'];

/** Something that becomes a line of a status message. */
export type StatusEvent =
  /** READY or RESUMED came; followed by `ready` or `resumed`, as twilight-dispatch told it. */
  | { readonly kind: 'connected' | 'ready' | 'resumed' | 'stopped'; readonly shardId: number }
  /** `cause` is one sentence without secrets. */
  | { readonly kind: 'disconnected' | 'failed' | 'gap'; readonly shardId: number; readonly cause: string }
  /** Anything else that somebody should know: one sentence without secrets. */
  | { readonly kind: 'incident'; readonly text: string }
  /** The bot has another shard count, or would have: one sentence. */
  | { readonly kind: 'resharded' | 'reshardRolledBack'; readonly text: string }
  /** `name` undefined: not known. */
  | { readonly kind: 'guildJoin' | 'guildLeave'; readonly guildId: string; readonly name: string | undefined };
