import type { GatewayManager } from '../gateway-manager.ts';
import { note } from '../report.ts';
import { applyInput } from '../shard/apply.ts';
import type { Probe } from '../shard/probe.ts';
import { sendProbe } from '../shard/send-probe.ts';
import type { Shard } from '../shard/shard.ts';

/** A shard that says nothing for this long is connected anew, milliseconds. */
const SILENCE_MS = 10_000;

interface Call {
  readonly probe: Probe;
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
    if (!shard.ready) return false;
    const call = calls.get(shard);
    const now = gateway.clock.now();
    if (call === undefined || call.probe.state === 'void') {
      const probe = sendProbe(gateway, shard);
      if (probe !== undefined) calls.set(shard, { probe, at: now });
      return false;
    }
    if (call.probe.state === 'answered') return true;
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
