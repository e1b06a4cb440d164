import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { whenReady } from '../ready.ts';
import { applyInput } from '../shard/apply.ts';
import { isConnected } from '../shard/phase.ts';
import { unattended } from '../unattended.ts';
import { startUpkeep } from '../upkeep.ts';
import { shardOf } from './shard-of.ts';

/** Default of {@link GatewayMethods.resume}. */
export function resume(gateway: GatewayManager, shardId: number): Promise<void> {
  return unattended(resumeShard(gateway, shardId));
}

async function resumeShard(gateway: GatewayManager, shardId: number): Promise<void> {
  if (gateway.runtime.stopping.signal.aborted) throw new GatewayError('stopped', 'the gateway is stopped', { shardId });
  const shard = shardOf(gateway, shardId);
  startUpkeep(gateway);
  const ready = whenReady(gateway, shard);
  // A shard that waits for its next connection will resume by itself.
  if (isConnected(shard.state.phase)) applyInput(gateway, shard, { type: 'reconnect' });
  else applyInput(gateway, shard, { type: 'start' });
  return ready;
}
