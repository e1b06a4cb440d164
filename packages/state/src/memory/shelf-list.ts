import { ownedRef, guildRef, messageRef, userRef, type EntityRef, type GuildList } from '../entity.ts';
import { isLowerId } from '../id-order.ts';
import type { ListQuery } from '../store.ts';
import { NO_GUILD, type Shelves } from './shelves.ts';

/** Which objects a query asks for, in the order of the ids where it asks for one. */
export function listRefs(shelves: Shelves, query: ListQuery): readonly EntityRef[] {
  const { kind, id, after, limit } = query;
  if (id === undefined && (after !== undefined || limit !== undefined)) {
    const page = pageOfList(shelves, query);
    if (page !== undefined) return page;
  }
  // One id in every guild: of all guilds only as many are looked at as it takes.
  if (id !== undefined && after === undefined && kind !== 'guild' && kind !== 'user' && kind !== 'message')
    return upTo(listedRefs(shelves, kind, query), limit);
  const found = [...walkRefs(shelves, query)].filter((ref) => id === undefined || ref.id === id);
  if (after === undefined && limit === undefined) return found;
  const rest = after === undefined ? found : found.filter((ref) => isLowerId(after, ref.id));
  return rest.toSorted((one, other) => (isLowerId(one.id, other.id) ? -1 : 1)).slice(0, limit);
}

function upTo(refs: Iterable<EntityRef>, limit = Number.POSITIVE_INFINITY): readonly EntityRef[] {
  const found: EntityRef[] = [];
  if (limit > 0) for (const ref of refs) if (found.push(ref) >= limit) break;
  return found;
}

/** A page of one list of a guild, or of the guilds; undefined where a query is of something else. */
function pageOfList(shelves: Shelves, { kind, guildId, after, limit }: ListQuery): readonly EntityRef[] | undefined {
  const { guilds, sortedIds } = shelves;
  if (kind === 'guild') return guildId === undefined ? pageOfGuilds(shelves, after, limit) : [];
  if (kind === 'message' || kind === 'user' || guildId === undefined) return undefined;
  const list = guilds.get(guildId ?? NO_GUILD)?.lists[kind];
  return list === undefined ? [] : sortedIds.page(list, after, limit).map((id) => ownedRef(kind, guildId, id));
}

/** Of some guilds there are lists only. */
function pageOfGuilds(
  { guilds, sortedIds }: Shelves,
  after: string | undefined,
  limit = Number.POSITIVE_INFINITY,
): readonly EntityRef[] {
  const found: EntityRef[] = [];
  let last = after;
  while (found.length < limit) {
    const wanted = limit - found.length;
    const ids = sortedIds.page(guilds, last, wanted);
    for (const id of ids) if (guilds.get(id)?.guild !== undefined) found.push(guildRef(id));
    if (ids.length < wanted) break;
    last = ids.at(-1);
  }
  return found;
}

/** The same without an order, one after the other: nothing may be changed in between. */
export function* walkRefs(shelves: Shelves, query: ListQuery): Generator<EntityRef, undefined> {
  const { kind } = query;
  if (kind === 'message') return yield* messageRefs(shelves, query);
  if (kind === 'user') {
    for (const id of query.guildId === undefined ? shelves.users.keys() : []) yield userRef(id);
    return undefined;
  }
  if (kind === 'guild') {
    if (query.guildId !== undefined) return undefined;
    for (const [id, shelf] of shelves.guilds) if (shelf.guild !== undefined) yield guildRef(id);
    return undefined;
  }
  return yield* listedRefs(shelves, kind, query);
}

function* listedRefs(shelves: Shelves, kind: GuildList, query: ListQuery): Generator<EntityRef, undefined> {
  const { guildId, id } = query;
  const guildIds = guildId === undefined ? shelves.guilds.keys() : [guildId ?? NO_GUILD];
  for (const key of guildIds) {
    const list = shelves.guilds.get(key)?.lists[kind];
    if (list === undefined) continue;
    const owner = key === NO_GUILD ? null : key;
    // One user's members: a look-up a guild instead of a walk over all members.
    if (id !== undefined) {
      if (list.has(id)) yield ownedRef(kind, owner, id);
    } else {
      for (const each of list.keys()) yield ownedRef(kind, owner, each);
    }
  }
  return undefined;
}

function* messageRefs({ messages }: Shelves, query: ListQuery): Generator<EntityRef, undefined> {
  const { guildId, channelId } = query;
  const inGuild = guildId === undefined ? messages.channels.keys() : messages.channelsOf(guildId);
  const channelIds = channelId === undefined ? inGuild : [channelId];
  for (const each of channelIds) {
    const channel = messages.channels.get(each);
    if (channel === undefined || (guildId !== undefined && channel.guildId !== guildId)) continue;
    for (const id of channel.byId.keys()) yield messageRef(each, id, channel.guildId);
  }
  return undefined;
}
