import type { GatewayManager } from '../gateway-manager.ts';
import { hookFailed, report } from '../report.ts';
import type { SessionCheckpoint, SessionKey, ShardRange } from './session-store.ts';

/**
 * Takes up resharding where an earlier process left it: new shards that had taken over stay in charge, as long as the configuration is the one that they
 * replaced; those that had not are forgotten. Returns the sessions that are left.
 */
export async function adoptReshard(
  gateway: GatewayManager,
  sessions: readonly SessionCheckpoint[],
): Promise<readonly SessionCheckpoint[]> {
  const { runtime } = gateway;
  const configured = (runtime.configured ??= [
    gateway.maxShards,
    gateway.firstShardId,
    gateway.lastShardId ?? null,
  ] as const);
  const current = sessions
    .filter(({ reshard }) => reshard?.state === 'current' && isSame(reshard.configured, configured))
    .toSorted((one, other) => other.savedAt - one.savedAt)[0];
  if (current?.reshard !== undefined) {
    const { range } = current.reshard;
    runtime.reshardMark = { state: 'current', configured, range };
    [gateway.maxShards, gateway.firstShardId] = range;
    gateway.lastShardId = range[2] ?? undefined;
    return forget(gateway, sessions, ({ shardCount }) => shardCount !== current.shardCount);
  }
  const inCharge = new Set(
    sessions.filter(({ reshard }) => reshard?.state !== 'preparing').map((one) => one.shardCount),
  );
  const unfinished = sessions.find(({ shardCount }) => !inCharge.has(shardCount))?.shardCount;
  if (unfinished === undefined) return sessions;
  const [from] = inCharge;
  report(gateway, 'reshardRolledBack', {
    from: from ?? gateway.maxShards,
    to: unfinished,
    phase: 'preparing',
    reason: 'the process ended before the new shards had taken over',
  });
  return forget(gateway, sessions, ({ shardCount }) => !inCharge.has(shardCount));
}

function isSame(one: ShardRange, other: ShardRange): boolean {
  return one.every((value, index) => value === other[index]);
}

async function forget(
  gateway: GatewayManager,
  sessions: readonly SessionCheckpoint[],
  isGone: (checkpoint: SessionCheckpoint) => boolean,
): Promise<readonly SessionCheckpoint[]> {
  const gone: SessionKey[] = sessions.filter(isGone).map(({ shardId, shardCount }) => ({ shardId, shardCount }));
  if (gone.length > 0)
    await gateway.sessionStore
      .remove(gone)
      .catch((error: unknown) => hookFailed(gateway, 'sessionStore', undefined, error));
  return sessions.filter((checkpoint) => !isGone(checkpoint));
}
