import { checkOptions } from '../option-check.ts';
import { GUILD_SHAPE_EXPECTATIONS, GUILD_SHAPES, guildTemplate, mixedShape } from './shapes/guild.ts';
import type { GuildShape, GuildShapeName, GuildView } from './shapes/guild.ts';
import { firstGuildOfShard, GUILD_ENDING, guildIdPrefix, guildIndexAt, guildTime, idTime } from './snowflake.ts';
import type { Template } from './template.ts';

/** A guild that exists, or existed. Made when asked for; nothing is held for a guild in its ordinary state. */
export interface Guild {
  /** Its number, from 0. */
  readonly index: number;
  readonly id: string;
  /** Its id without the last six digits. */
  readonly prefix: string;
  /** The time in its id, which decides its shard. */
  readonly time: number;
  readonly shape: GuildShape;
}

export type GuildStatus = 'available' | 'unavailable' | 'left';

/** The guilds of the bot: a count and the few guilds that are not in their ordinary state. */
export interface GuildPopulation {
  /** Guilds there ever were, those left included; a new guild gets this number. */
  readonly created: number;
  /** Guilds the bot is in now. */
  readonly count: number;
  guild(index: number): Guild;
  find(id: string): Guild | undefined;
  status(index: number): GuildStatus;
  /** Sets the state of a guild. False when it was so already. */
  setStatus(index: number, status: GuildStatus): boolean;
  add(): Guild;
  /** Numbers of the guilds of a shard that the bot is in, lowest first. */
  ofShard(shardId: number, shardCount: number): number[];
  countOfShard(shardId: number, shardCount: number): number;
  /** The `d` of the guild's GUILD_CREATE. */
  createBody(guild: Guild, view: GuildView): string;
}

export interface PopulationSettings {
  readonly guildShape: GuildShapeName | GuildShape;
}

/** @throws {TypeError | RangeError} when the shape is not one */
export function checkGuildShape(shape: GuildShapeName | GuildShape): void {
  if (typeof shape === 'string') return;
  checkOptions('guildShape', shape, GUILD_SHAPE_EXPECTATIONS);
  for (const part of Object.keys(GUILD_SHAPE_EXPECTATIONS)) {
    if (!(part in shape)) throw new TypeError(`guildShape: "${part}" is missing`);
  }
}

export function createGuildPopulation(
  settings: PopulationSettings,
  initial: number,
  application: { readonly id: string; readonly name: string },
): GuildPopulation {
  let created = initial;
  const unusual = new Map<number, 'unavailable' | 'left'>();
  const leftIndexes = new Set<number>();
  const templates = new Map<string, Template>();

  function shapeOf(index: number): GuildShape {
    const shape = settings.guildShape;
    if (typeof shape !== 'string') return shape;
    return shape === 'mixed' ? mixedShape(index) : GUILD_SHAPES[shape];
  }

  function guild(index: number): Guild {
    const prefix = guildIdPrefix(index);
    return { index, id: prefix + GUILD_ENDING, prefix, time: guildTime(index), shape: shapeOf(index) };
  }

  function templateFor(shape: GuildShape, view: GuildView): Template {
    const key = `${Object.values(shape).join()};${view.presences};${view.largeThreshold};${view.backfill}`;
    let template = templates.get(key);
    if (template === undefined) {
      template = guildTemplate(shape, view, application);
      templates.set(key, template);
    }
    return template;
  }

  function ofShard(shardId: number, shardCount: number): number[] {
    const indexes: number[] = [];
    for (let index = firstGuildOfShard(shardId, shardCount); index < created; index += shardCount) {
      if (unusual.get(index) !== 'left') indexes.push(index);
    }
    return indexes;
  }

  return {
    get created() {
      return created;
    },
    get count() {
      return created - leftIndexes.size;
    },
    guild,
    find(id) {
      const index = guildIndexAt(idTime(id));
      if (index < 0 || index >= created) return undefined;
      const found = guild(index);
      return found.id === id ? found : undefined;
    },
    status: (index) => unusual.get(index) ?? 'available',
    setStatus(index, status) {
      if ((unusual.get(index) ?? 'available') === status) return false;
      if (status === 'available') unusual.delete(index);
      else unusual.set(index, status);
      if (status === 'left') leftIndexes.add(index);
      else leftIndexes.delete(index);
      return true;
    },
    add() {
      created += 1;
      return guild(created - 1);
    },
    ofShard,
    countOfShard(shardId, shardCount) {
      const first = firstGuildOfShard(shardId, shardCount);
      const all = first < created ? Math.floor((created - 1 - first) / shardCount) + 1 : 0;
      let left = 0;
      for (const index of leftIndexes) if (index % shardCount === first) left += 1;
      return all - left;
    },
    createBody: (of, view) => templateFor(of.shape, view).fill({ prefix: of.prefix, number: String(of.index) }),
  };
}
