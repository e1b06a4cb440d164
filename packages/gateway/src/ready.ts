import { GatewayError, type GatewayErrorCode } from './errors.ts';
import type { GatewayManager } from './gateway-manager.ts';
import type { ReadyWait } from './gateway-runtime.ts';
import { contained, report } from './report.ts';
import { unattended } from './unattended.ts';
import type { Shard } from './shard/shard.ts';

/** The promise of a shard being ready: one for all who ask. */
export function whenReady(gateway: GatewayManager, shard: Shard): Promise<void> {
  const { readyWaits } = gateway.runtime;
  const waiting = readyWaits.get(shard.id);
  if (waiting !== undefined) return waiting.promise;
  const { promise, resolve, reject } = withResolvers();
  readyWaits.set(shard.id, { promise: unattended(promise), resolve, reject });
  gateway.loadingShards.set(shard.id, { shardId: shard.id, resolve, startedAt: gateway.clock.wallTime() });
  return promise;
}

/** `Promise.withResolvers` of newer runtimes. */
function withResolvers(): ReadyWait {
  let resolve: (() => void) | undefined;
  let reject: ((error: GatewayError) => void) | undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // The executor has run.
  return { promise, resolve: resolve as () => void, reject: reject as (error: GatewayError) => void };
}

/** READY or RESUMED came. */
export function shardReady(gateway: GatewayManager, shard: Shard, how: 'identified' | 'resumed'): void {
  const { spawn, readyWaits } = gateway.runtime;
  const awaited = readyWaits.has(shard.id);
  if (awaited && how === 'resumed') spawn?.resumed.add(shard.id);
  settleReady(gateway, shard, (wait) => wait.resolve());
  report(gateway, 'shardReady', { shardId: shard.id, how });
  if (awaited) reportProgress(gateway);
  contained(gateway, 'processGatewayQueue', shard.id, () => gateway.processGatewayQueue(gateway, shard.id));
}

/** Who waits for the shard need wait no longer. */
export function rejectReady(gateway: GatewayManager, shard: Shard, error: GatewayError): void {
  settleReady(gateway, shard, (wait) => wait.reject(error));
  shard.commands.rejectAll(error);
  shard.remote?.rejectCommands(error);
}

function settleReady(gateway: GatewayManager, shard: Shard, settle: (wait: ReadyWait) => void): void {
  gateway.loadingShards.delete(shard.id);
  const wait = gateway.runtime.readyWaits.get(shard.id);
  gateway.runtime.readyWaits.delete(shard.id);
  if (wait !== undefined) settle(wait);
}

/**
 * A cause that trying again cannot mend. A refused token stops every shard; a refused plan or configuration stops those that would identify under it,
 * and lets living sessions live.
 */
export function shardFatal(
  gateway: GatewayManager,
  shard: Shard,
  cause: { readonly code: GatewayErrorCode; readonly closeCode: number; readonly remedy: string },
  haltShard: (other: Shard) => void,
): void {
  const { code, closeCode, remedy } = cause;
  const error = new GatewayError(code, `shard ${shard.id}: Discord closed with ${closeCode}: ${remedy}`, {
    shardId: shard.id,
    status: closeCode,
  });
  rejectReady(gateway, shard, error);
  report(gateway, 'shardFatal', { shardId: shard.id, code, closeCode, remedy });
  const { runtime } = gateway;
  if (runtime.halted !== undefined) return;
  runtime.halted = error;
  if (code === 'tokenRejected') {
    runtime.governor
      .rejectToken()
      .catch((failure: unknown) => report(gateway, 'storeError', { store: 'identifies', error: failure }));
  }
  for (const other of gateway.shards.values()) {
    if (other !== shard && (code === 'tokenRejected' || other.state.session === undefined)) haltShard(other);
  }
}

/** Tells how far `spawnShards` is. */
export function reportProgress(gateway: GatewayManager): void {
  const { spawn } = gateway.runtime;
  if (spawn === undefined) return;
  const waiting = spawn.shardIds.filter((id) => gateway.shards.get(id)?.ready !== true);
  const perBucket = new Map<number, number>();
  for (const id of waiting) {
    if (gateway.shards.get(id)?.state.session !== undefined) continue;
    const bucket = id % gateway.maxConcurrency;
    perBucket.set(bucket, (perBucket.get(bucket) ?? 0) + 1);
  }
  const etaMs = Math.max(0, ...perBucket.values()) * gateway.spawnShardDelay;
  const ready = spawn.shardIds.length - waiting.length;
  report(gateway, 'spawnProgress', { ready, resumed: spawn.resumed.size, total: spawn.shardIds.length, etaMs });
}
