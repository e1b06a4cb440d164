import { DISCORD_EPOCH_MS } from '../discord-limits.ts';

/** Low bits of an id that do not take part in routing. https://docs.discord.com/developers/reference#snowflakes */
const ROUTING_SHIFT = 22n;

/**
 * Creation time, ms since Discord's epoch, of the simulator's guild 0; guild `i` is `i` ms younger. A multiple of
 * most shard counts in use, so that guild `i` belongs to shard `i % n` in the eyes of a reader, too.
 */
const FIRST_GUILD_MS = 281_369_088_000;

/** Ids of the simulator's guilds end in six zeros; the things in a guild have other endings. */
const OBJECT_ENDING = 1_000_000n;

/** A guild's id without its last six digits. `ending` makes it the id of something in the guild. */
export type IdPrefix = string;

export const GUILD_ENDING = '000000';

/** The ending of the `index`-th thing of a kind; `kind` is the first digit and `index` below 100,000. */
export function ending(kind: number, index: number): string {
  return `${kind}${String(index).padStart(5, '0')}`;
}

/** The first part of the id of the simulator's guild number `index`. */
export function guildIdPrefix(index: number): IdPrefix {
  const lowest = BigInt(FIRST_GUILD_MS + index) << ROUTING_SHIFT;
  return String((lowest + OBJECT_ENDING - 1n) / OBJECT_ENDING);
}

/** The time in an id, ms since Discord's epoch: what decides the shard. */
export function idTime(id: string): number {
  return Number(BigInt(id) >> ROUTING_SHIFT);
}

/** The time in the id of guild number `index`. */
export function guildTime(index: number): number {
  return FIRST_GUILD_MS + index;
}

/** Number of one of the simulator's own guilds by the time in its id; may be any number for other ids. */
export function guildIndexAt(time: number): number {
  return time - FIRST_GUILD_MS;
}

/** `(guild_id >> 22) % num_shards`. https://docs.discord.com/developers/events/gateway#sharding-sharding-formula */
export function shardOfTime(time: number, shardCount: number): number {
  return time % shardCount;
}

/** The shard of a guild by its id. */
export function shardOf(guildId: string, shardCount: number): number {
  return shardOfTime(idTime(guildId), shardCount);
}

/** The lowest number of a simulated guild on this shard; the others follow in steps of `shardCount`. */
export function firstGuildOfShard(shardId: number, shardCount: number): number {
  return (shardId - (FIRST_GUILD_MS % shardCount) + shardCount) % shardCount;
}

/** An id made now. `number` keeps ids of one millisecond apart. */
export function snowflakeAt(wallMs: number, number: number): string {
  return String((BigInt(Math.floor(wallMs) - DISCORD_EPOCH_MS) << ROUTING_SHIFT) | BigInt(number & 0x3f_ffff));
}

export function isSnowflake(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}
