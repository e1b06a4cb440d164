import type { Reducer } from '../reducer.ts';
import type { DiscordObject } from './discord-object.ts';
import { objectReducer, put, remove } from './operations.ts';

/** Who is offline has no presence, in GUILD_CREATE and here. */
export function isOffline(presence: DiscordObject): boolean {
  return presence['status'] === 'offline';
}

export const presenceUpdate: Reducer = objectReducer('presence', (context, ref, presence) =>
  isOffline(presence) ? remove(context, ref) : put(context, ref, presence),
);
