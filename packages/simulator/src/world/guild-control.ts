import { tellGuildCreate, tellGuildDelete } from '../session/guild-events.ts';
import type { Simulation } from '../simulation.ts';
import type { Guild, GuildStatus } from './guild-population.ts';

/** The guilds of the bot, and what can happen to them. Ids are strings; an id that is no guild's is an error. */
export interface GuildControl {
  /** Guilds the bot is in. */
  count(): number;
  /** Ids of the guilds of one shard, or the first `limit` of all. */
  ids(options?: { readonly shardId?: number; readonly shardCount?: number; readonly limit?: number }): string[];
  status(id: string): GuildStatus;
  /** The bot joins so many new guilds; their ids. @throws {RangeError} unless it is a whole number of 0 or more */
  join(count?: number): string[];
  /** The bot leaves: kicked, banned, or the guild was deleted. False when it had left already. */
  leave(id: string): boolean;
  /** The guilds go down; all of them without an argument. The number of those that were up. */
  outage(ids?: readonly string[]): number;
  /** The guilds come back; all of them without an argument. The number of those that were down. */
  recover(ids?: readonly string[]): number;
}

export function createGuildControl(simulation: Simulation): GuildControl {
  const { population } = simulation;

  function known(id: string): Guild {
    const guild = /^\d{1,20}$/.test(id) ? population.find(id) : undefined;
    if (guild === undefined)
      throw new RangeError(`guilds: there is no guild ${JSON.stringify(id)}; guilds.ids() lists them`);
    return guild;
  }

  function allIn(status: GuildStatus): Guild[] {
    const found: Guild[] = [];
    for (let index = 0; index < population.created; index += 1) {
      if (population.status(index) === status) found.push(population.guild(index));
    }
    return found;
  }

  return {
    count: () => population.count,
    ids({ shardId = 0, shardCount = 1, limit = Infinity } = {}) {
      const ids: string[] = [];
      for (const index of population.ofShard(shardId, shardCount)) {
        if (ids.length >= limit) break;
        ids.push(population.guild(index).id);
      }
      return ids;
    },
    status: (id) => population.status(known(id).index),
    join(count = 1) {
      if (!Number.isInteger(count) || count < 0)
        throw new RangeError(`guilds.join: got ${count}, expected a whole number of 0 or more`);
      return Array.from({ length: count }, () => {
        const guild = population.add();
        tellGuildCreate(simulation, guild);
        return guild.id;
      });
    },
    leave(id) {
      const guild = known(id);
      if (!population.setStatus(guild.index, 'left')) return false;
      tellGuildDelete(simulation, guild, false);
      return true;
    },
    outage(ids) {
      const down = (ids?.map(known) ?? allIn('available')).filter(
        (guild) => population.status(guild.index) === 'available',
      );
      for (const guild of down) {
        population.setStatus(guild.index, 'unavailable');
        tellGuildDelete(simulation, guild, true);
      }
      return down.length;
    },
    recover(ids) {
      const up = (ids?.map(known) ?? allIn('unavailable')).filter(
        (guild) => population.status(guild.index) === 'unavailable',
      );
      for (const guild of up) {
        population.setStatus(guild.index, 'available');
        tellGuildCreate(simulation, guild);
      }
      return up.length;
    },
  };
}
