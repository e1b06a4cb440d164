import type { GatewayManager } from '../gateway-manager.ts';
import type { GatewaySocket } from '../ports/socket.ts';
import { contained, hookFailed, isThenable, report } from '../report.ts';
import type { Connection } from './connection.ts';
import { gatewayAddress } from './gateway-address.ts';
import type { ConnectTarget } from './phase.ts';
import type { Shard } from './shard.ts';
import { openDecoder } from './wire-format.ts';

/** A closing handshake that takes longer than this is ended without the peer, milliseconds. */
const CLOSE_GRACE_MS = 1_000;

/** Gives the shard a new connection and has `createShard` open it. False when that threw. */
export function openConnection(gateway: GatewayManager, shard: Shard, target: ConnectTarget): boolean {
  const connection: Connection = {
    url: gatewayAddress(gateway, target, shard.state.session),
    decoder: openDecoder(gateway),
    socket: undefined,
    inbound: false,
    progressed: false,
    partialSince: undefined,
    error: undefined,
    beats: 0,
    acknowledgements: 0,
    replayed: 0,
  };
  shard.connection = connection;
  shard.sendLimit.reset();
  shard.beats.reset();
  shard.lastCommandOp = undefined;
  report(gateway, 'shardConnecting', { shardId: shard.id, target });
  try {
    const socket: unknown = gateway.createShard(gateway, shard.id);
    if (isThenable(socket)) contained(gateway, 'createShard', shard.id, () => socket);
    if (!isSocket(socket))
      throw new TypeError(
        'createShard must return the socket: an object with send, close, terminate, pause and resume',
      );
    // A socket that failed while it was being made has been taken off already.
    if (shard.connection === connection) connection.socket = socket;
    return true;
  } catch (error) {
    hookFailed(gateway, 'createShard', shard.id, error);
    forgetConnection(gateway, shard);
    return false;
  }
}

function isSocket(value: unknown): value is GatewaySocket {
  const methods = ['send', 'close', 'terminate', 'pause', 'resume'];
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

/** Takes the connection off the shard: nothing of it is heard any more. */
export function forgetConnection(gateway: GatewayManager, shard: Shard): Connection | undefined {
  const { connection } = shard;
  if (connection === undefined) return undefined;
  shard.connection = undefined;
  gateway.clock.clearTimer(shard.heartbeatTimer);
  gateway.clock.clearTimer(shard.commandTimer);
  shard.heartbeatTimer = undefined;
  shard.commandTimer = undefined;
  shard.heartbeat.acknowledged = true;
  connection.decoder.close();
  return connection;
}

/** Closes the shard's socket, and ends it when the peer does not answer: a dead peer never sends its close frame. */
export function closeConnection(
  gateway: GatewayManager,
  shard: Shard,
  close: { code: number; reason: string; abrupt: boolean },
): void {
  const socket = forgetConnection(gateway, shard)?.socket;
  if (socket === undefined) return;
  const { closing } = gateway.runtime;
  closing.set(
    socket,
    gateway.clock.setTimer(() => socket.terminate(), close.abrupt ? 0 : CLOSE_GRACE_MS),
  );
  if (!close.abrupt) contained(gateway, 'closeWS', shard.id, () => gateway.closeWS(socket, close.code, close.reason));
}

/** A socket is gone for good. */
export function socketClosed(gateway: GatewayManager, socket: GatewaySocket | undefined): void {
  const { closing } = gateway.runtime;
  if (socket === undefined || !closing.has(socket)) return;
  gateway.clock.clearTimer(closing.get(socket));
  closing.delete(socket);
  if (closing.size === 0) gateway.runtime.onAllClosed?.();
}
