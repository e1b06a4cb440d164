import type { Clock, GatewayManager } from '@shardgate/gateway';
import { CommandError, fromGatewayError } from './command-error.ts';

/** Reconnects of shards on request: one at a time for each shard, whoever asks. */
export interface Reconnects {
  /** Resolves when the shard is ready again; rejects with a {@link CommandError}, `timeout` when that takes longer. */
  reconnect(shardId: number, expiresAfterMs: number): Promise<void>;
  /** Rejects all that wait. */
  close(): void;
}

export function createReconnects(gateway: GatewayManager, clock: Clock): Reconnects {
  /** By the shard itself: after a reshard another one has its id. */
  const underWay = new Map<unknown, Promise<void>>();
  const waiting = new Set<(error: CommandError) => void>();

  const resumed = (shardId: number): Promise<void> => {
    const shard = gateway.shards.get(shardId) ?? shardId;
    let done = underWay.get(shard);
    if (done === undefined) {
      // A replaced method may throw, and need not return a promise.
      done = (async () => gateway.resume(gateway, shardId))();
      underWay.set(shard, done);
      const forget = (): void => void underWay.delete(shard);
      done.then(forget, forget);
    }
    return done;
  };

  return {
    reconnect: (shardId, expiresAfterMs) =>
      new Promise((resolve, reject) => {
        const settle = (error?: CommandError): void => {
          if (!waiting.delete(settle)) return;
          clock.clearTimer(timer);
          if (error === undefined) resolve();
          else reject(error);
        };
        const timer = clock.setTimer(
          () => settle(new CommandError('timeout', `shard ${shardId} is not ready again in time; it goes on trying`)),
          expiresAfterMs,
        );
        waiting.add(settle);
        resumed(shardId).then(
          () => settle(),
          (error: unknown) => settle(fromGatewayError(error, `reconnect of shard ${shardId}`)),
        );
      }),
    close() {
      for (const settle of [...waiting]) settle(new CommandError('closed', 'the gateway takes no commands any more'));
    },
  };
}
