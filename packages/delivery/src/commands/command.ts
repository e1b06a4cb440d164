/**
 * Presence of the bot, as Discord takes it.
 *
 * @see https://docs.discord.com/developers/events/gateway-events#update-presence
 */
export interface Presence {
  /** Milliseconds since 1970 at which the bot went idle; null when it is not. Default null. */
  readonly since?: number | null;
  /** At most 10. */
  readonly activities: readonly PresenceActivity[];
  readonly status: 'online' | 'dnd' | 'idle' | 'invisible' | 'offline';
  /** Default false. */
  readonly afk?: boolean;
}

/** What a bot may say of an activity. */
export interface PresenceActivity {
  readonly name: string;
  /** 0 playing, 1 streaming, 2 listening, 3 watching, 4 custom (`state` is the text), 5 competing. */
  readonly type: number;
  readonly state?: string | null;
  /** Of twitch.tv or youtube.com, with type 1 only. */
  readonly url?: string | null;
}

/** What every command may have. */
interface Timed {
  /**
   * Milliseconds from its arrival after which the command is given up: 1 to 600,000. Default 60,000; for `requestMembers`, where it covers the
   * whole answer, 120,000.
   */
  readonly expiresAfterMs?: number;
}

/** A payload with Discord's own names: op 3, 4, 8, 31 or 43. */
export interface RawPayload {
  readonly op: number;
  readonly d: Readonly<Record<string, unknown>>;
}

/** Members of a guild: those named in `userIds`, else those whose name begins with `query`, else all. */
export interface MemberSelection {
  readonly guildId: string;
  /** Beginning of the name; '' for everyone. */
  readonly query?: string;
  /** 0 to 100; 0 means no limit, with an empty query only. Default 0 with an empty query, else 100. */
  readonly limit?: number;
  /** 1 to 100 ids; not together with `query`. */
  readonly userIds?: readonly string[];
  /** Also their presences. Needs the GuildPresences intent. */
  readonly presences?: boolean;
}

/** What a client may ask for. All ids are strings of decimal digits; members that are not listed are refused. */
export type Command =
  /** Sends a payload on a shard. Resolves with `{}` when it is written. */
  | (Timed & { readonly type: 'shardPayload'; readonly shardId: number; readonly data: RawPayload })
  /** Sets the presence of one shard or of all. Resolves with `{ sent, failed }`, both counts of shards. */
  | (Timed & { readonly type: 'presence'; readonly shardId?: number; readonly data: Presence })
  /** Joins, moves or (with null) leaves a voice channel. Resolves with `{}`. */
  | (Timed & {
      readonly type: 'voiceState';
      readonly guildId: string;
      readonly channelId: string | null;
      readonly selfMute: boolean;
      readonly selfDeaf: boolean;
    })
  /** Gives each GUILD_MEMBERS_CHUNK as a chunk, then resolves with `{ chunks, members, notFound }`: two counts and ids. */
  | (Timed & MemberSelection & { readonly type: 'requestMembers' })
  /** 1 to 1,000 guilds. Discord answers with SOUNDBOARD_SOUNDS events. Resolves with `{ sent }`, the payloads it took. */
  | (Timed & { readonly type: 'requestSoundboard'; readonly guildIds: readonly string[] })
  /** Discord answers with a CHANNEL_INFO event. Resolves with `{}`. */
  | (Timed & { readonly type: 'requestChannelInfo'; readonly guildId: string; readonly fields: readonly string[] })
  /** Continues the shard's session on a new connection. Role `admin`. Resolves with `{}` when the shard is ready again. */
  | (Timed & { readonly type: 'reconnect'; readonly shardId: number })
  /** Resolves with `{ shardCount, shards: [{ shardId, status, rtt, guilds }] }`; `rtt` is null while unknown. */
  | (Timed & { readonly type: 'status' })
  /** Resolves with `{ shardId, shardCount, rtt }`, also for a shard of another process; its `rtt` is null. */
  | (Timed & { readonly type: 'shardOf'; readonly guildId: string })
  | DiscordenoCommand;

/** Bodies of Discordeno's bots, answered in Discordeno's way. */
export type DiscordenoCommand =
  /** 13.0 to 18: as `shardPayload`. */
  | (Timed & { readonly type: 'SHARD_PAYLOAD'; readonly shardId: number; readonly data: RawPayload })
  /** 13.0 to 18. Resolves with an array of `{ workerId, shardId, rtt, state }`. */
  | (Timed & { readonly type: 'GET_SHARD_INFO' })
  /** 19 and later: as `shardPayload`. */
  | (Timed & { readonly type: 'ShardPayload'; readonly shardId: number; readonly payload: RawPayload })
  /** 19 and later: as `presence` for all shards. */
  | (Timed & { readonly type: 'EditShardsPresence'; readonly payload: Presence })
  /** 19 and later. Resolves with `{ shardId, rtt }`; of shard 0 without a guild. */
  | (Timed & { readonly type: 'ShardInfoFromGuild'; readonly guildId?: string });

/** Who sends a command. */
export interface CommandClient {
  /** For roles; two clients may have the same. */
  readonly name: string;
  /** For fairness: what has the same id shares one turn. */
  readonly id: string;
}

/**
 * What a client may do. `events`: ask for shards and their state. `commands`: that, and send to Discord. `admin`: everything.
 */
export type CommandRole = 'events' | 'commands' | 'admin';
