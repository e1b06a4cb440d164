import type { GatewayManager } from '../gateway-manager.ts';
import { hookFailed, note, report } from '../report.ts';
import type { ShardInput } from './input.ts';
import { performEffect } from './perform.ts';
import type { ShardPhase } from './phase.ts';
import type { Shard } from './shard.ts';
import { transition } from './transition.ts';

/**
 * Feeds the transition function and carries out what it asks for. An input that comes up while another is being dealt with
 * (a socket that fails at once, a user's method that calls back) waits for its end.
 */
export function applyInput(gateway: GatewayManager, shard: Shard, input: ShardInput): void {
  if (shard.remote !== undefined) return shard.remote.apply(input);
  shard.inbox.push(input);
  if (shard.inbox.length > 1) return;
  for (let next = shard.inbox[0]; next !== undefined; next = shard.inbox[0]) {
    try {
      applyOne(gateway, shard, next);
    } catch (error) {
      // A mistake of ours must not leave the shard with inputs that nobody takes.
      hookFailed(gateway, 'transition', shard.id, error);
    }
    shard.inbox.shift();
  }
}

function applyOne(gateway: GatewayManager, shard: Shard, input: ShardInput): void {
  const before = shard.state;
  const { state, effects } = transition(before, input, {
    now: gateway.clock.now(),
    jitter: gateway.random(),
    timings: gateway.timings,
  });
  shard.state = state;
  if (before.phase !== state.phase) leavePhase(gateway, shard, before.phase, state.phase);
  for (const effect of effects) performEffect(gateway, shard, effect, applyInput);
}

/** What a phase leaves behind ends with it. */
function leavePhase(gateway: GatewayManager, shard: Shard, from: ShardPhase, to: ShardPhase): void {
  note(gateway, 'GW PHASE', { shardId: shard.id, from: from.kind, to: to.kind });
  gateway.clock.clearTimer(shard.phaseTimer);
  shard.phaseTimer = undefined;
  shard.paced = false;
  if (from.kind === 'queued') {
    shard.permitWait?.abort(new Error('the shard no longer waits to identify'));
    shard.permitWait = undefined;
  }
  if (from.kind === 'identifying') {
    if (to.kind === 'ready') gateway.runtime.governor.succeeded(shard.id);
    else gateway.runtime.governor.failed(shard.id);
  }
  if (to.kind === 'waiting') shard.counts.reconnects++;
  if (to.kind === 'stopped') report(gateway, 'shardStopped', { shardId: shard.id });
}
