import type { GatewayManager, ReshardResult } from '../gateway-manager.ts';
import { note } from '../report.ts';

/** Default of {@link GatewayMethods.resharder}. */
export async function resharder(gateway: GatewayManager): Promise<ReshardResult> {
  const reason = 'this version of Shardgate does not reshard a running gateway; restart it with another maxShards';
  note(gateway, 'GW RESHARD', reason);
  return { started: false, reason };
}
