import type { GatewayManager } from '../gateway-manager.ts';
import { note } from '../report.ts';
import { applyInput } from '../shard/apply.ts';
import type { Connection } from '../shard/connection.ts';
import { sendProbe } from '../shard/outbox.ts';
import type { Shard } from '../shard/shard.ts';

/** A shard that says nothing for this long is connected anew, milliseconds. */
const SILENCE_MS = 10_000;

interface Call {
  readonly connection: Connection;
  /** Acknowledgements after which the shard has answered. */
  readonly target: number;
  readonly at: number;
}

/**
 * Asks every shard for a heartbeat's acknowledgement. A shard that has answered has received everything that Discord had sent it when it was asked; one whose connection is dead
 * without knowing it, or that is away, has not.
 */
export interface RollCall {
  /** Whether all have answered; asks those that were not asked, or that have another connection since. */
  complete(): boolean;
}

/** Creates a roll call of the shards that the manager has now. Nobody is asked before `complete` is called. */
export function createRollCall(gateway: GatewayManager): RollCall {
  const missing = new Set(gateway.shards.values());
  const calls = new Map<Shard, Call>();

  const hasAnswered = (shard: Shard): boolean => {
    const { connection } = shard;
    if (!shard.ready || connection === undefined) return false;
    const call = calls.get(shard);
    const now = gateway.clock.now();
    if (call === undefined || call.connection !== connection) {
      // What is under way already was asked earlier; only the answer to ours counts.
      if (sendProbe(gateway, shard)) calls.set(shard, { connection, target: connection.beats, at: now });
      return false;
    }
    if (connection.acknowledgements >= call.target) return true;
    if (now - call.at < SILENCE_MS) return false;
    note(gateway, 'GW RESHARD', { silentShard: shard.id });
    calls.delete(shard);
    applyInput(gateway, shard, { type: 'reconnect' });
    return false;
  };

  return {
    complete() {
      for (const shard of missing) if (hasAnswered(shard)) missing.delete(shard);
      return missing.size === 0;
    },
  };
}
