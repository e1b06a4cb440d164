/** Lists that the layout leaves empty in a guild, since their objects have keys of their own. */
const EMPTY = ['channels', 'roles', 'emojis', 'voice_states', 'members', 'presences'];
/** Lists that it has in the guild. */
const INSIDE = ['threads', 'stage_instances', 'stickers'];
const LISTS: readonly string[] = [...EMPTY, ...INSIDE];
const TAIL = `,${EMPTY.map((name) => `"${name}":[]`).join(',')},"threads":[]}`;

/** The empty lists, as members to set. */
export const EMPTY_LISTS: Readonly<Record<string, unknown>> = Object.fromEntries(EMPTY.map((name) => [name, []]));

/** A guild as the layout has it; the lists that belong inside are written behind it. */
export function withLists(value: string): string {
  return value.endsWith('}') && value !== '{}' ? `${value.slice(0, -1)}${TAIL}` : value;
}

/** A guild as the cache has it: each list's objects are kept by themselves. */
export function withoutLists(text: string): string {
  const guild = JSON.parse(text) as Record<string, unknown>;
  if (!LISTS.some((name) => name in guild)) return text;
  return JSON.stringify(Object.fromEntries(Object.entries(guild).filter(([name]) => !LISTS.includes(name))));
}
