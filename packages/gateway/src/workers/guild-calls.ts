import type { GuildRegistry } from '../filters/guild-registry.ts';
import type { GuildCall } from './messages.ts';

/** Tells of every call that can change the registry, before it is made: the same calls in the same order make the same registry elsewhere. */
export function forwardGuilds(guilds: GuildRegistry, tell: (call: GuildCall) => void): void {
  const { ready, created, deleted, set } = guilds;
  guilds.ready = (guildIds, seq) => {
    tell(['ready', guildIds, seq]);
    return ready(guildIds, seq);
  };
  guilds.created = (id, unavailable, seq) => {
    tell(['created', id, unavailable, seq]);
    return created(id, unavailable, seq);
  };
  guilds.deleted = (id, unavailable, seq) => {
    tell(['deleted', id, unavailable, seq]);
    return deleted(id, unavailable, seq);
  };
  guilds.set = (id, status) => {
    tell(['set', id, status]);
    set(id, status);
  };
}

/** Makes a call that another registry was seen making. */
export function repeatGuildCall(guilds: Pick<GuildRegistry, GuildCall[0]>, call: GuildCall): void {
  if (call[0] === 'ready') guilds.ready(call[1], call[2]);
  else if (call[0] === 'set') guilds.set(call[1], call[2]);
  else guilds[call[0]](call[1], call[2], call[3]);
}
