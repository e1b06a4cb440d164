/** A service whose dashboard is looked at: the made-up one of `demo-server.ts`, or a real one beside the simulator. */
export interface DashboardHost {
  /** Where the page is, with a slash at the end. */
  readonly url: string;
  /** The shard loses its connection and stays away until {@link revive}. */
  kill(shardId: number): Promise<void>;
  /** The shard may come back, and does. */
  revive(shardId: number): Promise<void>;
  close(): Promise<void>;
}
