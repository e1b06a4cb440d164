import type {
  APIChannel,
  APIEmoji,
  APIGuildMember,
  APIGuildScheduledEvent,
  APIMessage,
  APIRole,
  APISoundboardSound,
  APIStageInstance,
  APISticker,
  APIThreadChannel,
  APIUser,
  APIVoiceState,
  GatewayGuildCreateDispatchData,
  GatewayPresenceUpdateDispatchData,
} from 'discord-api-types/v10';

/** A guild's lists by the name under which they are asked for. Objects are as Discord sent them, as long as the state leaves nothing out. */
export interface GuildLists {
  readonly channels: APIChannel;
  readonly threads: APIThreadChannel;
  readonly roles: APIRole;
  readonly emojis: APIEmoji;
  readonly stickers: APISticker;
  readonly members: CachedMember;
  readonly presences: GatewayPresenceUpdateDispatchData;
  readonly voice_states: APIVoiceState;
  readonly stage_instances: APIStageInstance;
  readonly scheduled_events: APIGuildScheduledEvent;
  readonly soundboard_sounds: APISoundboardSound;
}

/** A member, which names its guild. */
export type CachedMember = APIGuildMember & { readonly guild_id: string };

/** Members of a guild's event that are lists of their own here. */
/** Lists of a guild in GUILD_CREATE. */
export type ListNames = Exclude<keyof GuildLists, 'scheduled_events'> | 'guild_scheduled_events';

/** A guild without its lists; before it was loaded for the first time only `id` and `unavailable`. */
export type CachedGuild = { readonly id: string; readonly unavailable?: boolean } & Partial<
  Omit<GatewayGuildCreateDispatchData, ListNames | 'id' | 'unavailable'>
>;

/** A guild with its lists, as GUILD_CREATE has it. */
export type CachedGuildSnapshot = CachedGuild & Pick<GatewayGuildCreateDispatchData, ListNames>;

export type CachedChannel = APIChannel;
export type CachedThread = APIThreadChannel;
export type CachedMessage = APIMessage;
export type CachedUser = APIUser;

/** Which part of a list: those with a higher id than `after`, in the order of the ids, at most `limit`. Default all. */
export interface Page {
  readonly after?: string;
  readonly limit?: number;
}

/** Number of objects by kind. */
export type StateCounts = Readonly<
  Record<
    | 'guild'
    | 'channel'
    | 'thread'
    | 'role'
    | 'emoji'
    | 'sticker'
    | 'member'
    | 'presence'
    | 'voiceState'
    | 'message'
    | 'stageInstance'
    | 'scheduledEvent'
    | 'soundboardSound'
    | 'user',
    number
  >
>;

/** Figures of a state. */
export interface StateStatistics {
  readonly phase: 'idle' | 'starting' | 'running' | 'stopping' | 'stopped';
  readonly objects: StateCounts;
  readonly stores: readonly {
    readonly name: string;
    readonly isReady: boolean;
    readonly isStale: boolean;
    readonly queuedOperations: number;
    readonly droppedOperations: number;
    readonly detail?: string;
  }[];
  readonly waitingEvents: number;
  readonly events: { readonly applied: number; readonly operations: number; readonly failed: number };
}
