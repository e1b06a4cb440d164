import type { GuildList } from '../entity.ts';
import type { ListEntry, Operation } from '../operation.ts';
import { ownedRef } from '../entity.ts';
import { described } from './open-api.ts';
import { bodyIds, bodyObjects, pathId } from './parameters.ts';
import type { RouteContext } from './route-context.ts';

/** Hands operations to every store; resolves when they have them. */
export type Write = (operations: readonly Operation[]) => Promise<void>;

const SET: Readonly<Record<string, GuildList>> = { roles: 'role', members: 'member', channels: 'channel' };
const DELETED: Readonly<Record<string, GuildList>> = { roles: 'role', channels: 'channel' };

/** Routes that change the cache: nobody else may know of it, so they are switched on by the user only. */
export function addWriteRoutes({ app, tag }: RouteContext, write: Write): void {
  for (const [name, kind] of Object.entries(SET)) {
    const url = `/guilds/:guild/${name}`;
    app.post(url, { schema: described(`Sets ${name} of a guild`, tag, { url }) }, async (request, reply) => {
      const guildId = pathId(request.params, 'guild');
      const entries = bodyObjects(request.body).map(({ id, object }) => entryOf(kind, guildId, id, object));
      await write([{ op: 'putAll', kind, guildId, entries, tellOld: false }]);
      return reply.type('text/plain').send(`Guild ${name} set successfully`);
    });
  }
  for (const [name, kind] of Object.entries(DELETED)) {
    const one = `/guilds/:guild/${name}/delete`;
    app.delete(one, { schema: described(`Removes ${name} of a guild`, tag, { url: one }) }, async (request, reply) => {
      const guildId = pathId(request.params, 'guild');
      const ids = bodyIds(request.body);
      await write(ids.map((id) => ({ op: 'remove', ref: ownedRef(kind, guildId, id), tellOld: false })));
      return reply.type('text/plain').send(`Guild ${name} deleted successfully`);
    });
    const all = `/guilds/:guild/${name}/wipe`;
    app.delete(
      all,
      { schema: described(`Removes all ${name} of a guild`, tag, { url: all }) },
      async (request, reply) => {
        const guildId = pathId(request.params, 'guild');
        await write([{ op: 'replaceAll', kind, guildId, entries: [], parentIds: null, tellOld: false }]);
        return reply.type('text/plain').send(`Guild ${name} deleted successfully`);
      },
    );
  }
}

/** Channels and members name their guild, as those of events do. */
function entryOf(kind: GuildList, guildId: string, id: string, object: object): ListEntry {
  const whole = kind === 'role' || 'guild_id' in object ? object : { ...object, guild_id: guildId };
  return { id, value: JSON.stringify(whole) };
}
