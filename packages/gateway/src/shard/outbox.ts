import { encodeCommand, type GatewayCommand, Op } from '@shardgate/wire';
import type { GatewayManager } from '../gateway-manager.ts';
import { note, report } from '../report.ts';
import type { Shard } from './shard.ts';
import { compressionOf } from './wire-format.ts';

/** Writes a frame that does not wait in any queue. It counts towards the window all the same. */
function write(gateway: GatewayManager, shard: Shard, command: GatewayCommand): void {
  shard.sendLimit.take(gateway.clock.now());
  shard.connection?.socket?.send(encodeCommand(command, gateway.encoding));
}

/** The token as Discord wants it. */
function botToken(gateway: GatewayManager): string {
  return gateway.token.startsWith('Bot ') ? gateway.token.slice(4) : gateway.token;
}

/** @see https://docs.discord.com/developers/events/gateway#sending-heartbeats */
export function sendHeartbeat(gateway: GatewayManager, shard: Shard): void {
  shard.beats.take(gateway.clock.now());
  beat(gateway, shard);
}

/** A heartbeat that does not count as one that fell due. */
export function beat(gateway: GatewayManager, shard: Shard): void {
  const { heartbeat } = shard;
  heartbeat.lastSentAt = gateway.clock.wallTime();
  heartbeat.acknowledged = false;
  if (shard.connection !== undefined) shard.connection.beats++;
  write(gateway, shard, { op: Op.Heartbeat, d: shard.heartbeatSequence });
  note(gateway, 'GW HEARTBEATING', { shardId: shard.id, sequence: shard.heartbeatSequence });
}

/**
 * The answer to a heartbeat request, unless the window is so full that Discord would close with 4008 for it or for a beat that falls due. A server that
 * has just got a hundred frames does not doubt that we live.
 */
export function answerHeartbeat(gateway: GatewayManager, shard: Shard): void {
  const beats = Math.ceil(gateway.queueResetInterval / Math.max(1, shard.heartbeat.interval));
  if (shard.sendLimit.waitMs(gateway.clock.now(), beats) === 0) beat(gateway, shard);
  else note(gateway, 'GW HEARTBEAT REQUEST', { shardId: shard.id, detail: 'not answered: the send limit is reached' });
}

/** @see https://docs.discord.com/developers/events/gateway#resuming */
export function sendResume(gateway: GatewayManager, shard: Shard): void {
  // READY itself is in this process already, even while its handler still works on it.
  const sequence = Math.max(1, shard.tracker.settled);
  shard.counts.resumes++;
  write(gateway, shard, {
    op: Op.Resume,
    d: { token: botToken(gateway), session_id: shard.sessionId, seq: sequence },
  });
  report(gateway, 'shardResuming', { shardId: shard.id, sequence });
}

/** @see https://docs.discord.com/developers/events/gateway#identifying */
export function sendIdentify(gateway: GatewayManager, shard: Shard): void {
  const presence = shard.presence ?? gateway.presence;
  shard.counts.identifies++;
  const d = {
    token: botToken(gateway),
    properties: { os: gateway.$os, browser: gateway.$browser, device: gateway.$device },
    intents: gateway.intents,
    shard: [shard.id, shard.shardCount],
    ...(compressionOf(gateway) === 'payload' ? { compress: true } : {}),
    ...(gateway.largeThreshold === undefined ? {} : { large_threshold: gateway.largeThreshold }),
    ...(presence === undefined ? {} : { presence }),
  };
  write(gateway, shard, { op: Op.Identify, d });
  report(gateway, 'shardIdentifying', { shardId: shard.id });
}
