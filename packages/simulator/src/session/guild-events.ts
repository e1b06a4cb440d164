import { Intent } from '../intents.ts';
import type { Simulation } from '../simulation.ts';
import type { Guild } from '../world/guild-population.ts';
import type { WorldEvent } from '../world/world-event.ts';
import type { Session } from './session.ts';
import { dispatch, tell, wants } from './dispatch.ts';

/** GUILD_CREATE of a guild. What it holds depends on the session. */
function guildCreate(simulation: Simulation, guild: Guild, session: Session, backfill: boolean): WorldEvent {
  const { largeThreshold } = session;
  return {
    t: 'GUILD_CREATE',
    key: guild.id,
    guildTime: guild.time,
    required: Intent.guilds,
    body: (intents) =>
      simulation.population.createBody(guild, {
        presences: (intents & Intent.guildPresences) !== 0,
        largeThreshold,
        backfill,
      }),
  };
}

/** GUILD_DELETE: an outage, or the bot has left. https://docs.discord.com/developers/events/gateway-events#guild-delete */
function guildDelete(guild: Guild, unavailable: boolean): WorldEvent {
  const body = unavailable ? `{"id":"${guild.id}","unavailable":true}` : `{"id":"${guild.id}"}`;
  return { t: 'GUILD_DELETE', key: guild.id, guildTime: guild.time, required: Intent.guilds, body: () => body };
}

/** Tells a guild to all who cover it: it was joined, or is back from an outage. */
export function tellGuildCreate(simulation: Simulation, guild: Guild): void {
  for (const session of simulation.sessions.covering(guild.time)) {
    const event = guildCreate(simulation, guild, session, false);
    if (wants(session, event)) dispatch(simulation, session, event);
  }
}

export function tellGuildDelete(simulation: Simulation, guild: Guild, unavailable: boolean): void {
  tell(simulation, guildDelete(guild, unavailable));
}

/** Between two portions of the back-fill. */
const PORTION_MS = 10;

/**
 * Sends the guilds of READY, a portion at a time: GUILD_CREATE, or GUILD_DELETE for a guild that is down. It belongs
 * to the session and goes on while the session has no connection. Without the intent GUILDS nothing comes.
 */
export function startBackfill(simulation: Simulation, session: Session): void {
  const { population, settings, sessions, timers } = simulation;
  if ((session.intents & Intent.guilds) === 0) return;

  function portion(): void {
    if (sessions.get(session.id) !== session) return;
    const size = Math.max(1, Math.round((settings.guildsPerSecond * PORTION_MS) / 1_000));
    for (const index of session.backfill.slice(session.backfilled, session.backfilled + size)) {
      const status = population.status(index);
      const guild = population.guild(index);
      if (status === 'unavailable') dispatch(simulation, session, guildDelete(guild, true));
      if (status === 'available') dispatch(simulation, session, guildCreate(simulation, guild, session, true));
    }
    session.backfilled += size;
    if (session.backfilled < session.backfill.length) timers.set(portion, PORTION_MS);
    else session.backfill = [];
  }

  timers.set(portion, PORTION_MS);
}
