import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createWorkerPool, type GatewayManager, type WorkerPool } from '@shardgate/gateway';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../log/create-log.ts';
import type { IncidentLog } from './incident-log.ts';

interface WorkersContext {
  readonly gateway: GatewayManager;
  readonly incidents: IncidentLog;
  readonly log: Log;
}

/** Has workers hold the shards, and tells of those that are lost; undefined where the main thread does. */
export function createWorkers(
  { workers }: Pick<Configuration, 'workers'>,
  { gateway, incidents, log }: WorkersContext,
): WorkerPool | undefined {
  const { count, isolation, maxMemoryMb, hangAfterMs, module } = workers;
  if (count === 0) return undefined;
  const pool = createWorkerPool({
    maxClusters: count,
    // The next shard goes to the next worker, so that each is used.
    shardsPerCluster: 1,
    isolation,
    hangAfterMs,
    ...(maxMemoryMb === null ? {} : { maxMemoryMb }),
    ...(module === null ? {} : { module: pathToFileURL(resolve(module)) }),
  });
  pool.events.on('workerStarted', ({ workerId, tookMs }) =>
    log.info({ workerId, tookMs: Math.round(tookMs) }, `worker ${workerId} is up`),
  );
  pool.events.on('workerLost', ({ workerId, cause, error, shardIds, retryInMs }) => {
    const why = error instanceof Error ? `${cause}: ${error.message}` : cause;
    const text = `worker ${workerId} is gone (${why}); its ${shardIds.length} shards resume in a new one in ${(retryInMs / 1_000).toFixed(1)} s`;
    incidents.tell({ level: 'error', kind: 'workerLost', text });
    log.error({ kind: 'workerLost', workerId, cause }, text);
  });
  pool.attach(gateway);
  return pool;
}
