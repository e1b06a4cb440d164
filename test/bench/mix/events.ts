import { chance, hex, integer, pick, snowflake, timestamp } from './random.ts';
import type { Random } from '@shardgate/simulator';
import { sentence, word } from './words.ts';
import type { Guild } from './world.ts';

/**
 * The data of one event. Names and order of the members follow what Discord sends.
 *
 * @see https://docs.discord.com/developers/events/gateway-events
 */
export type MakeEvent = (random: Random, guild: Guild) => object;

function message(random: Random, guild: Guild, edited: boolean): object {
  const { user, member } = pick(random, guild.people);
  const mentioned = chance(random, 0.12) ? [pick(random, guild.people)] : [];
  return {
    type: 0,
    tts: false,
    timestamp: timestamp(random),
    pinned: false,
    nonce: chance(random, 0.7) ? snowflake(random) : null,
    mentions: mentioned.map((other) => ({ ...other.user, member: other.member })),
    mention_roles: chance(random, 0.03) ? [pick(random, guild.roles)] : [],
    mention_everyone: false,
    member,
    id: snowflake(random),
    flags: 0,
    embeds: chance(random, 0.06) ? [embed(random)] : [],
    edited_timestamp: edited ? timestamp(random) : null,
    content: sentence(random, 1, 28),
    components: [],
    channel_type: 0,
    channel_id: pick(random, guild.channels),
    author: user,
    attachments: chance(random, 0.08) ? [attachment(random)] : [],
    guild_id: guild.id,
  };
}

function embed(random: Random): object {
  return {
    type: 'rich',
    title: sentence(random, 2, 6),
    description: sentence(random, 10, 40),
    color: integer(random, 0, 0xffffff),
    fields: [{ name: word(random), value: sentence(random, 2, 8), inline: true }],
    footer: { text: sentence(random, 2, 5) },
  };
}

function attachment(random: Random): object {
  const id = snowflake(random);
  const name = `${word(random)}-${integer(random, 1, 9_999)}.png`;
  const query = `ex=${hex(random, 8)}&is=${hex(random, 8)}&hm=${hex(random, 64)}&`;
  return {
    width: integer(random, 200, 2_000),
    url: `https://cdn.discordapp.com/attachments/${snowflake(random)}/${id}/${name}?${query}`,
    size: integer(random, 10_000, 2_000_000),
    proxy_url: `https://media.discordapp.net/attachments/${snowflake(random)}/${id}/${name}?${query}`,
    placeholder_version: 1,
    placeholder: hex(random, 28),
    id,
    height: integer(random, 200, 2_000),
    filename: name,
    content_type: 'image/png',
    content_scan_version: 4,
  };
}

const STATUSES = ['online', 'idle', 'dnd', 'offline'] as const;

const presence: MakeEvent = (random, guild) => {
  const { user } = pick(random, guild.people);
  const status = pick(random, STATUSES);
  const createdAt = 1_786_665_600_000 + integer(random, 0, 86_399_999);
  const playing = {
    type: 0,
    timestamps: { start: createdAt },
    state: sentence(random, 1, 4),
    name: `${word(random)} ${word(random)}`,
    id: hex(random, 16),
    details: sentence(random, 1, 5),
    created_at: createdAt,
    application_id: snowflake(random),
  };
  const custom = { type: 4, state: sentence(random, 1, 6), name: 'Custom Status', id: 'custom', created_at: createdAt };
  const activities = status === 'offline' ? [] : [custom, ...(chance(random, 0.6) ? [playing] : [])];
  return {
    user: { id: user.id },
    status,
    processed_at_timestamp: createdAt + 12,
    guild_id: guild.id,
    client_status: status === 'offline' ? {} : { [chance(random, 0.6) ? 'desktop' : 'mobile']: status },
    broadcast: null,
    activities,
  };
};

const typing: MakeEvent = (random, guild) => {
  const { user, member } = pick(random, guild.people);
  return {
    user_id: user.id,
    timestamp: 1_786_665_600 + integer(random, 0, 86_399),
    member: { user, ...member },
    channel_id: pick(random, guild.channels),
    guild_id: guild.id,
  };
};

const memberUpdate: MakeEvent = (random, guild) => {
  const { user, member } = pick(random, guild.people);
  return { user, ...member, nick: `${word(random)} ${integer(random, 1, 999)}`, guild_id: guild.id };
};

const reaction: MakeEvent = (random, guild) => {
  const { user, member } = pick(random, guild.people);
  return {
    user_id: user.id,
    type: 0,
    message_id: snowflake(random),
    message_author_id: pick(random, guild.people).user.id,
    member: { user, ...member },
    emoji: chance(random, 0.5) ? { name: '👍', id: null } : { name: word(random), id: snowflake(random) },
    channel_id: pick(random, guild.channels),
    burst: false,
    guild_id: guild.id,
  };
};

const voiceState: MakeEvent = (random, guild) => {
  const { user, member } = pick(random, guild.people);
  return {
    member: { user, ...member },
    user_id: user.id,
    suppress: false,
    session_id: hex(random, 32),
    self_video: chance(random, 0.1),
    self_mute: chance(random, 0.5),
    self_deaf: chance(random, 0.2),
    request_to_speak_timestamp: null,
    mute: false,
    guild_id: guild.id,
    deaf: false,
    channel_id: chance(random, 0.8) ? pick(random, guild.voiceChannels) : null,
  };
};

export const EVENTS = {
  MESSAGE_CREATE: (random, guild) => message(random, guild, false),
  MESSAGE_UPDATE: (random, guild) => message(random, guild, true),
  PRESENCE_UPDATE: presence,
  TYPING_START: typing,
  GUILD_MEMBER_UPDATE: memberUpdate,
  MESSAGE_REACTION_ADD: reaction,
  VOICE_STATE_UPDATE: voiceState,
} as const satisfies Record<string, MakeEvent>;

export type EventName = keyof typeof EVENTS;
