import { createTemplate, hole, valueHole } from '../template.ts';
import type { Template } from '../template.ts';
import type { LiveEventName } from '../events-mix.ts';
import { member, user } from './person.ts';
import { role } from './guild.ts';

/**
 * Shapes of the live events other than messages. Holes: `id` (unique), `guild`, `text` and `voice` (channel ids),
 * `role` (a role's id), `person` and `number` (a user), `at` (ISO time), `seconds`, `ms`.
 * Key sets follow https://docs.discord.com/developers/events/gateway-events
 */
const somebody = { ...member([]), user: user(hole('person'), hole('number')) };
const newcomer = user(hole('id'), hole('id'));

const reaction = {
  user_id: hole('person'),
  channel_id: hole('text'),
  message_id: hole('id'),
  guild_id: hole('guild'),
  emoji: { id: null, name: '🌊' },
  burst: false,
  type: 0,
};

const interaction = {
  id: hole('id'),
  application_id: hole('application'),
  type: 2,
  token: `aW50ZXJhY3Rpb246${hole('id')}${'Q2h1cm5pbmdTZWFz'.repeat(10)}`,
  version: 1,
  data: { id: '1180000000000000900', name: 'tide', type: 1, options: [{ name: 'port', type: 3, value: 'Dover' }] },
  guild_id: hole('guild'),
  guild: { id: hole('guild'), locale: 'en-GB', features: [] },
  channel_id: hole('text'),
  channel: { id: hole('text'), type: 0, name: 'deck-1' },
  member: { ...somebody, permissions: '2248473465835073' },
  app_permissions: '2248473465835073',
  locale: 'en-GB',
  guild_locale: 'en-GB',
  entitlements: [],
  authorizing_integration_owners: { 0: hole('guild') },
  context: 0,
  attachment_size_limit: 10_485_760,
};

const channelUpdate = {
  id: hole('text'),
  guild_id: hole('guild'),
  type: 0,
  name: 'deck-1',
  position: 0,
  parent_id: null,
  permission_overwrites: [{ id: hole('guild'), type: 0, allow: '0', deny: '1024' }],
  topic: `tide ${hole('id')}`,
  nsfw: false,
  last_message_id: '1300000000000000400',
  rate_limit_per_user: 0,
  last_pin_timestamp: null,
  flags: 0,
};

export type PlainEventName = Exclude<LiveEventName, 'MESSAGE_CREATE' | 'MESSAGE_UPDATE'>;

export const LIVE_TEMPLATES: Readonly<Record<PlainEventName, Template>> = {
  MESSAGE_DELETE: createTemplate({ id: hole('id'), channel_id: hole('text'), guild_id: hole('guild') }),
  MESSAGE_REACTION_ADD: createTemplate({ ...reaction, member: somebody, message_author_id: hole('person') }),
  MESSAGE_REACTION_REMOVE: createTemplate(reaction),
  TYPING_START: createTemplate({
    channel_id: hole('text'),
    guild_id: hole('guild'),
    user_id: hole('person'),
    timestamp: valueHole('seconds'),
    member: { ...somebody, nick: `otter ${hole('id')}` },
  }),
  PRESENCE_UPDATE: createTemplate({
    user: { id: hole('person') },
    guild_id: hole('guild'),
    status: 'idle',
    activities: [{ id: hole('id'), name: 'Tide Tables', type: 0, created_at: valueHole('ms') }],
    client_status: { mobile: 'idle' },
  }),
  VOICE_STATE_UPDATE: createTemplate({
    guild_id: hole('guild'),
    channel_id: hole('voice'),
    user_id: hole('person'),
    member: somebody,
    session_id: `3c9f0d5e1b7a4${hole('id')}`,
    deaf: false,
    mute: false,
    self_deaf: false,
    self_mute: true,
    self_video: false,
    suppress: false,
    request_to_speak_timestamp: null,
  }),
  GUILD_MEMBER_ADD: createTemplate({ guild_id: hole('guild'), user: newcomer, ...member([]), joined_at: hole('at') }),
  GUILD_MEMBER_UPDATE: createTemplate({ guild_id: hole('guild'), ...somebody, nick: `otter ${hole('id')}` }),
  GUILD_MEMBER_REMOVE: createTemplate({ guild_id: hole('guild'), user: newcomer }),
  CHANNEL_UPDATE: createTemplate(channelUpdate),
  GUILD_ROLE_UPDATE: createTemplate({ guild_id: hole('guild'), role: role(hole('role'), `crew ${hole('id')}`, 1) }),
  INTERACTION_CREATE: createTemplate(interaction),
};

/** How the key of an event is made of its unique id; see `eventKey`. */
export const KEY_PREFIXES: Readonly<Partial<Record<PlainEventName, string>>> = {
  TYPING_START: 'otter ',
  GUILD_MEMBER_UPDATE: 'otter ',
  VOICE_STATE_UPDATE: '3c9f0d5e1b7a4',
  CHANNEL_UPDATE: 'tide ',
  GUILD_ROLE_UPDATE: 'crew ',
};
