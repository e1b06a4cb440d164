import type { GatewayManager } from '../gateway-manager.ts';
import { beat } from './outbox.ts';
import type { Probe } from './probe.ts';
import type { Shard } from './shard.ts';

/** Asks for an acknowledgement, if the send window has room for it. */
export function sendProbe(gateway: GatewayManager, shard: Shard): Probe | undefined {
  if (shard.remote !== undefined) return shard.remote.probe();
  const { connection } = shard;
  if (connection?.socket === undefined || shard.sendLimit.waitMs(gateway.clock.now(), 1) > 0) return undefined;
  beat(gateway, shard);
  // What is under way already was asked earlier; only the answer to ours counts.
  const target = connection.beats;
  return {
    get state() {
      if (shard.connection !== connection) return 'void';
      return connection.acknowledgements >= target ? 'answered' : 'waiting';
    },
  };
}
