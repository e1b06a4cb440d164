import type { GatewayManager } from '../gateway-manager.ts';
import { wantedShards } from '../methods/wanted-shards.ts';
import { refreshGatewayBot } from '../refresh-gateway-bot.ts';
import { note } from '../report.ts';
import type { ShardRange } from '../session-store/session-store.ts';
import type { ReshardRequest } from './reshard-status.ts';

/** What a reshard is to lead to, or why there can be none now. */
export type ReshardPlan =
  | { readonly possible: true; readonly range: ShardRange; readonly etaMs: number }
  | { readonly possible: false; readonly to: number; readonly reason: string };

/** Finds out the new shards, and whether the identify budget has them. */
export async function planReshard(gateway: GatewayManager, request: ReshardRequest): Promise<ReshardPlan> {
  const { runtime } = gateway;
  // The governor's own book-keeping serves where Discord does not answer.
  await refreshGatewayBot(gateway).catch((error: unknown) => note(gateway, 'GW REFRESH', error));
  const asked = request.maxShards ?? (await gateway.reshardNeeded(gateway)).maxShards;
  if (!Number.isSafeInteger(asked) || asked < 1)
    return { possible: false, to: asked, reason: `maxShards: expected a whole number of 1 or more, got ${asked}` };
  const maxShards = wantedShards(gateway, asked);
  const impossible = (reason: string): ReshardPlan => ({ possible: false, to: maxShards, reason });

  const hasAll = gateway.shards.size === gateway.maxShards;
  const { firstShardId = 0, lastShardId } = request;
  if (!hasAll && (request.firstShardId === undefined || lastShardId === undefined)) {
    return impossible(
      `this process has ${gateway.shards.size} of ${gateway.maxShards} shards: give firstShardId and lastShardId of the new ones, here and in the other processes`,
    );
  }
  const last = Math.min(lastShardId ?? maxShards - 1, maxShards - 1);
  if (!Number.isSafeInteger(firstShardId) || firstShardId < 0 || firstShardId > last)
    return impossible(`firstShardId ${firstShardId} is not between 0 and the last new shard id ${last}`);
  const range: ShardRange = [maxShards, firstShardId, lastShardId ?? null];
  if (maxShards === gateway.maxShards) return impossible(`the bot has ${maxShards} shards already`);

  const count = last - firstShardId + 1;
  const { remaining, reserve, resetsAt } = runtime.governor.status;
  if (remaining - reserve < count) {
    const until = resetsAt === null ? 'later' : `after ${new Date(resetsAt).toISOString()}`;
    return impossible(
      `${count} identifies are needed, and of the ${remaining} that are left ${reserve} are kept in reserve: try again ${until}`,
    );
  }
  const rounds = Math.ceil(count / gateway.maxConcurrency);
  return { possible: true, range, etaMs: rounds * runtime.identifySpacingMs };
}
