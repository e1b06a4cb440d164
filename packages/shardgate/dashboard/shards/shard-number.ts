/** What was typed into the search: a shard's number, or the id of a guild, which lies on one shard. Null for neither. */
export function shardNumber(typed: string, shardsTotal: number): number | null {
  const digits = typed.trim();
  if (!/^\d{1,20}$/.test(digits)) return null;
  // Ids of Discord have had 17 digits and more since 2015; no bot has a billion shards.
  if (digits.length < 15) return Number(digits);
  // https://docs.discord.com/developers/events/gateway#sharding
  return Number((BigInt(digits) >> 22n) % BigInt(Math.max(1, shardsTotal)));
}
