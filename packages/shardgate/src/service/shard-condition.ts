/** What a shard looks like from outside. */
export type ShardCondition =
  /** Not started yet, or waiting for its turn. */
  | 'waiting'
  /** A connection is being made, or a session begun or continued. */
  | 'connecting'
  | 'ready'
  /** Lost its connection and is on the way back. */
  | 'reconnecting'
  /** Does not read: the consumers are too slow. */
  | 'paused'
  /** Will not try again; somebody has to act. */
  | 'failed'
  | 'stopped';
