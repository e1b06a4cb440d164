import { CDN_URL } from '../defaults.ts';
import { fixedRoute } from './route.ts';
import type { FixedRoute } from './route.ts';
import { emojiSegment, segment } from './segment.ts';
import type { Id } from './segment.ts';

/**
 * Answer of `GET /gateway/bot`.
 *
 * @see https://docs.discord.com/developers/events/gateway#get-gateway-bot
 */
export interface GatewayBotData {
  /** Gateway URL to connect to, without a query. */
  url: string;
  /** Recommended number of shards. */
  shards: number;
  session_start_limit: {
    /** Identifies a day. */
    total: number;
    /** Identifies left. */
    remaining: number;
    /** Milliseconds until `remaining` is `total` again. */
    reset_after: number;
    /** Identifies allowed every 5 seconds. */
    max_concurrency: number;
  };
}

const channel = (channelId: Id, rest = ''): string => `/channels/${segment(channelId)}${rest}`;
const message = (channelId: Id, messageId: Id, rest = ''): string =>
  channel(channelId, `/messages/${segment(messageId)}${rest}`);
const reaction = (channelId: Id, messageId: Id, emoji: string, rest = ''): string =>
  message(channelId, messageId, `/reactions/${emojiSegment(emoji)}${rest}`);
const guild = (guildId: Id, rest = ''): string => `/guilds/${segment(guildId)}${rest}`;
const webhook = (webhookId: Id, token: string, rest = ''): string =>
  `/webhooks/${segment(webhookId)}/${segment(token)}${rest}`;
const application = (applicationId: Id, rest: string): string => `/applications/${segment(applicationId)}${rest}`;
const guildCommands = (applicationId: Id, guildId: Id, rest = ''): string =>
  application(applicationId, `/guilds/${segment(guildId)}/commands${rest}`);

/**
 * Discord's routes under Discordeno 13's names. They are paths without host and version: which server they go to is
 * decided by the manager that calls them. Entries without parameters can be used as a value and as a call. The image
 * entries (`GUILD_ICON`, `USER_AVATAR` …) are addresses of Discord's file host, to be fetched without a manager.
 */
export const endpoints = {
  GATEWAY_BOT: fixedRoute<GatewayBotData>('/gateway/bot') as FixedRoute<GatewayBotData>,

  CHANNEL_BASE: (channelId: Id): string => channel(channelId),
  CHANNEL_MESSAGE: (channelId: Id, messageId: Id): string => message(channelId, messageId),
  CHANNEL_MESSAGES: (channelId: Id): string => channel(channelId, '/messages'),
  CHANNEL_PIN: (channelId: Id, messageId: Id): string => channel(channelId, `/pins/${segment(messageId)}`),
  CHANNEL_PINS: (channelId: Id): string => channel(channelId, '/pins'),
  CHANNEL_BULK_DELETE: (channelId: Id): string => channel(channelId, '/messages/bulk-delete'),
  CHANNEL_INVITES: (channelId: Id): string => channel(channelId, '/invites'),
  CHANNEL_WEBHOOKS: (channelId: Id): string => channel(channelId, '/webhooks'),
  CHANNEL_MESSAGE_REACTION_ME: (channelId: Id, messageId: Id, emoji: string): string =>
    reaction(channelId, messageId, emoji, '/@me'),
  CHANNEL_MESSAGE_REACTION_USER: (channelId: Id, messageId: Id, emoji: string, userId: Id): string =>
    reaction(channelId, messageId, emoji, `/${segment(userId)}`),
  CHANNEL_MESSAGE_REACTIONS: (channelId: Id, messageId: Id): string => message(channelId, messageId, '/reactions'),
  CHANNEL_MESSAGE_REACTION: (channelId: Id, messageId: Id, emoji: string): string =>
    reaction(channelId, messageId, emoji),
  CHANNEL_FOLLOW: (channelId: Id): string => channel(channelId, '/followers'),
  CHANNEL_MESSAGE_CROSSPOST: (channelId: Id, messageId: Id): string => message(channelId, messageId, '/crosspost'),
  CHANNEL_OVERWRITE: (channelId: Id, overwriteId: Id): string =>
    channel(channelId, `/permissions/${segment(overwriteId)}`),
  CHANNEL_TYPING: (channelId: Id): string => channel(channelId, '/typing'),

  THREAD_START_PUBLIC: (channelId: Id, messageId: Id): string => message(channelId, messageId, '/threads'),
  THREAD_START_PRIVATE: (channelId: Id): string => channel(channelId, '/threads'),
  /** By guild: the form by channel left Discord's API with version 10. */
  THREAD_ACTIVE: (guildId: Id): string => guild(guildId, '/threads/active'),
  THREAD_MEMBERS: (channelId: Id): string => channel(channelId, '/thread-members'),
  THREAD_ME: (channelId: Id): string => channel(channelId, '/thread-members/@me'),
  THREAD_USER: (channelId: Id, userId: Id): string => channel(channelId, `/thread-members/${segment(userId)}`),
  THREAD_ARCHIVED_BASE: (channelId: Id): string => channel(channelId, '/threads/archived'),
  THREAD_ARCHIVED_PUBLIC: (channelId: Id): string => channel(channelId, '/threads/archived/public'),
  THREAD_ARCHIVED_PRIVATE: (channelId: Id): string => channel(channelId, '/threads/archived/private'),
  THREAD_ARCHIVED_PRIVATE_JOINED: (channelId: Id): string => channel(channelId, '/users/@me/threads/archived/private'),

  GUILDS: fixedRoute('/guilds') as FixedRoute,
  GUILDS_BASE: (guildId: Id): string => guild(guildId),
  GUILD_AUDIT_LOGS: (guildId: Id): string => guild(guildId, '/audit-logs'),
  GUILD_BAN: (guildId: Id, userId: Id): string => guild(guildId, `/bans/${segment(userId)}`),
  GUILD_BANS: (guildId: Id): string => guild(guildId, '/bans'),
  GUILD_BANNER: (guildId: Id, hash: string): string => `${CDN_URL}/banners/${segment(guildId)}/${segment(hash)}`,
  GUILD_CHANNELS: (guildId: Id): string => guild(guildId, '/channels'),
  GUILD_WIDGET: (guildId: Id): string => guild(guildId, '/widget'),
  GUILD_EMOJI: (guildId: Id, emojiId: Id): string => guild(guildId, `/emojis/${segment(emojiId)}`),
  GUILD_EMOJIS: (guildId: Id): string => guild(guildId, '/emojis'),
  GUILD_ICON: (guildId: Id, hash: string): string => `${CDN_URL}/icons/${segment(guildId)}/${segment(hash)}`,
  GUILD_INTEGRATION: (guildId: Id, integrationId: Id): string =>
    guild(guildId, `/integrations/${segment(integrationId)}`),
  GUILD_INTEGRATIONS: (guildId: Id): string => guild(guildId, '/integrations?include_applications=true'),
  GUILD_INTEGRATION_SYNC: (guildId: Id, integrationId: Id): string =>
    guild(guildId, `/integrations/${segment(integrationId)}/sync`),
  GUILD_INVITES: (guildId: Id): string => guild(guildId, '/invites'),
  GUILD_LEAVE: (guildId: Id): string => `/users/@me/guilds/${segment(guildId)}`,
  GUILD_MEMBER: (guildId: Id, userId: Id): string => guild(guildId, `/members/${segment(userId)}`),
  GUILD_MEMBERS: (guildId: Id): string => guild(guildId, '/members'),
  GUILD_MEMBER_ROLE: (guildId: Id, userId: Id, roleId: Id): string =>
    guild(guildId, `/members/${segment(userId)}/roles/${segment(roleId)}`),
  GUILD_MEMBERS_SEARCH: (guildId: Id): string => guild(guildId, '/members/search'),
  GUILD_PRUNE: (guildId: Id): string => guild(guildId, '/prune'),
  GUILD_REGIONS: (guildId: Id): string => guild(guildId, '/regions'),
  GUILD_ROLE: (guildId: Id, roleId: Id): string => guild(guildId, `/roles/${segment(roleId)}`),
  GUILD_ROLES: (guildId: Id): string => guild(guildId, '/roles'),
  GUILD_SPLASH: (guildId: Id, hash: string): string => `${CDN_URL}/splashes/${segment(guildId)}/${segment(hash)}`,
  GUILD_VANITY_URL: (guildId: Id): string => guild(guildId, '/vanity-url'),
  GUILD_WEBHOOKS: (guildId: Id): string => guild(guildId, '/webhooks'),
  GUILD_TEMPLATE: (code: string): string => `/guilds/templates/${segment(code)}`,
  GUILD_TEMPLATES: (guildId: Id): string => guild(guildId, '/templates'),
  GUILD_PREVIEW: (guildId: Id): string => guild(guildId, '/preview'),
  GUILD_WELCOME_SCREEN: (guildId: Id): string => guild(guildId, '/welcome-screen'),
  GUILD_SCHEDULED_EVENT: (guildId: Id, eventId: Id): string => guild(guildId, `/scheduled-events/${segment(eventId)}`),
  GUILD_SCHEDULED_EVENTS: (guildId: Id): string => guild(guildId, '/scheduled-events'),
  GUILD_SCHEDULED_EVENT_USERS: (guildId: Id, eventId: Id): string =>
    guild(guildId, `/scheduled-events/${segment(eventId)}/users`),
  UPDATE_VOICE_STATE: (guildId: Id, userId?: Id): string => guild(guildId, `/voice-states/${segment(userId ?? '@me')}`),

  VOICE_REGIONS: fixedRoute('/voice/regions') as FixedRoute,
  INVITE: (code: string): string => `/invites/${segment(code)}`,

  WEBHOOK: (webhookId: Id, token: string): string => webhook(webhookId, token),
  WEBHOOK_ID: (webhookId: Id): string => `/webhooks/${segment(webhookId)}`,
  WEBHOOK_MESSAGE: (webhookId: Id, token: string, messageId: Id): string =>
    webhook(webhookId, token, `/messages/${segment(messageId)}`),
  WEBHOOK_MESSAGE_ORIGINAL: (webhookId: Id, token: string): string => webhook(webhookId, token, '/messages/@original'),
  WEBHOOK_SLACK: (webhookId: Id, token: string): string => webhook(webhookId, token, '/slack'),
  WEBHOOK_GITHUB: (webhookId: Id, token: string): string => webhook(webhookId, token, '/github'),

  COMMANDS: (applicationId: Id): string => application(applicationId, '/commands'),
  COMMANDS_GUILD: (applicationId: Id, guildId: Id): string => guildCommands(applicationId, guildId),
  COMMANDS_PERMISSIONS: (applicationId: Id, guildId: Id): string =>
    guildCommands(applicationId, guildId, '/permissions'),
  COMMANDS_PERMISSION: (applicationId: Id, guildId: Id, commandId: Id): string =>
    guildCommands(applicationId, guildId, `/${segment(commandId)}/permissions`),
  COMMANDS_ID: (applicationId: Id, commandId: Id): string =>
    application(applicationId, `/commands/${segment(commandId)}`),
  COMMANDS_GUILD_ID: (applicationId: Id, guildId: Id, commandId: Id): string =>
    guildCommands(applicationId, guildId, `/${segment(commandId)}`),

  INTERACTION_ID_TOKEN: (interactionId: Id, token: string): string =>
    `/interactions/${segment(interactionId)}/${segment(token)}/callback`,
  /** The webhook of an interaction is the application's: the id is the application's. */
  INTERACTION_ORIGINAL_ID_TOKEN: (applicationId: Id, token: string): string =>
    webhook(applicationId, token, '/messages/@original'),
  INTERACTION_ID_TOKEN_MESSAGE_ID: (applicationId: Id, token: string, messageId: Id): string =>
    webhook(applicationId, token, `/messages/${segment(messageId)}`),

  USER: (userId: Id): string => `/users/${segment(userId)}`,
  USER_BOT: fixedRoute('/users/@me') as FixedRoute,
  USER_GUILDS: fixedRoute('/users/@me/guilds') as FixedRoute,
  USER_AVATAR: (userId: Id, hash: string): string => `${CDN_URL}/avatars/${segment(userId)}/${segment(hash)}`,
  USER_DEFAULT_AVATAR: (index: number): string => `${CDN_URL}/embed/avatars/${segment(String(index))}.png`,
  USER_DM: fixedRoute('/users/@me/channels') as FixedRoute,
  USER_CONNECTIONS: fixedRoute('/users/@me/connections') as FixedRoute,
  USER_NICK: (guildId: Id): string => guild(guildId, '/members/@me'),

  DISCOVERY_CATEGORIES: fixedRoute('/discovery/categories') as FixedRoute,
  DISCOVERY_VALID_TERM: fixedRoute('/discovery/valid-term') as FixedRoute,
  DISCOVERY_METADATA: (guildId: Id): string => guild(guildId, '/discovery-metadata'),
  DISCOVERY_SUBCATEGORY: (guildId: Id, categoryId: number): string =>
    guild(guildId, `/discovery-categories/${segment(String(categoryId))}`),

  OAUTH2_APPLICATION: fixedRoute('/oauth2/applications/@me') as FixedRoute,

  STAGE_INSTANCES: fixedRoute('/stage-instances') as FixedRoute,
  STAGE_INSTANCE: (channelId: Id): string => `/stage-instances/${segment(channelId)}`,
};
