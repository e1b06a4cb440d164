import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { pause } from '../ports/pause.ts';
import { rejectReady } from '../ready.ts';
import { saveCheckpoints } from '../session-store/checkpoint.ts';
import { applyInput } from '../shard/apply.ts';
import { endsSession, OwnCloseCode } from '../shard/close-codes.ts';
import { stopUpkeep } from '../upkeep.ts';

/** What may take longest of a stop: sockets that close and handlers that finish, and the store's write. Milliseconds together. */
const STOP_DEADLINE_MS = 5_000;

/** Default of {@link GatewayMethods.stopGateway}. */
export async function stopGateway(
  gateway: GatewayManager,
  code: number = OwnCloseCode.Shutdown,
  reason = 'the gateway is stopping',
): Promise<void> {
  const { runtime, clock } = gateway;
  runtime.stopping.abort(new GatewayError('stopped', 'the gateway was stopped'));
  stopUpkeep(gateway);
  for (const shard of gateway.shards.values()) {
    if (endsSession(code) && shard.stored !== undefined) {
      runtime.ended.set(shard.id, { shardId: shard.id, shardCount: shard.shardCount });
      shard.stored = undefined;
    }
    applyInput(gateway, shard, { type: 'stop', code, reason });
    rejectReady(gateway, shard, new GatewayError('stopped', `shard ${shard.id} was stopped`, { shardId: shard.id }));
  }
  const over = new AbortController();
  const deadline = pause(clock, STOP_DEADLINE_MS, over.signal);
  await Promise.race([settled(gateway), deadline]);
  await Promise.race([saveCheckpoints(gateway), deadline]);
  over.abort();
}

/** Resolves when every socket is closed and every handler is done. */
function settled(gateway: GatewayManager): Promise<void> {
  const { runtime } = gateway;
  return new Promise((resolve) => {
    const look = (): void => {
      if (runtime.closing.size > 0) return;
      for (const shard of gateway.shards.values()) if (shard.inFlightEvents > 0) return;
      runtime.onAllClosed = undefined;
      runtime.onDrained = undefined;
      resolve();
    };
    runtime.onAllClosed = look;
    runtime.onDrained = look;
    look();
  });
}
