import { createRandom, type Random } from '@shardgate/simulator';
import type { GuildEvent } from '@shardgate/gateway';
import { DISPATCH_NAMES } from './dispatch-names.ts';

export interface ModelEvent {
  readonly t: string;
  readonly d: Record<string, unknown>;
  readonly guildEvent?: GuildEvent;
  readonly shardId: number;
}

export const SHARD_COUNT = 2;
export const BOT_ID = '900000000000000000';
const GUILDS = Array.from({ length: 12 }, (_, i) => String((BigInt(1_000_000 + i) << 22n) + 7n));
const USERS = [BOT_ID, ...Array.from({ length: 7 }, (_, i) => `80351110224678${900 + i}`)];
/** A channel without a guild. */
const DIRECT_MESSAGES = '319674150115610528';
/** Events that change much are rarer than they would be if all were alike. */
const RARE: ReadonlySet<string> = new Set(['READY', 'GUILD_DELETE', 'CHANNEL_DELETE', 'GUILD_CREATE']);
const LISTS =
  'channels threads roles emojis stickers members presences voice_states stage_instances guild_scheduled_events soundboard_sounds';

/**
 * An endless row of dispatches of two shards, of every documented name: few guilds and ids, so that everything is created, changed and removed often. In between what connections do to a cache: events
 * that come again, READY after guilds were left, outages, re-invites, and data that is not as documented.
 */
export function* randomEvents(seed: number): Generator<ModelEvent, never> {
  const random = createRandom(seed);
  const recent: ModelEvent[] = [];
  for (;;) {
    if (recent.length > 20 && random() < 0.01) {
      // A resume sends again what was not settled.
      yield* recent.slice(-Math.ceil(random() * 10));
      continue;
    }
    const event = randomEvent(random);
    recent.push(event);
    if (recent.length > 40) recent.shift();
    yield event;
  }
}

/** Makes the bot leave every guild. */
export function farewell(): ModelEvent[] {
  return Array.from({ length: SHARD_COUNT }, (_, shardId) => ({
    t: 'READY',
    d: { user: { id: BOT_ID }, guilds: [] },
    shardId,
  }));
}

type People = { readonly user: { readonly id: string } }[];

function randomEvent(random: Random): ModelEvent {
  let t = pick(random, DISPATCH_NAMES);
  while (RARE.has(t) && random() < 0.7) t = pick(random, DISPATCH_NAMES);
  const guildId = pick(random, GUILDS);
  const shardId = shardOf(guildId);
  if (t === 'GUILD_CREATE') return guildCreate(random, guildId, shardId);
  const d = dataOf(random, t, guildId, shardId);
  // Data that is not as documented.
  const damaged = pick(random, Object.keys(d));
  // Where something is cannot be told without its guild, and Discord never leaves it out.
  if (random() < 0.01 && (damaged !== 'guild_id' || !/^(MESSAGE|CHANNEL|THREAD)/.test(t))) delete d[damaged];
  return { t, d, shardId };
}

function guildCreate(random: Random, guildId: string, shardId: number): ModelEvent {
  const chance = random();
  if (chance < 0.1) return { t: 'GUILD_CREATE', d: { id: guildId, unavailable: true }, shardId };
  const d: Record<string, unknown> = { ...guild(random, guildId), joined_at: 'x', large: false, unavailable: false };
  for (const name of LISTS.split(' ')) d[name] = some(random, () => listed(random, name, guildId));
  d['members'] = unique(d['members'] as People, ({ user }) => user.id);
  d['presences'] = unique(d['presences'] as People, ({ user }) => user.id);
  d['member_count'] = random() < 0.5 ? (d['members'] as unknown[]).length : 1_000;
  if (chance < 0.3) return { t: 'GUILD_CREATE', d, guildEvent: 'join', shardId };
  return { t: 'GUILD_LOADED_DD', d, guildEvent: chance < 0.6 ? 'startup' : 'available', shardId };
}

function guild(random: Random, id: string): Record<string, unknown> {
  return { id, name: word(random), owner_id: pick(random, USERS), features: some(random, () => word(random)) };
}

/** Without `guild_id`, as in GUILD_CREATE. */
function listed(random: Random, name: string, guildId: string): Record<string, unknown> {
  const makers: Record<string, () => Record<string, unknown>> = {
    channels: () => channel(random, guildId),
    threads: () => thread(random, guildId),
    roles: () => ({ id: id(random, 'role', guildId), name: word(random), permissions: '8' }),
    emojis: () => ({ id: id(random, 'emoji', guildId), name: word(random), animated: random() < 0.5 }),
    stickers: () => ({ id: id(random, 'sticker', guildId), name: word(random), tags: '' }),
    members: () => member(random),
    presences: () => presence(random),
    voice_states: () => voice(random, guildId),
    stage_instances: () => ({ id: id(random, 'stage', guildId), topic: word(random) }),
    guild_scheduled_events: () => ({ id: id(random, 'event', guildId), name: word(random), status: 1 }),
    soundboard_sounds: () => ({ sound_id: id(random, 'sound', guildId), name: word(random), volume: random() }),
  };
  const made = makers[name]?.() ?? {};
  return random() < 0.3 ? { ...made, ['unknown_to_us']: [word(random), null, { deep: random() }] } : made;
}

function dataOf(random: Random, t: string, guildId: string, shardId: number): Record<string, unknown> {
  const own = { guild_id: guildId };
  const of = (name: string): Record<string, unknown> => ({ ...listed(random, name, guildId), ...own });
  const list = (name: string): Record<string, unknown>[] => some(random, () => listed(random, name, guildId));
  const channelId = random() < 0.7 ? id(random, 'channel', guildId) : id(random, 'thread', guildId);
  const place = random() < 0.1 ? { channel_id: DIRECT_MESSAGES } : { channel_id: channelId, ...own };
  const messageId = (): string => String(700_000_000_000_000_000n + BigInt(Math.floor(random() * 40)));
  if (t.startsWith('CHANNEL_') && /CREATE|UPDATE|DELETE/.test(t) && t !== 'CHANNEL_PINS_UPDATE') return of('channels');
  if (/^THREAD_(CREATE|UPDATE|DELETE)$/.test(t))
    return { ...of('threads'), ...(t === 'THREAD_CREATE' ? { newly_created: true } : {}) };
  if (t.startsWith('STAGE_')) return of('stage_instances');
  if (/^GUILD_SCHEDULED_EVENT_(CREATE|UPDATE|DELETE)$/.test(t)) return of('guild_scheduled_events');
  if (t.startsWith('GUILD_SOUNDBOARD_SOUND_')) return of('soundboard_sounds');
  if (/^GUILD_MEMBER_(ADD|UPDATE|REMOVE)$/.test(t)) return of('members');
  switch (t) {
    case 'READY':
      return {
        v: 10,
        user: { id: BOT_ID, username: word(random), verified: true },
        session_id: word(random),
        guilds: GUILDS.filter((each) => shardOf(each) === shardId && random() < 0.8).map((each) => ({
          id: each,
          unavailable: true,
        })),
      };
    case 'USER_UPDATE':
      return { id: BOT_ID, username: word(random), avatar: null };
    case 'GUILD_UPDATE':
      return { ...guild(random, guildId), roles: list('roles'), emojis: list('emojis'), stickers: list('stickers') };
    case 'GUILD_DELETE':
      return random() < 0.5 ? { id: guildId, unavailable: true } : { id: guildId };
    case 'CHANNEL_PINS_UPDATE':
      return { ...own, channel_id: channelId, last_pin_timestamp: random() < 0.5 ? null : word(random) };
    case 'CHANNEL_INFO':
      return {
        ...own,
        channels: some(random, () => ({
          id: id(random, 'channel', guildId),
          status: word(random),
          voice_start_time: 5,
        })),
      };
    case 'VOICE_CHANNEL_STATUS_UPDATE':
      return { ...own, id: id(random, 'channel', guildId), status: word(random) };
    case 'VOICE_CHANNEL_START_TIME_UPDATE':
      return { ...own, id: id(random, 'channel', guildId), voice_start_time: random() < 0.5 ? null : 7 };
    case 'THREAD_LIST_SYNC': {
      const threads = list('threads').map((each) => ({ ...each, ...own }));
      const members = threads
        .filter(() => random() < 0.5)
        .map((each) => ({ id: (each as Record<string, unknown>)['id'], user_id: BOT_ID, flags: 1 }));
      return {
        ...own,
        threads,
        members,
        ...(random() < 0.5 ? { channel_ids: some(random, () => id(random, 'channel', guildId)) } : {}),
      };
    }
    case 'THREAD_MEMBER_UPDATE':
      return { ...own, id: id(random, 'thread', guildId), user_id: BOT_ID, flags: Math.floor(random() * 9) };
    case 'THREAD_MEMBERS_UPDATE':
      return {
        ...own,
        id: id(random, 'thread', guildId),
        member_count: Math.floor(random() * 50),
        added_members: some(random, () => ({
          user_id: pick(random, USERS),
          flags: 0,
          member: member(random),
          presence: null,
        })),
        removed_member_ids: some(random, () => pick(random, USERS)),
      };
    case 'GUILD_ROLE_CREATE':
    case 'GUILD_ROLE_UPDATE':
      return { ...own, role: listed(random, 'roles', guildId) };
    case 'GUILD_ROLE_DELETE':
      return { ...own, role_id: id(random, 'role', guildId) };
    case 'GUILD_EMOJIS_UPDATE':
      return { ...own, emojis: list('emojis') };
    case 'GUILD_STICKERS_UPDATE':
      return { ...own, stickers: list('stickers') };
    case 'GUILD_SOUNDBOARD_SOUNDS_UPDATE':
    case 'SOUNDBOARD_SOUNDS':
      return { ...own, soundboard_sounds: list('soundboard_sounds') };
    case 'GUILD_MEMBERS_CHUNK':
      return { ...own, members: list('members'), presences: list('presences'), chunk_index: 0, chunk_count: 1 };
    case 'PRESENCE_UPDATE':
      return { ...presence(random), ...own };
    case 'VOICE_STATE_UPDATE':
      return { ...voice(random, guildId), ...own, ...(random() < 0.4 ? { channel_id: null } : {}) };
    case 'MESSAGE_CREATE':
    case 'MESSAGE_UPDATE':
      return {
        id: messageId(),
        content: word(random),
        ...place,
        ...(t === 'MESSAGE_UPDATE' && random() < 0.4 ? {} : { author: { id: pick(random, USERS) } }),
        ...(random() < 0.3 ? { reactions: [] } : {}),
      };
    case 'MESSAGE_DELETE':
      return { id: messageId(), ...place };
    case 'MESSAGE_DELETE_BULK':
      return { ids: [...new Set(some(random, messageId))], ...place };
    default:
      return { ...own, id: id(random, 'channel', guildId), channel_id: channelId, user_id: pick(random, USERS) };
  }
}

function channel(random: Random, guildId: string): Record<string, unknown> {
  return {
    id: id(random, 'channel', guildId),
    type: 0,
    name: word(random),
    topic: random() < 0.5 ? null : word(random),
  };
}

function thread(random: Random, guildId: string): Record<string, unknown> {
  const base = { id: id(random, 'thread', guildId), parent_id: id(random, 'channel', guildId), name: word(random) };
  return random() < 0.5 ? base : { ...base, member: { flags: 1 } };
}

function member(random: Random): Record<string, unknown> {
  return {
    user: { id: pick(random, USERS), username: word(random), avatar: '8342729096ea3675442027381ff50dfe' },
    roles: some(random, () => `41771983346384${Math.floor(random() * 900 + 100)}`),
    nick: random() < 0.5 ? null : word(random),
    joined_at: '2015-04-26T06:26:56.936000+00:00',
  };
}

function presence(random: Random): Record<string, unknown> {
  return { user: { id: pick(random, USERS) }, status: pick(random, ['online', 'idle', 'offline']), activities: [] };
}

function voice(random: Random, guildId: string): Record<string, unknown> {
  return { user_id: pick(random, USERS), channel_id: id(random, 'channel', guildId), deaf: random() < 0.5 };
}

/** One of six ids of its kind and guild. */
function id(random: Random, kind: string, guildId: string): string {
  const base =
    BigInt(guildId) * 100n +
    BigInt(['channel', 'thread', 'role', 'emoji', 'sticker', 'stage', 'event', 'sound'].indexOf(kind) * 10);
  return String(base + BigInt(Math.floor(random() * 6)));
}

function shardOf(guildId: string): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(SHARD_COUNT));
}

function word(random: Random): string {
  return pick(random, ['alpha', 'bêta', 'γάμμα', '"quoted"', 'emoji 😀', '', '0', 'a\nb']) + Math.floor(random() * 100);
}

function some<T>(random: Random, make: () => T): T[] {
  return Array.from({ length: Math.floor(random() * 5) }, make);
}

function unique<T>(all: readonly T[], key: (one: T) => unknown): T[] {
  return [...new Map(all.map((one) => [key(one), one])).values()];
}

function pick<T>(random: Random, all: readonly T[]): T {
  return all[Math.floor(random() * all.length)] as T;
}
