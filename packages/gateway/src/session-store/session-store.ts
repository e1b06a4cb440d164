/** Which guilds a session knows, as of one sequence number. */
export interface GuildSnapshot {
  /** Sequence number up to which the lists are true. */
  readonly seq: number;
  /** Guilds the bot is in and whose data has arrived. */
  readonly available: readonly string[];
  /** Guilds named by READY whose GUILD_CREATE has not come yet. */
  readonly loading: readonly string[];
  /** Guilds the bot is in that an outage hides. */
  readonly unavailable: readonly string[];
  /**
   * Changes that may be newer than the sequence number a crash goes back to, oldest first: number of the event, guild id,
   * and what the guild was before (`absent` when unknown). Going back to sequence S means undoing those above S.
   */
  readonly changes: readonly (readonly [seq: number, guildId: string, before: GuildStatus])[];
}

/** What a session knows of one guild. */
export type GuildStatus = 'loading' | 'available' | 'unavailable' | 'absent';

/** All that is needed to RESUME a shard's session in another process. */
export interface SessionCheckpoint {
  readonly shardId: number;
  /** `num_shards` of the session; it can be resumed under no other. */
  readonly shardCount: number;
  readonly sessionId: string;
  /** Bare `wss://…` from READY, or null when there was none or it was not to be trusted. */
  readonly resumeUrl: string | null;
  /** Highest settled sequence number: nothing at or below it is needed again. 0 while the handler still works on READY. */
  readonly seq: number;
  /** Intents the session was identified with. */
  readonly intents: number;
  /** API version and encoding of the session: a resume must use the same. */
  readonly version: number;
  readonly encoding: string;
  /** First 16 hex digits of the SHA-256 of the token; another bot's sessions are not ours. */
  readonly tokenFingerprint: string;
  /** Wall-clock milliseconds of the checkpoint. */
  readonly savedAt: number;
  /** The bot's user id, from READY: a resume does not bring it again. */
  readonly userId: string | null;
  /** The application's id, from READY. */
  readonly applicationId: string | null;
  /** Of shards that resharding brought. Left out for all others. */
  readonly reshard?: ReshardMark;
  /** Left out when unchanged since the last save of the same session: the store keeps the one it has. */
  readonly guilds?: GuildSnapshot;
}

/** What a checkpoint tells of resharding. A store keeps it as it is. */
export interface ReshardMark {
  /**
   * `preparing`: the shards of this count are not in charge yet; a process that finds no other mark forgets their sessions. `current`: they have taken over. One checkpoint
   * that says so speaks for all of its shard count.
   */
  readonly state: 'preparing' | 'current';
  /** `maxShards`, `firstShardId` and `lastShardId` as they were configured before: as long as that stays, the new ones below hold. */
  readonly configured: ShardRange;
  /** What has taken their place. */
  readonly range: ShardRange;
  /** Numbers above `seq` of events that the old shards have handed over already: sent again by Discord, they are dropped. */
  readonly covered: readonly number[];
}

/** `maxShards`, first and last shard id; null for "all". */
export type ShardRange = readonly [maxShards: number, firstShardId: number, lastShardId: number | null];

/** Names a stored session. */
export interface SessionKey {
  readonly shardId: number;
  readonly shardCount: number;
}

/**
 * Where sessions outlive the process. Three methods; `createMemorySessionStore` and `createFileSessionStore` are ours.
 *
 * A method that rejects is counted, reported by the `storeError` event and tried again with the next checkpoint; sequence
 * numbers in heartbeats stay at what was last stored.
 */
export interface SessionStore {
  /** Every stored checkpoint, `guilds` included. A damaged record is left out, never an error. */
  load(): Promise<readonly SessionCheckpoint[]>;
  /** Resolves when all of them are as durable as the store makes anything. */
  save(checkpoints: readonly SessionCheckpoint[]): Promise<void>;
  /** Forgets sessions that Discord has ended. Unknown keys are fine. */
  remove(keys: readonly SessionKey[]): Promise<void>;
}
