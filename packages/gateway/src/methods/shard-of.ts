import { createGuildRegistry } from '../filters/guild-registry.ts';
import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { createCommandQueue } from '../shard/command-queue.ts';
import { ARRIVAL_SLACK_MS, createSendLimit } from '../shard/send-limit.ts';
import { Shard } from '../shard/shard.ts';

/**
 * The shard of that id.
 *
 * @throws {GatewayError} `unknownShard`
 */
export function shardOf(gateway: GatewayManager, shardId: number): Shard {
  const shard = gateway.shards.get(shardId);
  if (shard === undefined)
    throw new GatewayError('unknownShard', `shard ${shardId} is not one of this gateway's`, { shardId });
  return shard;
}

/** The shard of that id, made if need be. */
export function ensureShard(gateway: GatewayManager, shardId: number, shardCount: number): Shard {
  const existing = gateway.shards.get(shardId);
  if (existing !== undefined) return existing;
  if (!Number.isSafeInteger(shardId) || shardId < 0 || shardId >= shardCount) {
    throw new GatewayError(
      'unknownShard',
      `shard ${shardId} of ${shardCount} does not exist; ids go from 0 to ${shardCount - 1}`,
      { shardId },
    );
  }
  const limit = { limit: gateway.maxRequestsPerInterval, windowMs: gateway.queueResetInterval + ARRIVAL_SLACK_MS };
  const shard = new Shard(gateway, shardId, shardCount, {
    guilds: createGuildRegistry(),
    commands: createCommandQueue({ limit: gateway.maxQueuedCommands }),
    sendLimit: createSendLimit(limit),
    beats: createSendLimit(limit),
  });
  gateway.shards.set(shardId, shard);
  return shard;
}
