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

/** Members of a guild's event that are kept by themselves. */
/** Lists of a guild in GUILD_CREATE, which have kinds of their own. */
export type GuildLists =
  | 'channels'
  | 'threads'
  | 'roles'
  | 'emojis'
  | 'stickers'
  | 'members'
  | 'presences'
  | 'voice_states'
  | 'stage_instances'
  | 'guild_scheduled_events'
  | 'soundboard_sounds';

/** A guild without its lists; before its first GUILD_CREATE only `id` and `unavailable`. */
export type StoredGuild = Pick<GatewayGuildCreateDispatchData, 'id'> & {
  readonly unavailable?: boolean;
} & Partial<Omit<GatewayGuildCreateDispatchData, GuildLists | 'id' | 'unavailable'>>;

/** What an object of each kind is, as long as `fields` of the state leaves nothing out. */
export interface StoredObjects {
  readonly guild: StoredGuild;
  readonly channel: APIChannel;
  readonly thread: APIThreadChannel;
  readonly role: APIRole;
  readonly emoji: APIEmoji;
  readonly sticker: APISticker;
  readonly member: APIGuildMember & { readonly guild_id: string };
  readonly presence: GatewayPresenceUpdateDispatchData;
  readonly voiceState: APIVoiceState;
  readonly message: APIMessage;
  readonly stageInstance: APIStageInstance;
  readonly scheduledEvent: APIGuildScheduledEvent;
  readonly soundboardSound: APISoundboardSound;
  readonly user: APIUser;
}
