import { collectDefaultMetrics, Registry } from 'prom-client';
import type { ServiceView } from '../service/service-view.ts';
import { budgetFamilies } from './budget-families.ts';
import { deliveryFamilies } from './delivery-families.ts';
import { followedCounter } from './followed-counter.ts';
import { laneFamilies } from './lane-families.ts';
import type { Reading } from './metric-family.ts';
import { refreshedGauge } from './refreshed-gauge.ts';
import { reshardFamilies } from './reshard-families.ts';
import { serviceFamilies } from './service-families.ts';
import { shardFamilies } from './shard-families.ts';
import { stateFamilies } from './state-families.ts';
import { twilightFamilies } from './twilight-families.ts';
import { workerFamilies } from './worker-families.ts';

/** Options of {@link createMetrics}. */
export interface MetricsOptions {
  readonly view: ServiceView;
  /** `twilight-dispatch` adds that program's names to ours. Default `shardgate`. */
  readonly profile?: 'shardgate' | 'twilight-dispatch';
  /** Shows each lane by itself, with a label `shard`, instead of their sums over the shards. Default false. */
  readonly perShardLanes?: boolean;
}

/** The metrics of a running service. */
export interface Metrics {
  /** What `text` is, for a Content-Type header. */
  readonly contentType: string;
  /** All metrics in Prometheus' text format 0.0.4, read at this moment. Calls that meet share one reading. */
  text(): Promise<string>;
}

/**
 * Creates the metrics of a service. Nothing happens per event: figures are read when somebody asks. The first reading starts what Node needs to
 * measure its event loop and its garbage collector.
 *
 * Counters follow the service's own and never go down, even where a shard or lane begins again.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function createMetrics({ view, profile = 'shardgate', perShardLanes = false }: MetricsOptions): Metrics {
  const registry = new Registry();
  const families = [
    ...serviceFamilies(),
    ...shardFamilies,
    ...budgetFamilies,
    ...reshardFamilies,
    ...laneFamilies({ perShard: perShardLanes }),
    ...deliveryFamilies,
    ...stateFamilies,
    ...workerFamilies,
    ...(profile === 'twilight-dispatch' ? twilightFamilies : []),
  ];
  const refreshers = families.map((family) =>
    family.type === 'counter' ? followedCounter(family, registry) : refreshedGauge(family, registry),
  );
  let measuresProcess = false;
  let underWay: Promise<string> | undefined;

  const read = async (): Promise<string> => {
    if (!measuresProcess) collectDefaultMetrics({ register: registry });
    measuresProcess = true;
    const reading = readingOf(view);
    for (const refresh of refreshers) refresh(reading);
    // prom-client 15 writes `Nan`, which the format does not know.
    return (await registry.metrics()).replace(/ Nan$/gm, ' NaN');
  };

  return {
    contentType: registry.contentType,
    text: () => (underWay ??= read().finally(() => (underWay = undefined))),
  };
}

function readingOf(view: ServiceView): Reading {
  const shards = view.shards();
  return {
    overview: view.overview(),
    readiness: view.readiness(),
    shards,
    details: shards.flatMap(({ id }) => view.shard(id) ?? []),
    delivery: view.delivery(),
    budget: view.budget(),
    reshard: view.resharding(),
    state: view.state(),
    workers: view.workers(),
    rates: view.eventRates(),
    incidents: view.incidents(),
  };
}
