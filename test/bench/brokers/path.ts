/** What events are handed to. */
export interface Path {
  /** Where it listens, if it does. */
  readonly address: string;
  hand(bytes: Buffer, shardId: number): void;
  /** Called with a shard and how many of its events were acknowledged. */
  onAcknowledged: (shardId: number, events: number) => void;
  /** Events that were written to the journal so far. */
  journaled(): number;
}
