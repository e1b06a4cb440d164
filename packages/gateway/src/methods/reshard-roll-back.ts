import type { GatewayManager, Reshard } from '../gateway-manager.ts';
import { hookFailed, note } from '../report.ts';
import { handOverFiltered } from '../reshard/take-over.ts';
import { stopGateway } from './stop-gateway.ts';

/** Ends the session: nobody will resume it. */
const NORMAL_CLOSURE = 1000;

/** Default of {@link GatewayMethods.reshardRollBack}. */
export async function reshardRollBack(gateway: GatewayManager, reshard: Reshard, reason: string): Promise<void> {
  const { next, streams } = reshard;
  note(gateway, 'GW RESHARD', { rolledBack: reason });
  gateway.runtime.crossing = undefined;
  for (const event of streams.thawOld()) handOverFiltered(gateway, event);
  const keys = Array.from(next.shards.values(), ({ id, shardCount }) => ({ shardId: id, shardCount }));
  await stopGateway(next, NORMAL_CLOSURE, 'the reshard was given up');
  await gateway.sessionStore
    .remove(keys)
    .catch((error: unknown) => hookFailed(gateway, 'sessionStore', undefined, error));
}
