import type { GatewayManager } from '../gateway-manager.ts';
import { shardFatal, shardReady } from '../ready.ts';
import { contained, hookFailed, note, report } from '../report.ts';
import { refreshGatewayBot } from '../refresh-gateway-bot.ts';
import { closeConnection, forgetConnection, openConnection } from './connect.ts';
import type { ShardEffect } from './effect.ts';
import type { ShardInput } from './input.ts';
import { answerHeartbeat, sendHeartbeat, sendIdentify, sendResume } from './outbox.ts';
import { requestPermit } from './permit.ts';
import { managerOf } from './manager-of.ts';
import type { Shard } from './shard.ts';

type Apply = (gateway: GatewayManager, shard: Shard, input: ShardInput) => void;

/** How often a shard whose handler is overloaded looks whether it may connect again, milliseconds. */
const OVERLOAD_CHECK_MS = 250;
/** Half a message that waits longer than this for its end is taken for a broken stream, milliseconds. */
const PARTIAL_TIMEOUT_MS = 30_000;

/** Does what a transition asked for. `apply` takes what comes of it. */
export function performEffect(gateway: GatewayManager, shard: Shard, effect: ShardEffect, apply: Apply): void {
  switch (effect.type) {
    case 'wait':
      if (effect.cause !== undefined)
        report(gateway, 'shardDisconnected', { shardId: shard.id, cause: effect.cause, retryInMs: effect.delayMs });
      forgetConnection(gateway, shard);
      return waitToConnect(gateway, shard, effect.delayMs, apply);
    case 'deadline':
      if (shard.connection !== undefined) shard.connection.progressed = false;
      return setPhaseTimer(gateway, shard, effect.delayMs, apply);
    case 'connect':
      if (!openConnection(gateway, shard, effect.target))
        apply(gateway, shard, { type: 'closed', code: 1006, reason: 'createShard failed' });
      return;
    case 'close':
      return closeConnection(gateway, shard, effect);
    case 'beginHeartbeat':
      shard.heartbeat.interval = effect.intervalMs;
      return contained(gateway, 'heartbeat', shard.id, () => gateway.heartbeat(gateway, shard.id, effect.intervalMs));
    case 'beatAfter':
      return beatAfter(gateway, shard, effect.delayMs, apply);
    case 'sendHeartbeat':
      return sendHeartbeat(gateway, shard);
    case 'answerHeartbeat':
      return answerHeartbeat(gateway, shard);
    case 'sendResume':
      return sendResume(gateway, shard);
    case 'sendIdentify':
      return identifyNow(gateway, shard, apply);
    case 'requestPermit':
      return requestPermit(gateway, shard, apply);
    case 'sessionLost':
      return sessionLost(gateway, shard, effect);
    case 'refreshGateway':
      refreshGatewayBot(gateway).catch((error: unknown) => note(gateway, 'GW REFRESH', error));
      return;
    case 'becameReady':
      return shardReady(gateway, shard, effect.how);
    case 'acknowledgementLate':
      return report(gateway, 'acknowledgementLate', { shardId: shard.id, sinceMs: effect.sinceMs });
    case 'fatal':
      forgetConnection(gateway, shard);
      return shardFatal(gateway, shard, effect, (other) => apply(gateway, other, { ...effect, type: 'halt' }));
    default:
      return effect satisfies never;
  }
}

function identifyNow(gateway: GatewayManager, shard: Shard, apply: Apply): void {
  const { permit } = shard;
  shard.permit = undefined;
  try {
    permit?.used();
  } catch (error) {
    hookFailed(gateway, 'requestIdentify', shard.id, error);
    return apply(gateway, shard, { type: 'badFrame', reason: 'the permit to identify was not valid' });
  }
  sendIdentify(gateway, shard);
  gateway.runtime.onIdentify.get(shard.id)?.();
}

function setPhaseTimer(gateway: GatewayManager, shard: Shard, delayMs: number, apply: Apply): void {
  gateway.clock.clearTimer(shard.phaseTimer);
  shard.phaseTimer = gateway.clock.setTimer(() => {
    shard.phaseTimer = undefined;
    apply(managerOf(shard), shard, { type: 'phaseTimer', progressed: shard.connection?.progressed ?? false });
  }, delayMs);
}

/** The wait before a connection: after it the shard stands in the row with the others, and a handler that is overloaded gets no new events. */
function waitToConnect(gateway: GatewayManager, shard: Shard, delayMs: number, apply: Apply): void {
  gateway.clock.clearTimer(shard.phaseTimer);
  shard.phaseTimer = gateway.clock.setTimer(() => {
    const manager = managerOf(shard);
    if (shard.pausedSince !== undefined) return waitToConnect(manager, shard, OVERLOAD_CHECK_MS, apply);
    const row = shard.paced ? 0 : manager.runtime.pacer.reserve(manager.clock.now());
    shard.paced = true;
    setPhaseTimer(manager, shard, row, apply);
  }, delayMs);
}

function beatAfter(gateway: GatewayManager, shard: Shard, delayMs: number, apply: Apply): void {
  gateway.clock.clearTimer(shard.heartbeatTimer);
  shard.heartbeatTimer = gateway.clock.setTimer(() => {
    shard.heartbeatTimer = undefined;
    const { connection, pausedSince } = shard;
    if (connection === undefined) return;
    const manager = managerOf(shard);
    const now = manager.clock.now();
    if (pausedSince !== undefined && now - pausedSince > shard.heartbeat.interval)
      return apply(manager, shard, { type: 'overloaded' });
    if (connection.partialSince !== undefined && now - connection.partialSince > PARTIAL_TIMEOUT_MS) {
      return apply(manager, shard, { type: 'badFrame', reason: 'half a message without its end' });
    }
    const { inbound } = connection;
    connection.inbound = false;
    apply(manager, shard, { type: 'heartbeatTimer', inbound, paused: pausedSince !== undefined });
  }, delayMs);
}

function sessionLost(gateway: GatewayManager, shard: Shard, lost: { sessionId: string; cause: string }): void {
  report(gateway, 'gap', {
    shardId: shard.id,
    sessionId: lost.sessionId,
    lastSequence: shard.tracker.received,
    cause: lost.cause,
  });
  shard.stored = undefined;
  gateway.runtime.ended.set(shard.id, { shardId: shard.id, shardCount: shard.shardCount });
}
