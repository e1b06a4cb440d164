import type { StreamEvent } from './client-event.ts';

/** Events whose `id` is the guild's. */
const OF_A_GUILD: ReadonlySet<string> = new Set(['GUILD_CREATE', 'GUILD_UPDATE', 'GUILD_DELETE']);

/** Events with the same key are handled in order: those of a guild, else of a channel, else of a shard. */
export function orderKey(event: StreamEvent): string {
  const { d, t } = event;
  const guildId = event.guildId ?? (OF_A_GUILD.has(t) ? text(d, 'id') : text(d, 'guild_id'));
  if (guildId !== undefined) return `guild ${guildId}`;
  const channelId = text(d, 'channel_id');
  return channelId === undefined ? `shard ${event.shardId}/${event.shardCount}` : `channel ${channelId}`;
}

function text(data: unknown, name: string): string | undefined {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, name)) return undefined;
  const value: unknown = Reflect.get(data, name);
  return typeof value === 'string' ? value : undefined;
}
