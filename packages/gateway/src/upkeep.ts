import { giveUpMissingGuilds } from './filters/guilds-loaded.ts';
import type { GatewayManager } from './gateway-manager.ts';
import { hookFailed } from './report.ts';
import { saveCheckpoints } from './session-store/checkpoint.ts';
import { settleOverdue } from './shard/in-flight.ts';

/** Starts the one timer that looks after all shards: checkpoints, and handlers that are overdue. Idempotent. */
export function startUpkeep(gateway: GatewayManager): void {
  const { runtime, clock } = gateway;
  if (runtime.upkeepTimer !== undefined) return;
  runtime.upkeepTimer = clock.setTimer(() => {
    runtime.upkeepTimer = undefined;
    if (runtime.stopping.signal.aborted) return;
    startUpkeep(gateway);
    for (const shard of gateway.shards.values()) {
      settleOverdue(gateway, shard);
      giveUpMissingGuilds(gateway, shard);
    }
    saveCheckpoints(gateway).catch((error: unknown) => hookFailed(gateway, 'sessionStore', undefined, error));
  }, gateway.checkpointInterval);
}

/** Ends it, and what does not wait for it. */
export function stopUpkeep(gateway: GatewayManager): void {
  gateway.clock.clearTimer(gateway.runtime.upkeepTimer);
  gateway.runtime.upkeepTimer = undefined;
  gateway.clock.clearTimer(gateway.runtime.hurryTimer);
  gateway.runtime.hurryTimer = undefined;
}
