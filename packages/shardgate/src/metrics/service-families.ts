import type { Incident } from '../service/service-view.ts';
import { single, type MetricFamily, type Sample } from './metric-family.ts';
import { toSeconds } from './seconds.ts';

/** The process as a whole, and what it received. */
export function serviceFamilies(): MetricFamily[] {
  const incidents = createIncidentCount();
  return [
    {
      name: 'shardgate_info',
      help: 'Always 1; the label says which version runs.',
      type: 'gauge',
      labels: ['version'],
      read: ({ overview }) => [{ labels: { version: overview.version }, value: 1 }],
    },
    single('gauge', 'shardgate_ready', '1 while the process does its work, as /readyz says; else 0.', (reading) =>
      reading.readiness.ready ? 1 : 0,
    ),
    single(
      'gauge',
      'shardgate_ready_eta_seconds',
      'Time until the last shard can be ready; 0 when all are.',
      (reading) => toSeconds(reading.overview.etaMs),
    ),
    single('gauge', 'shardgate_guilds', 'Guilds of the shards of this process.', ({ overview }) => overview.guilds),
    single(
      'gauge',
      'shardgate_unavailable_guilds',
      'Guilds that Discord cannot serve at present.',
      ({ overview }) => overview.unavailableGuilds,
    ),
    single(
      'gauge',
      'shardgate_latency_seconds',
      'From heartbeat to acknowledgement, mean over the ready shards; absent without one.',
      ({ overview }) => toSeconds(overview.latencyMs),
    ),
    {
      name: 'shardgate_events_total',
      help: 'Events received from Discord, by type.',
      type: 'counter',
      labels: ['type'],
      read: ({ rates }) => rates.map(({ type, count }) => ({ labels: { type }, value: count })),
    },
    {
      name: 'shardgate_incidents_total',
      help: 'What the operator was told, by level and kind; at most the newest 200 between two scrapes.',
      type: 'counter',
      labels: ['level', 'kind'],
      read: (reading) => incidents.follow(reading.incidents),
    },
  ];
}

/** Counts incidents, which the service does not: it shows the newest, and numbers them. */
function createIncidentCount(): { follow(incidents: readonly Incident[]): Sample[] } {
  const totals = new Map<string, { readonly labels: Record<string, string>; value: number }>();
  let newest = 0;
  return {
    follow(incidents) {
      for (const { id, level, kind } of incidents) {
        if (id <= newest) continue;
        const key = `${level} ${kind}`;
        const total = totals.get(key) ?? { labels: { level, kind }, value: 0 };
        total.value++;
        totals.set(key, total);
      }
      newest = incidents.reduce((most, { id }) => Math.max(most, id), newest);
      return [...totals.values()];
    },
  };
}
