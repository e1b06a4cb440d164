import type { DeliveryStatus, JournalStatus } from '@shardgate/delivery';
import { single, type MetricFamily, type Reading } from './metric-family.ts';
import { toSeconds } from './seconds.ts';

const HEALTHS: readonly JournalStatus['health'][] = ['ok', 'degraded', 'full'];

/** What is kept for the sinks, in memory and in the journal. The journal's metrics are absent without one. */
export const deliveryFamilies: readonly MetricFamily[] = [
  single('gauge', 'shardgate_delivery_memory_bytes', 'Events held in memory.', ({ delivery }) => delivery.memoryBytes),
  single(
    'counter',
    'shardgate_delivery_accepted_events_total',
    'Events taken to be delivered.',
    ({ delivery }) => delivery.counts.accepted,
  ),
  single(
    'counter',
    'shardgate_delivery_duplicate_events_total',
    'Events that were taken before.',
    ({ delivery }) => delivery.counts.duplicates,
  ),
  single(
    'counter',
    'shardgate_delivery_journaled_events_total',
    'Events settled by the disk instead of by a sink.',
    ({ delivery }) => delivery.counts.journaled,
  ),
  sink('shardgate_sink_open', '1 while the sink is open, else 0.', ({ open }) => open),
  sink('shardgate_sink_ready', '1 while the sink takes batches of all lanes, else 0.', ({ ready }) => ready),
  journal('gauge', 'shardgate_journal_bytes', 'Size on disk.', ({ bytes }) => bytes),
  journal('gauge', 'shardgate_journal_segments', 'Files on disk.', ({ segments }) => segments),
  journal('gauge', 'shardgate_journal_pending_records', 'Records that wait for the disk.', (status) => {
    return status.pendingRecords;
  }),
  journal('gauge', 'shardgate_journal_pending_bytes', 'Bytes that wait for the disk.', (status) => status.pendingBytes),
  journal('gauge', 'shardgate_journal_oldest_age_seconds', 'Age of the oldest record; 0 when empty.', (status) =>
    toSeconds(status.oldestAgeMs),
  ),
  {
    name: 'shardgate_journal_health',
    help: '1 for the state that the journal is in, 0 for the others.',
    type: 'gauge',
    labels: ['state'],
    read: ({ delivery: { journal: status } }) =>
      status === undefined
        ? []
        : HEALTHS.map((state) => ({ labels: { state }, value: status.health === state ? 1 : 0 })),
  },
  journal('counter', 'shardgate_journal_appended_records_total', 'Records taken.', ({ appended }) => appended),
  journal('counter', 'shardgate_journal_dropped_records_total', 'Records dropped for want of room.', (status) => {
    return status.dropped;
  }),
  journal('counter', 'shardgate_journal_syncs_total', 'Times that the disk was told to keep.', ({ syncs }) => syncs),
];

function sink(name: string, help: string, isSo: (status: DeliveryStatus['sinks'][number]) => boolean): MetricFamily {
  const read = ({ delivery }: Reading) =>
    delivery.sinks.map((status) => ({ labels: { sink: status.name }, value: isSo(status) ? 1 : 0 }));
  return { name, help, type: 'gauge', labels: ['sink'], read };
}

function journal(
  type: MetricFamily['type'],
  name: string,
  help: string,
  valueOf: (status: JournalStatus) => number,
): MetricFamily {
  return single(type, name, help, ({ delivery }) =>
    delivery.journal === undefined ? null : valueOf(delivery.journal),
  );
}
