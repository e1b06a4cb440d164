import type { GatewayManager, GatewayShard } from '@shardgate/gateway';
import { CommandError } from './command-error.ts';

/**
 * The plan that guilds are spread by: that of the shards that run.
 *
 * @throws {CommandError} `notReady` before it is known
 */
export function shardCountOf(gateway: GatewayManager): number {
  const running = gateway.shards.values().next().value;
  const shardCount = running?.shardCount ?? gateway.maxShards;
  if (shardCount < 1) throw new CommandError('notReady', 'the gateway has not been started: no shard is known yet');
  return shardCount;
}

/** The shard that a guild's events come on. @see https://docs.discord.com/developers/events/gateway#sharding */
export function shardIdOf(guildId: string, shardCount: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(shardCount));
}

/** The shard that a guild's events come on now; undefined before the plan is known. */
export function locateGuild(
  gateway: GatewayManager,
  guildId: string,
): { shardId: number; shardCount: number } | undefined {
  const shardCount = gateway.shards.values().next().value?.shardCount;
  return shardCount === undefined ? undefined : { shardId: shardIdOf(guildId, shardCount), shardCount };
}

/**
 * A shard of this process that may come to send.
 *
 * @throws {CommandError} `foreignShard`, or `notReady` when it has not been started or was stopped for good
 */
export function sendingShard(gateway: GatewayManager, shardId: number): GatewayShard {
  const shard = gateway.shards.get(shardId);
  if (shard === undefined) {
    const shardCount = shardCountOf(gateway);
    const last = Math.min(gateway.lastShardId ?? shardCount - 1, shardCount - 1);
    if (shardId < gateway.firstShardId || shardId > last) {
      throw new CommandError(
        'foreignShard',
        `shard ${shardId} is not in this process, which has ${gateway.firstShardId} to ${last} of ${shardCount}`,
      );
    }
    throw new CommandError('notReady', `shard ${shardId} has not been started yet`);
  }
  if (shard.status === 'stopped' || shard.status === 'fatal')
    throw new CommandError('notReady', `shard ${shardId} is ${shard.status} and sends nothing`);
  return shard;
}
