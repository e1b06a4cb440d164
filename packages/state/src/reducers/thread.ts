import { ownedRef } from '../entity.ts';
import type { Reducer } from '../reducer.ts';
import { idOf, idsOf, objectOf, objectsOf, without, type DiscordObject } from './discord-object.ts';
import { entriesOf, merge, NO_OPERATIONS, objectReducer, remove, upsert } from './operations.ts';

const NEWS: ReadonlySet<string> = new Set(['newly_created']);

/** Created, opened again, or changed; may be unknown until now, and may come again. The bot's own membership stays where the event does not have it. */
export const threadWritten: Reducer = objectReducer('thread', (context, ref, thread) =>
  upsert(context, ref, without(thread, NEWS)),
);

export const threadDelete: Reducer = {
  kinds: ['thread', 'message'],
  old: 'one',
  reduce({ d }, context) {
    const { id: given, guild_id } = objectOf(d);
    const id = idOf(given);
    const guildId = idOf(guild_id) ?? null;
    if (id === undefined) return NO_OPERATIONS;
    return [remove(context, ownedRef('thread', guildId, id)), { op: 'clearChannel', channelId: id, guildId }];
  },
};

/** The active threads of some channels, or of the guild, when the bot gains access to them. */
export const threadListSync: Reducer = {
  kinds: ['thread'],
  old: 'many',
  reduce({ d }, context) {
    const { guild_id, channel_ids, threads, members } = objectOf(d);
    const guildId = idOf(guild_id);
    if (guildId === undefined) return NO_OPERATIONS;
    const own = new Map(objectsOf(members).map((member) => [member['id'], member] as const));
    const joined = objectsOf(threads).map((thread) => {
      const member = own.get(thread['id']);
      return member === undefined ? thread : { ...thread, member };
    });
    const entries = entriesOf(context, 'thread', joined, guildId);
    const parentIds = Array.isArray(channel_ids) ? idsOf(channel_ids) : null;
    return [{ op: 'replaceAll', kind: 'thread', guildId, entries, parentIds, tellOld: context.tellsOld }];
  },
};

/** The bot's own membership. */
export const threadMemberUpdate: Reducer = {
  kinds: ['thread'],
  old: 'one',
  reduce({ d }, context) {
    const member = objectOf(d);
    const [id, guildId] = [idOf(member['id']), idOf(member['guild_id'])];
    if (id === undefined || guildId === undefined) return NO_OPERATIONS;
    return [merge(context, ownedRef('thread', guildId, id), { member: without(member, GUILD_ID) })];
  },
};

/** Of the memberships only the bot's own is kept with the thread, as Discord has it there. */
export const threadMembersUpdate: Reducer = {
  kinds: ['thread'],
  old: 'one',
  reduce({ d }, context) {
    const { id: given, guild_id, member_count, added_members, removed_member_ids } = objectOf(d);
    const [id, guildId] = [idOf(given), idOf(guild_id)];
    if (id === undefined || guildId === undefined) return NO_OPERATIONS;
    const { botId } = context;
    const fields: Record<string, unknown> = {};
    if (member_count !== undefined) fields['member_count'] = member_count;
    const added = objectsOf(added_members).find(({ user_id }) => botId !== null && user_id === botId);
    if (added !== undefined) fields['member'] = without(added, OF_OTHERS);
    else if (botId !== null && idsOf(removed_member_ids).includes(botId)) fields['member'] = undefined;
    return [merge(context, ownedRef('thread', guildId, id), fields satisfies DiscordObject)];
  },
};

const GUILD_ID: ReadonlySet<string> = new Set(['guild_id']);
/** Members of an added member that are kept elsewhere. */
const OF_OTHERS: ReadonlySet<string> = new Set(['member', 'presence']);
