import type { GatewayManager } from '../gateway-manager.ts';
import { handleOnMessage } from '../methods/handle-on-message.ts';
import type { SocketHandlers } from '../ports/socket.ts';
import { contained, hookFailed, isThenable, note, report } from '../report.ts';
import { applyInput } from './apply.ts';
import { forgetConnection, socketClosed } from './connect.ts';
import type { Connection } from './connection.ts';
import { managerOf } from './manager-of.ts';
import type { Shard } from './shard.ts';

/**
 * The callbacks of one connection's socket. Each looks first whether the connection is still the shard's: a late word of an
 * older socket must not touch the new one.
 */
export function socketHandlers(shard: Shard, connection: Connection): SocketHandlers {
  return {
    onOpen() {
      if (shard.connection === connection) applyInput(managerOf(shard), shard, { type: 'opened' });
    },
    onMessage(data, isBinary) {
      if (shard.connection !== connection) return;
      const gateway = managerOf(shard);
      try {
        // The socket's memory is lent for this call; who replaces the method need not know.
        const message = gateway.handleOnMessage === handleOnMessage ? data : Buffer.from(data);
        const result: unknown = gateway.handleOnMessage(gateway, message, shard.id, isBinary);
        if (isThenable(result)) contained(gateway, 'handleOnMessage', shard.id, () => result);
      } catch (error) {
        hookFailed(gateway, 'handleOnMessage', shard.id, error);
      }
    },
    onError(error) {
      // What comes after the first one only follows from it.
      connection.error ??= error;
      note(managerOf(shard), 'GW ERROR', { shardId: shard.id, message: error.message });
    },
    onClose(code, reason) {
      const gateway = managerOf(shard);
      note(gateway, 'GW CLOSED', { shardId: shard.id, code, reason });
      socketClosed(gateway, connection.socket);
      if (shard.connection !== connection) return;
      blameCommand(gateway, shard, code);
      forgetConnection(gateway, shard);
      const { error } = connection;
      const retryAfterMs = error?.retryAfterMs;
      applyInput(gateway, shard, {
        type: 'closed',
        code,
        reason: reason === '' ? (error?.message ?? '') : reason,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    },
  };
}

/** Close codes that tell of a payload Discord could not use. */
const COMMAND_FAULTS: ReadonlySet<number> = new Set([4001, 4002]);

function blameCommand(gateway: GatewayManager, shard: Shard, closeCode: number): void {
  const op = shard.lastCommandOp;
  if (op === undefined || !COMMAND_FAULTS.has(closeCode)) return;
  report(gateway, 'commandRefused', { shardId: shard.id, op, closeCode });
}
