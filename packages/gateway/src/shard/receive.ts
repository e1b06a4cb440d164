import { Op, WireError, type Payload } from '@shardgate/wire';
import { MAX_HEARTBEAT_INTERVAL_MS, MIN_HEARTBEAT_INTERVAL_MS } from '../discord-limits.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { report } from '../report.ts';
import { applyInput } from './apply.ts';
import type { Connection } from './connection.ts';
import { receiveDispatch } from './dispatch.ts';
import type { Shard } from './shard.ts';
import { unreadableMessage } from './unreadable.ts';

/** Takes one WebSocket message of the shard's current connection: the first step of the way of an event. */
export function receiveFrame(
  gateway: GatewayManager,
  shard: Shard,
  connection: Connection,
  message: Buffer,
  isBinary: boolean,
): void {
  connection.inbound = true;
  try {
    const payload = connection.decoder.push(message, isBinary);
    if (payload === undefined) {
      connection.partialSince ??= gateway.clock.now();
      return;
    }
    connection.partialSince = undefined;
    if (payload.op === Op.Dispatch) receiveDispatch(gateway, shard, connection, payload);
    else receiveControl(gateway, shard, payload);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    unreadableMessage(gateway, shard, error);
  }
}

/** Everything but dispatches. https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes */
function receiveControl(gateway: GatewayManager, shard: Shard, payload: Payload): void {
  switch (payload.op) {
    case Op.Hello:
      return hello(gateway, shard, payload.d);
    case Op.HeartbeatAck:
      return heartbeatAck(gateway, shard);
    case Op.Heartbeat:
      return applyInput(gateway, shard, { type: 'heartbeatRequest' });
    case Op.Reconnect:
      return applyInput(gateway, shard, { type: 'reconnectRequest' });
    case Op.InvalidSession:
      return applyInput(gateway, shard, { type: 'invalidSession', resumable: payload.d === true });
    default:
      // Discord has opcodes that are not for bots; a new one must not end a connection.
      shard.counts.protocolErrors++;
      report(gateway, 'protocolError', {
        shardId: shard.id,
        code: 'unknownOpcode',
        detail: `op ${payload.op} was ignored`,
      });
  }
}

function hello(gateway: GatewayManager, shard: Shard, d: unknown): void {
  const intervalMs: unknown = typeof d === 'object' && d !== null ? Reflect.get(d, 'heartbeat_interval') : undefined;
  if (
    typeof intervalMs !== 'number' ||
    !(intervalMs >= MIN_HEARTBEAT_INTERVAL_MS && intervalMs <= MAX_HEARTBEAT_INTERVAL_MS)
  ) {
    shard.counts.protocolErrors++;
    report(gateway, 'protocolError', {
      shardId: shard.id,
      code: 'badHello',
      detail: 'HELLO without a usable heartbeat_interval',
    });
    return applyInput(gateway, shard, { type: 'badFrame', reason: 'HELLO without a usable heartbeat_interval' });
  }
  report(gateway, 'shardHello', { shardId: shard.id, heartbeatIntervalMs: intervalMs });
  applyInput(gateway, shard, { type: 'hello', intervalMs });
}

function heartbeatAck(gateway: GatewayManager, shard: Shard): void {
  const { heartbeat } = shard;
  const now = gateway.clock.wallTime();
  if (shard.connection !== undefined) shard.connection.acknowledgements++;
  // An acknowledgement that no one asked for says nothing about latency.
  if (!heartbeat.acknowledged) {
    heartbeat.acknowledged = true;
    heartbeat.lastReceivedAt = now;
    heartbeat.latency = Math.max(0, now - heartbeat.lastSentAt);
    report(gateway, 'heartbeatAck', { shardId: shard.id, latencyMs: heartbeat.latency });
  }
  applyInput(gateway, shard, { type: 'heartbeatAck' });
}
