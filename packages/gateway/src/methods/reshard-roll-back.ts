import type { GatewayManager, Reshard } from '../gateway-manager.ts';
import { note } from '../report.ts';
import { handOverFiltered } from '../reshard/take-over.ts';
import { stopGeneration } from './stop-gateway.ts';

/** Default of {@link GatewayMethods.reshardRollBack}. */
export async function reshardRollBack(gateway: GatewayManager, reshard: Reshard, reason: string): Promise<void> {
  const { next, streams } = reshard;
  note(gateway, 'GW RESHARD', { rolledBack: reason });
  gateway.runtime.crossing = undefined;
  for (const event of streams.thawOld()) handOverFiltered(gateway, event);
  await stopGeneration(next, 'the reshard was given up');
}
