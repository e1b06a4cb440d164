/** An object that Discord sent, of which nothing is sure. */
export type DiscordObject = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one for anything else. */
export function objectOf(value: unknown): DiscordObject {
  return isObject(value) ? value : NOTHING;
}

/** The objects of a list; none for anything else. */
export function objectsOf(value: unknown): readonly DiscordObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A snowflake, as text. Undefined for what is none. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The ids of a list. */
export function idsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(idOf).filter((id) => id !== undefined) : [];
}

/** An object without some of its members. */
export function without(object: DiscordObject, names: ReadonlySet<string>): DiscordObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));
}

const NOTHING: DiscordObject = Object.freeze({});

function isObject(value: unknown): value is DiscordObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
