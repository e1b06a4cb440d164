import { ENTITY_KINDS, GUILD_LISTS, guildRef, userRef, type GuildList } from '../entity.ts';
import type { Operation, ReplaceAll } from '../operation.ts';
import type { Reducer, ReducerContext } from '../reducer.ts';
import { idOf, objectOf, objectsOf, without, type DiscordObject } from './discord-object.ts';
import { entriesOf, NO_OPERATIONS, put, remove, upsert } from './operations.ts';
import { isOffline } from './presence.ts';

/** Where a guild of GUILD_CREATE has its lists. https://docs.discord.com/developers/events/gateway-events#guild-create */
const LIST_NAMES: Readonly<Record<GuildList, string>> = {
  channel: 'channels',
  thread: 'threads',
  role: 'roles',
  emoji: 'emojis',
  sticker: 'stickers',
  member: 'members',
  presence: 'presences',
  voiceState: 'voice_states',
  stageInstance: 'stage_instances',
  scheduledEvent: 'guild_scheduled_events',
  soundboardSound: 'soundboard_sounds',
};
/** Each is kept by itself. */
const LISTS: ReadonlySet<string> = new Set(Object.values(LIST_NAMES));

/** Kinds whose objects are read on their own and would not say where they are. Roles, emojis and the like stand in their guild's list only. */
const NAMES_ITS_GUILD: ReadonlySet<GuildList> = new Set([
  'channel',
  'thread',
  'member',
  'presence',
  'voiceState',
  'stageInstance',
  'scheduledEvent',
]);

/** Known guilds are no longer there if READY does not list them; for new ones there is a stub until their GUILD_CREATE. */
export const ready: Reducer = {
  kinds: ENTITY_KINDS,
  old: 'none',
  reduce({ d }, context) {
    const { user, guilds } = objectOf(d);
    const operations: Operation[] = [];
    const bot = objectOf(user);
    const botId = idOf(bot['id']);
    if (botId !== undefined && context.keeps('user')) operations.push(put(context, userRef(botId), bot));
    // A READY without a list says nothing about guilds.
    if (!Array.isArray(guilds)) return operations;
    const guildIds: string[] = [];
    for (const guild of objectsOf(guilds)) {
      const id = idOf(guild['id']);
      if (id === undefined) continue;
      guildIds.push(id);
      if (context.keeps('guild')) operations.push({ ...put(context, guildRef(id), guild), ifAbsent: true });
    }
    operations.push({ op: 'retainGuilds', shardId: context.shardId, shardCount: context.shardCount, guildIds });
    return operations;
  },
};

export const guildCreate: Reducer = {
  kinds: ['guild', ...GUILD_LISTS],
  old: 'one',
  reduce({ d, guildEvent }, context) {
    const guild = objectOf(d);
    const id = idOf(guild['id']);
    if (id === undefined) return NO_OPERATIONS;
    if (guild['unavailable'] === true && guild['name'] === undefined) return marked(context, id);
    const operations: Operation[] = [];
    if (guildEvent === 'join') {
      // Whatever is there is of an earlier stay.
      operations.push(remove(context, guildRef(id)), { op: 'clearGuild', guildId: id });
    }
    if (context.keeps('guild')) {
      const tellOld = context.tellsOld && guildEvent !== 'join';
      const own = { ...without(guild, LISTS), unavailable: false };
      operations.push({ ...put(context, guildRef(id), own), tellOld });
    }
    for (const kind of GUILD_LISTS) {
      const objects: unknown = guild[LIST_NAMES[kind]];
      if (Array.isArray(objects) && (context.keeps(kind) || kind === 'member'))
        operations.push(listOf(context, kind, id, guild, objectsOf(objects)));
    }
    return operations;
  },
};

/** What is no longer in a list goes; but of a large guild only some members are listed, and those tell nothing about the others. */
function listOf(
  context: ReducerContext,
  kind: GuildList,
  guildId: string,
  guild: DiscordObject,
  objects: readonly DiscordObject[],
): Operation {
  const entries = entriesOf(context, kind, kept(), NAMES_ITS_GUILD.has(kind) ? guildId : undefined);
  if (kind === 'member' && !(typeof guild['member_count'] === 'number' && objects.length >= guild['member_count']))
    return { op: 'putAll', kind, guildId, entries, tellOld: false };
  return { op: 'replaceAll', kind, guildId, entries, parentIds: null, tellOld: false } satisfies ReplaceAll;

  function kept(): readonly DiscordObject[] {
    if (kind === 'presence') return objects.filter((presence) => !isOffline(presence));
    if (kind !== 'member') return objects;
    return objects.filter(({ user }) => context.keeps('member', idOf(objectOf(user)['id'])));
  }
}

export const guildUpdate: Reducer = {
  kinds: ['guild'],
  old: 'one',
  reduce({ d }, context) {
    const guild = objectOf(d);
    const id = idOf(guild['id']);
    // Its roles, emojis and stickers have events of their own.
    return id === undefined ? NO_OPERATIONS : [upsert(context, guildRef(id), without(guild, LISTS))];
  },
};

export const guildDelete: Reducer = {
  kinds: ENTITY_KINDS,
  old: 'one',
  reduce({ d }, context) {
    const { id: given, unavailable } = objectOf(d);
    const id = idOf(given);
    if (id === undefined) return NO_OPERATIONS;
    // An outage: the bot is still in the guild.
    if (unavailable === true) return marked(context, id);
    return [remove(context, guildRef(id)), { op: 'clearGuild', guildId: id }];
  },
};

function marked(context: ReducerContext, id: string): readonly Operation[] {
  return context.keeps('guild') ? [upsert(context, guildRef(id), { id, unavailable: true })] : NO_OPERATIONS;
}
