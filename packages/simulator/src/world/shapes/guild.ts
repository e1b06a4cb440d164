import { integerFrom } from '../../option-check.ts';
import type { Expectations } from '../../option-check.ts';
import { ending, GUILD_ENDING } from '../snowflake.ts';
import { createTemplate, hole } from '../template.ts';
import type { Template } from '../template.ts';
import { botUser, member, personId, user } from './person.ts';

/** How much is in a guild. */
export interface GuildShape {
  /** People in it, the bot not counted. */
  readonly members: number;
  readonly channels: number;
  /** Roles, `@everyone` included. */
  readonly roles: number;
  readonly emojis: number;
  /** People who are not offline. */
  readonly presences: number;
}

/** `mixed` is 70 % small, 25 % typical and 5 % large guilds. */
export type GuildShapeName = 'small' | 'typical' | 'large' | 'mixed';

export const GUILD_SHAPES: Readonly<Record<Exclude<GuildShapeName, 'mixed'>, GuildShape>> = {
  small: { members: 3, channels: 5, roles: 3, emojis: 0, presences: 2 },
  typical: { members: 50, channels: 30, roles: 25, emojis: 50, presences: 30 },
  large: { members: 250, channels: 200, roles: 120, emojis: 250, presences: 200 },
};

export const GUILD_SHAPE_EXPECTATIONS: Expectations = {
  members: integerFrom(1, 100_000),
  channels: integerFrom(1, 500),
  roles: integerFrom(1, 250),
  emojis: integerFrom(0, 500),
  presences: integerFrom(0, 100_000),
};

/** Which of the mixed shapes the guild number `index` has. */
export function mixedShape(index: number): GuildShape {
  const place = (index * 37) % 100;
  if (place < 70) return GUILD_SHAPES.small;
  return place < 95 ? GUILD_SHAPES.typical : GUILD_SHAPES.large;
}

/** First digits of the endings of ids in a guild. */
const CHANNEL = 2;
const ROLE = 3;
const EMOJI = 8;

/** The voice channel is the last one; a guild of one channel has no other. */
export function textChannelEnding(number: number, shape: GuildShape): string {
  return ending(CHANNEL, shape.channels > 1 ? number % (shape.channels - 1) : 0);
}

export function voiceChannelEnding(shape: GuildShape): string {
  return ending(CHANNEL, shape.channels - 1);
}

/** Role 0 is `@everyone`, which has the guild's own id. */
export function roleEnding(index: number): string {
  return index === 0 ? GUILD_ENDING : ending(ROLE, index);
}

/** A role. https://docs.discord.com/developers/topics/permissions#role-object */
export function role(id: string, name: string, position: number): object {
  return {
    id,
    name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position,
    permissions: '2248473465835073',
    managed: false,
    mentionable: false,
    flags: 0,
  };
}

/** A channel. `type` 0 is text, 2 is voice. https://docs.discord.com/developers/resources/channel#channel-object */
function channel(prefix: string, index: number, shape: GuildShape): object {
  const id = prefix + ending(CHANNEL, index);
  const common = {
    id,
    type: 0,
    name: `deck-${index + 1}`,
    position: index,
    parent_id: null,
    permission_overwrites: [{ id: prefix + GUILD_ENDING, type: 0, allow: '0', deny: '1024' }],
    nsfw: false,
    rate_limit_per_user: 0,
    flags: 0,
  };
  if (index === shape.channels - 1 && index > 0) {
    return { ...common, type: 2, bitrate: 64_000, user_limit: 0, rtc_region: null, last_message_id: null };
  }
  return { ...common, topic: null, last_message_id: '1300000000000000400', last_pin_timestamp: null };
}

function emoji(prefix: string, index: number): object {
  const id = prefix + ending(EMOJI, index);
  return {
    id,
    name: `wave${index}`,
    roles: [],
    require_colons: true,
    managed: false,
    animated: false,
    available: true,
  };
}

function presence(index: number): object {
  const activity = { id: 'ec0b28a579ecb4bd', name: 'Tide Tables', type: 0, created_at: 1_767_225_600_000 };
  return {
    user: { id: personId(index) },
    status: 'online',
    activities: [activity],
    client_status: { desktop: 'online' },
  };
}

function times<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Discord stops listing members of guilds above this. https://docs.discord.com/developers/events/gateway-events#guild-create */
const MEMBER_LIST_LIMIT = 75_000;

/** Answers to the questions that decide what a GUILD_CREATE holds. */
export interface GuildView {
  /** Whether the session has GUILD_PRESENCES. */
  readonly presences: boolean;
  readonly largeThreshold: number;
  /** Whether it follows a READY; a join has no `unavailable`. */
  readonly backfill: boolean;
}

/** Template of the `d` of a GUILD_CREATE. Holes: `prefix` (id without its ending) and `number`. */
export function guildTemplate(
  shape: GuildShape,
  view: GuildView,
  application: { readonly id: string; readonly name: string },
): Template {
  const prefix = hole('prefix');
  const bot = { ...member([]), user: botUser(application) };
  const large = shape.members + 1 > view.largeThreshold;
  const listed = view.presences && shape.members <= MEMBER_LIST_LIMIT;
  // Above the threshold only those who are online, have a role, a nickname or are in voice: here, those online.
  const listedPeople = !listed ? 0 : large ? Math.min(shape.members, shape.presences) : shape.members;
  const guild = {
    id: prefix + GUILD_ENDING,
    name: `Harbour ${hole('number')}`,
    icon: null,
    splash: null,
    discovery_splash: null,
    owner_id: personId(0),
    region: 'deprecated',
    afk_channel_id: null,
    afk_timeout: 300,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 1,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    roles: times(shape.roles, (index) =>
      role(prefix + roleEnding(index), index === 0 ? '@everyone' : `crew ${index}`, index),
    ),
    emojis: times(shape.emojis, (index) => emoji(prefix, index)),
    stickers: [],
    features: ['COMMUNITY'],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    max_members: 500_000,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: 'en-US',
    public_updates_channel_id: null,
    max_video_channel_users: 25,
    max_stage_video_channel_users: 50,
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    safety_alerts_channel_id: null,
    incidents_data: null,
    joined_at: '2024-02-01T12:00:00.000000+00:00',
    large,
    ...(view.backfill ? { unavailable: false } : {}),
    member_count: shape.members + 1,
    voice_states: [],
    members: [bot, ...times(listedPeople, (index) => ({ ...member([]), user: user(personId(index), String(index)) }))],
    channels: times(shape.channels, (index) => channel(prefix, index, shape)),
    threads: [],
    presences: listed ? times(Math.min(shape.presences, shape.members), presence) : [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
  return createTemplate(guild);
}
