import type {
  CachedChannel,
  CachedGuild,
  CachedMember,
  CachedMessage,
  CachedThread,
  CachedUser,
  GuildLists,
  CachedGuildSnapshot,
  Page,
  StateCounts,
  StateStatistics,
} from './state-objects.ts';

/** Which guilds a snapshot has: those of one shard. */
export interface ShardChoice {
  readonly shardId: number;
  readonly shardCount: number;
}

/**
 * Reads the cache of a Shardgate process over its State API. Every promise rejects with a `ClientError`: `refused` (wrong key), `unavailable` (the store does not answer), `timeout`,
 * `disconnected`, `invalid` (not an id), `protocol`.
 */
export interface StateClient {
  guild(id: string): Promise<CachedGuild | undefined>;
  guilds(page?: Page): Promise<readonly CachedGuild[]>;
  guildCount(): Promise<number>;
  channel(id: string): Promise<CachedChannel | undefined>;
  thread(id: string): Promise<CachedThread | undefined>;
  /** Threads of a channel. */
  threadsOf(channelId: string): Promise<readonly CachedThread[]>;
  message(channelId: string, id: string): Promise<CachedMessage | undefined>;
  messages(channelId: string, page?: Page): Promise<readonly CachedMessage[]>;
  /** One of a guild's lists. */
  list<Name extends keyof GuildLists>(guildId: string, name: Name, page?: Page): Promise<readonly GuildLists[Name][]>;
  role(guildId: string, id: string): Promise<GuildLists['roles'] | undefined>;
  emoji(guildId: string, id: string): Promise<GuildLists['emojis'] | undefined>;
  /** Many roles, in the order of their ids here; undefined in place of those that are not cached. */
  roles(guildId: string, ids: readonly string[]): Promise<readonly (GuildLists['roles'] | undefined)[]>;
  member(guildId: string, userId: string): Promise<CachedMember | undefined>;
  /** Many members, in the order of the ids; undefined in place of those that are not cached. */
  members(guildId: string, userIds: readonly string[]): Promise<readonly (CachedMember | undefined)[]>;
  /** Members with a text of three bytes or more in one of their names, in any case. */
  searchMembers(guildId: string, text: string, page?: Page): Promise<readonly CachedMember[]>;
  /** Ids of the members that have a role. */
  membersWithRole(guildId: string, roleId: string): Promise<readonly string[]>;
  presence(guildId: string, userId: string): Promise<GuildLists['presences'] | undefined>;
  /** A user, from one of their members. */
  user(id: string): Promise<CachedUser | undefined>;
  /** Names of the users that are known, by their ids. */
  userNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Whether a user is in one of these guilds. */
  isInGuilds(userId: string, guildIds: readonly string[]): Promise<boolean>;
  /** Whether a user has one of these roles in one of these guilds. */
  hasRoles(userId: string, roleIds: readonly string[], guildIds: readonly string[]): Promise<boolean>;
  counts(): Promise<StateCounts>;
  statistics(): Promise<StateStatistics>;
  /** Every guild with its lists, one after the other while they arrive: for who comes late. Stop with `break`. */
  snapshot(shard?: ShardChoice): AsyncIterable<CachedGuildSnapshot>;
}
