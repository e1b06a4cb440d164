import type { Payload } from '@shardgate/wire';
import { contentHash } from '../filters/content-hash.ts';

/** Answers to what one session asked for, and its own beginnings: each generation has its own, and they are held against nothing. */
const OF_ONE_SESSION: ReadonlySet<string | null> = new Set([
  'READY',
  'RESUMED',
  'GUILD_MEMBERS_CHUNK',
  'RATE_LIMITED',
  'SOUNDBOARD_SOUNDS',
  'CHANNEL_INFO',
]);

/** Events that happen once to an id: their name and the id are enough. Of all others the content decides. */
const NAMED_BY_ID: ReadonlySet<string | null> = new Set([
  'MESSAGE_CREATE',
  'MESSAGE_DELETE',
  'INTERACTION_CREATE',
  'CHANNEL_DELETE',
  'THREAD_DELETE',
  // Discord writes the same guild differently for each session.
  'GUILD_CREATE',
]);

/** Dispatches whose `id` is the guild's. */
const OF_A_GUILD: ReadonlySet<string | null> = new Set(['GUILD_CREATE', 'GUILD_UPDATE', 'GUILD_DELETE']);

/** Whether a dispatch concerns only the session that it came in. */
export function isOfOneSession(payload: Payload): boolean {
  return OF_ONE_SESSION.has(payload.t);
}

/** The guild that a dispatch belongs to; undefined for direct messages and what concerns no guild. Reads `d`. */
export function guildOf(payload: Payload): string | undefined {
  const id = member(payload.d, OF_A_GUILD.has(payload.t) ? 'id' : 'guild_id');
  return typeof id === 'string' ? id : undefined;
}

/** The same text for the same event in both generations, whichever session brought it. Reads `d`. */
export function eventKey(payload: Payload): string {
  const { d, t } = payload;
  const id = member(d, 'id');
  if (NAMED_BY_ID.has(t) && typeof id === 'string') return `${t}:${id}`;
  const { a, b } = contentHash(d, takeAll);
  return `${t}:${a}:${b}`;
}

function takeAll(): boolean {
  return false;
}

function member(d: unknown, name: string): unknown {
  return typeof d === 'object' && d !== null ? Reflect.get(d, name) : undefined;
}
