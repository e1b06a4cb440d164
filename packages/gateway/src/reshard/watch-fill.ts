import type { GatewayManager } from '../gateway-manager.ts';
import { hookFailed, note } from '../report.ts';

/** Looks every `reshardCheckInterval` whether resharding is needed, and has it done. Idempotent; ends with the gateway. */
export function watchFill(gateway: GatewayManager): void {
  const { runtime, clock } = gateway;
  // A generation that is being prepared looks after nothing.
  if (runtime.reshardMark?.state === 'preparing' || runtime.reshardTimer !== undefined) return;
  runtime.reshardTimer = clock.setTimer(() => {
    runtime.reshardTimer = undefined;
    if (runtime.stopping.signal.aborted) return;
    watchFill(gateway);
    look(gateway).catch((error: unknown) => hookFailed(gateway, 'reshardNeeded', undefined, error));
  }, gateway.reshardCheckInterval);
}

/** Ends it. */
export function stopWatchingFill(gateway: GatewayManager): void {
  gateway.clock.clearTimer(gateway.runtime.reshardTimer);
  gateway.runtime.reshardTimer = undefined;
}

async function look(gateway: GatewayManager): Promise<void> {
  if (!gateway.reshard || gateway.runtime.reshard !== undefined) return;
  const need = await gateway.reshardNeeded(gateway);
  note(gateway, 'GW RESHARD', need);
  if (need.needed) await gateway.resharder(gateway, { maxShards: need.maxShards });
}
