import type { MetricFamily } from './metric-family.ts';

const STATES = ['idle', 'starting', 'running', 'down'] as const;

/** Threads or processes that hold the shards; nothing where the main thread does. */
export const workerFamilies: readonly MetricFamily[] = [
  {
    name: 'shardgate_workers',
    help: 'Workers that hold shards, by state.',
    type: 'gauge',
    labels: ['state'],
    read: ({ workers }) =>
      workers.length === 0
        ? []
        : STATES.map((state) => ({
            labels: { state },
            value: workers.filter((worker) => worker.state === state).length,
          })),
  },
  {
    name: 'shardgate_worker_losses_total',
    help: 'Workers that ended, hung or ran out of memory.',
    type: 'counter',
    labels: ['worker'],
    read: ({ workers }) =>
      workers.map(({ workerId, losses }) => ({ labels: { worker: `${workerId}` }, value: losses })),
  },
];
