import { ENTITY_KINDS } from '../entity.ts';
import type { SynchronousStore } from '../store.ts';

/** Guilds read at once. */
const PAGE = 1_000;

/** Ids of all guilds of a store. A guild may be known by its lists alone, where guilds themselves are not kept. */
export function guildIdsOf(source: SynchronousStore): readonly string[] {
  const ids: string[] = [];
  for (;;) {
    const after = ids.at(-1);
    const page = source.list({ kind: 'guild', limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { ref } of page) ids.push(ref.id);
    if (page.length < PAGE) break;
  }
  return ids.length > 0 ? ids : guildIdsOfLists(source);
}

function guildIdsOfLists(source: SynchronousStore): readonly string[] {
  const ids = new Set<string>();
  for (const kind of ENTITY_KINDS)
    for (const { ref } of source.list({ kind })) if (ref.guildId !== null) ids.add(ref.guildId);
  return [...ids];
}
