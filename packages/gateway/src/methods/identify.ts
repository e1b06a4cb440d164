import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { whenReady } from '../ready.ts';
import { applyInput } from '../shard/apply.ts';
import { unattended } from '../unattended.ts';
import { startUpkeep } from '../upkeep.ts';
import { ensureShard } from './shard-of.ts';

/** Default of {@link GatewayMethods.identify}. */
export function identify(gateway: GatewayManager, shardId: number, maxShards: number): Promise<void> {
  return unattended(identifyShard(gateway, shardId, maxShards));
}

async function identifyShard(gateway: GatewayManager, shardId: number, maxShards: number): Promise<void> {
  const { runtime } = gateway;
  if (runtime.halted !== undefined) throw runtime.halted;
  if (runtime.stopping.signal.aborted) throw new GatewayError('stopped', 'the gateway is stopped', { shardId });
  const shard = ensureShard(gateway, shardId, maxShards);
  startUpkeep(gateway);
  const ready = whenReady(gateway, shard);
  shard.shardCount = maxShards;
  const fresh = shard.status === 'idle' && shard.state.session === undefined;
  if (!fresh) applyInput(gateway, shard, { type: 'reidentify' });
  else applyInput(gateway, shard, { type: 'start' });
  return ready;
}
