import type { BrokerRun, BrokersResult } from '../runner/results.ts';
import { spread } from '../runner/statistics.ts';
import { BROKER_NAMES } from './names.ts';
import { shown, table } from './tables.ts';

const MICROSECONDS = 1_000_000;

export function brokersTable({ brokers }: BrokersResult): string {
  const rows = brokers.map(({ id, runs }) => {
    const of = (figure: (run: BrokerRun) => number, digits: number): string => shown(spread(runs.map(figure)), digits);
    return [
      BROKER_NAMES[id],
      of(({ perSecond }) => perSecond, 0),
      of(({ cpuUs }) => cpuUs, 1),
      of(({ floorCpuUs }) => floorCpuUs, 1),
      of(({ cpuUs }) => MICROSECONDS / cpuUs, 0),
      of(({ journaledShare }) => journaledShare * 100, 0),
    ];
  });
  return table(
    [
      'where to',
      'events/s, acknowledged',
      'gateway’s CPU µs/event',
      'the same without a sink',
      'events per CPU second of the gateway',
      '% written to the journal',
    ],
    rows,
  );
}

export function brokersSection(result: BrokersResult): string {
  const notes = result.notes.map((note) => `\n\nNot measured: ${note}.`).join('');
  return `## Brokers

Four shards, typical mix, as bytes into a delivery with the journal’s defaults and the sink required; no sockets to Discord. A real server for each, and where one is named a consumer in a
process of its own that acknowledges everything. At most 512 events of a shard are under way (256 to RabbitMQ), so that what is seen is the broker’s pace and not that of the journal, which takes what has waited for 250 ms.
The gateway has one thread, so one core at most; server and consumer have the rest of the machine, and share it with the gateway where that is two cores: what RabbitMQ reaches there is up to the server
(last but one column: what the gateway could do if the server had no limit). Messages to RabbitMQ are persistent and confirmed, with twilight-dispatch’s exchange and a durable classic queue where no other is named.

${brokersTable(result)}${notes}`;
}
