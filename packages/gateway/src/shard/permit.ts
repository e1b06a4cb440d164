import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import type { IdentifyPermit } from '../identify/identify-queue.ts';
import { hookFailed } from '../report.ts';
import { backoffMs } from './backoff.ts';
import type { ShardInput } from './input.ts';
import { managerOf } from './manager-of.ts';
import type { Shard } from './shard.ts';

/** Least pause before a failing `requestIdentify` is asked again, milliseconds. */
const LEAST_RETRY_MS = 1_000;

/** Asks for the right to identify and feeds back what comes of it. A permit that comes too late goes back unused. */
export function requestPermit(
  gateway: GatewayManager,
  shard: Shard,
  apply: (gateway: GatewayManager, shard: Shard, input: ShardInput) => void,
): void {
  shard.permitWait?.abort(new Error('asked again'));
  const wait = new AbortController();
  shard.permitWait = wait;

  const granted = (permit: IdentifyPermit): void => {
    if (shard.permitWait !== wait) return permit.release();
    shard.permitWait = undefined;
    shard.permitFailures = 0;
    shard.permit = permit;
    apply(managerOf(shard), shard, { type: 'permit' });
    // Taken by the IDENTIFY, or else of no use any more.
    if (shard.permit === permit) {
      shard.permit = undefined;
      permit.release();
    }
  };

  const refused = (error: unknown): void => {
    if (shard.permitWait !== wait) return;
    shard.permitWait = undefined;
    const manager = managerOf(shard);
    if (error instanceof Error && 'code' in error && error.code === 'tokenRejected') {
      return apply(manager, shard, { type: 'halt', code: 'tokenRejected', closeCode: 4004, remedy: error.message });
    }
    const ours = error instanceof GatewayError && error.code === 'identifyRefused';
    if (!ours) hookFailed(manager, 'requestIdentify', shard.id, error);
    const retryAfterMs = LEAST_RETRY_MS + backoffMs(++shard.permitFailures, manager.random());
    apply(manager, shard, { type: 'permitRefused', retryAfterMs });
  };

  // The wrapper turns a synchronous throw into a rejection.
  const asked = (async () => gateway.requestIdentify(gateway, shard.id, wait.signal))();
  asked
    .then(granted, refused)
    .catch((error: unknown) => hookFailed(managerOf(shard), 'requestIdentify', shard.id, error));
}
