import { GatewayError } from './errors.ts';
import type { GatewayManager } from './gateway-manager.ts';
import type { Bucket } from './gateway-state.ts';
import { pause } from './ports/pause.ts';
import { hookFailed } from './report.ts';
import { unattended } from './unattended.ts';

/** Longest time one shard holds up the start of the next one of its bucket, milliseconds. */
const HOLD_MS = 30_000;

/** Starts the shards of one bucket one after the other; ends early when the gateway stops or is refused. */
export async function runBucket(gateway: GatewayManager, bucket: Bucket): Promise<void> {
  const { runtime } = gateway;
  const { signal } = runtime.stopping;
  while (!signal.aborted && runtime.halted === undefined) {
    const startNext = bucket.createNextShard.shift();
    if (startNext === undefined) return;
    await startNext();
  }
}

/**
 * Has one shard identified and resolves when the bucket's next one may be started: right after this process sent its IDENTIFY (the next one may connect and wait for its
 * turn meanwhile), or, when someone else identifies it, `spawnShardDelay` after that was done.
 */
export async function startThroughWorker(
  gateway: GatewayManager,
  workerId: number,
  shardId: number,
  bucketId: number,
): Promise<void> {
  const { runtime, clock } = gateway;
  const shard = gateway.shards.get(shardId);
  // Resumed already.
  if (shard !== undefined && shard.status !== 'idle') return;

  const goOn = new AbortController();
  runtime.onIdentify.set(shardId, () => goOn.abort());
  const told = (async () => gateway.tellClusterToIdentify(gateway, workerId, shardId, bucketId))();
  const settled = unattended(
    told.then(
      () => {},
      (error: unknown) => {
        if (error instanceof GatewayError) throw error;
        hookFailed(gateway, 'tellClusterToIdentify', shardId, error);
      },
    ),
  );
  runtime.spawn?.told.set(shardId, settled);

  const elsewhere = settled.then(
    () => pause(clock, gateway.spawnShardDelay, goOn.signal),
    () => {},
  );
  const wait = AbortSignal.any([goOn.signal, runtime.stopping.signal]);
  await Promise.race([elsewhere, pause(clock, HOLD_MS, wait)]);
  runtime.onIdentify.delete(shardId);
  goOn.abort();
}
