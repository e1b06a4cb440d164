import type { GatewayManager } from '../gateway-manager.ts';
import type { IdentifyPermit } from '../identify/identify-queue.ts';
import { ensureFreshBudget } from '../refresh-gateway-bot.ts';

/** Default of {@link GatewayMethods.requestIdentify}. */
export async function requestIdentify(
  gateway: GatewayManager,
  shardId: number,
  signal: AbortSignal,
): Promise<IdentifyPermit> {
  if (gateway.runtime.halted !== undefined) throw gateway.runtime.halted;
  await ensureFreshBudget(gateway);
  return gateway.runtime.identifyQueue.acquire(shardId, signal);
}
