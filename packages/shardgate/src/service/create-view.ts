import type { Delivery } from '@shardgate/delivery';
import type { Clock, GatewayManager, SpawnProgress, WorkerStatus } from '@shardgate/gateway';
import type { Reshards } from './create-reshards.ts';
import type { EventMeter } from './event-meter.ts';
import type { IncidentLog } from './incident-log.ts';
import type { ProcessFigures } from './process-figures.ts';
import type { HistoryPoint, Overview, Readiness, ServiceView } from './service-view.ts';
import type { ShardCondition } from './shard-condition.ts';
import type { ShardJournal } from './shard-journal.ts';
import type { StateView } from './state-view.ts';
import { conditionOf, detailOf, summaryOf, summaryOfMissing } from './shard-views.ts';

const HISTORY_POINTS = 300;

export interface ViewParts {
  readonly gateway: GatewayManager;
  readonly delivery: Delivery;
  readonly clock: Clock;
  readonly version: string;
  readonly incidents: IncidentLog;
  readonly reshards: Reshards;
  readonly shardJournal: ShardJournal;
  readonly meter: EventMeter;
  readonly figures: ProcessFigures;
  /** Null without a cache. */
  readonly state: () => StateView | null;
  readonly workers: () => readonly WorkerStatus[];
}

/** The view of a running service, and what is to be called every second for it. */
export interface LiveView {
  readonly view: ServiceView;
  look(): void;
}

export function createView(parts: ViewParts): LiveView {
  const { gateway, delivery, clock, version, incidents, reshards, shardJournal, meter, figures } = parts;
  const startedAt = clock.wallTime();
  const started = clock.now();
  const history: HistoryPoint[] = [];
  let progress: SpawnProgress | undefined;
  let progressAt = 0;
  gateway.events.on('spawnProgress', (told) => {
    progress = told;
    progressAt = clock.now();
  });
  // It spoke of the old shards.
  gateway.events.on('resharded', () => {
    progress = undefined;
  });

  const conditions = (): Record<ShardCondition, number> => {
    const counts = { waiting: 0, connecting: 0, ready: 0, reconnecting: 0, paused: 0, failed: 0, stopped: 0 };
    for (const shard of gateway.shards.values()) counts[conditionOf(shard, shardJournal.of(shard.id))]++;
    // Those whose turn has not come are not there yet.
    counts.waiting += Math.max(0, (progress?.total ?? 0) - gateway.shards.size);
    return counts;
  };

  const overview = (): Overview => {
    const shards = conditions();
    let [guilds, unavailableGuilds, latencies, measured] = [0, 0, 0, 0];
    for (const shard of gateway.shards.values()) {
      guilds += shard.guilds.sizes.available + shard.guilds.sizes.unavailable;
      unavailableGuilds += shard.guilds.sizes.unavailable;
      if (!shard.ready || shard.heartbeat.latency === undefined) continue;
      latencies += shard.heartbeat.latency;
      measured++;
    }
    return {
      version,
      startedAt,
      uptimeMs: clock.now() - started,
      shards,
      shardsHere: Math.max(progress?.total ?? 0, gateway.shards.size),
      shardsTotal: gateway.maxShards,
      // It is told when a shard becomes ready; between two of them time passes.
      etaMs: Math.max(0, (progress?.etaMs ?? 0) - (clock.now() - progressAt)),
      guilds,
      unavailableGuilds,
      events: meter.total(),
      eventsPerSecond: meter.perSecond(),
      latencyMs: measured === 0 ? null : latencies / measured,
      rss: figures.rss(),
      cpu: figures.cpu(),
    };
  };

  const readiness = (): Readiness => {
    const { shards, shardsHere } = overview();
    const causes: string[] = [];
    const up = shards.ready + shards.paused;
    if (shardsHere === 0) causes.push('no shard has started yet');
    else if (up < shardsHere) causes.push(`${shardsHere - up} of ${shardsHere} shards are not ready`);
    if (shards.failed > 0) causes.push(`${shards.failed} shards failed and will not try again`);
    const { journal, sinks } = delivery.status(delivery);
    if (journal !== undefined && journal.health !== 'ok') causes.push(`the journal is ${journal.health}`);
    for (const { name, open } of sinks) if (!open) causes.push(`sink ${name} is not open`);
    return { ready: causes.length === 0, causes };
  };

  const view: ServiceView = {
    overview,
    readiness,
    shards() {
      const known = Array.from(gateway.shards.values(), (shard) => summaryOf(shard, shardJournal.of(shard.id), meter));
      const missing = Array.from({ length: progress?.total ?? 0 }, (_one, index) => gateway.firstShardId + index)
        .filter((id) => !gateway.shards.has(id))
        .map((id) => summaryOfMissing(id));
      return [...known, ...missing].toSorted((a, b) => a.id - b.id);
    },
    shard(id) {
      const shard = gateway.shards.get(id);
      return shard && detailOf(shard, shardJournal, meter);
    },
    delivery: () => delivery.status(delivery),
    budget: () => gateway.runtime.governor.status,
    resharding: reshards.view,
    state: parts.state,
    workers: parts.workers,
    eventRates: meter.rates,
    history: () => history,
    incidents: incidents.all,
    onIncident: incidents.listen,
  };

  return {
    view,
    look() {
      meter.look();
      figures.look();
      const { eventsPerSecond, latencyMs, shards, rss } = overview();
      const { lanes, journal } = delivery.status(delivery);
      history.push({
        at: clock.wallTime(),
        eventsPerSecond,
        latencyMs,
        ready: shards.ready,
        lag: lanes.reduce((sum, { lag }) => sum + lag, 0),
        journalBytes: journal?.bytes ?? 0,
        rss,
      });
      if (history.length > HISTORY_POINTS) history.shift();
    },
  };
}
