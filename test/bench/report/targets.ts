import type { BrokerId } from '../brokers/broker.ts';
import type { SubjectName } from '../runner/cell.ts';
import type { CellResult, Results, WorkersRun } from '../runner/results.ts';
import type { DeliveryFigures } from '../runner/messages.ts';
import { cpuPerEvent, eventsPerSecond, findCell } from '../runner/results.ts';
import { FLOOD_RATE, HEADLINE, MANY_SHARDS } from '../runner/scenarios.ts';
import { paired, spread } from '../runner/statistics.ts';
import type { Spread } from '../runner/statistics.ts';
import { stateTargets } from './state-targets.ts';
import { BROKER_NAMES, SUBJECT_NAMES } from './names.ts';

export interface Target {
  readonly what: string;
  readonly limit: number;
  /** Whether more is better. */
  readonly isLeast?: boolean;
  readonly unit: string;
  /** Undefined where it was not measured in this run, or could not be. */
  readonly seen: Spread | undefined;
  readonly met: boolean | undefined;
}

/** Typical mix, JSON, zlib-stream, 4 shards. */
const RECEIVE_LIMITS: Readonly<Partial<Record<SubjectName, number>>> = {
  floor: 1,
  'discordjs-ws': 0.4,
  'discordjs-ws-native': 0.4,
  discordeno: 0.2,
  cloudstorm: 0.6,
};

/** Events per second that a broker has to have acknowledged. */
const BROKER_LIMITS: Readonly<Partial<Record<BrokerId, number>>> = {
  rabbitmq: 15_000,
  'rabbitmq-quorum': 15_000,
  'redis-list': 60_000,
  jetstream: 20_000,
  'grpc-stream': 40_000,
};

/** Everything the issue asks for, held against what was seen. */
export function targets(results: Results): readonly Target[] {
  const receive = (Object.entries(RECEIVE_LIMITS) as [SubjectName, number][]).flatMap(([subject, limit]) =>
    (['paced', 'burst'] as const).map((phase) => {
      const figures = (of: SubjectName): readonly number[] | undefined =>
        cpu(findCell(results, 'headline', { ...HEADLINE, subject: of }), phase);
      const what = `CPU per event, ${phase}: Shardgate vs ${SUBJECT_NAMES[subject]}`;
      return target(what, limit, '×', paired(figures('shardgate'), figures(subject)));
    }),
  );
  const scale = (['paced', 'burst'] as const).map((phase) => {
    const figures = (shards: number): readonly number[] | undefined =>
      cpu(findCell(results, 'scale', { ...HEADLINE, shards, subject: 'shardgate' }), phase);
    return target(
      `CPU per event, ${phase}: ${MANY_SHARDS} shards vs 4`,
      1.3,
      '×',
      paired(figures(MANY_SHARDS), figures(4)),
    );
  });
  const delivered = (['delivery-unix', 'delivery-websocket'] as const).flatMap((subject) =>
    (['paced', 'burst'] as const).map((phase) => {
      const what = `CPU per event, ${phase}: ${SUBJECT_NAMES[subject]} vs no delivery`;
      return target(what, 1.4, '×', besideReceivePath(results, 'delivery', subject, phase));
    }),
  );
  const flooded = (['delivery-unix', 'delivery-websocket'] as const).map((subject) => {
    const what = `CPU per event, both at ${FLOOD_RATE.toLocaleString('en-US')} events/s: ${SUBJECT_NAMES[subject]} vs no delivery`;
    return target(what, 1.4, '×', besideReceivePath(results, 'delivery-flood', subject, 'paced'));
  });
  const deliveryOf = (
    scenario: string,
    subject: SubjectName,
    figure: (figures: DeliveryFigures) => number | null,
  ): Spread | undefined => {
    const runs = findCell(results, scenario, { ...HEADLINE, subject })?.runs ?? [];
    return spread(runs.flatMap(({ paced: { delivery } }) => (delivery === undefined ? [] : (figure(delivery) ?? []))));
  };
  const perSecond = (subject: SubjectName): readonly number[] | undefined =>
    findCell(results, 'delivery-http', { ...HEADLINE, subject })?.runs.map(eventsPerSecond);
  const { micro, workers } = results;
  const crossing = workers?.oneWorkerMain.map(
    ({ cpuUs }, round) => cpuUs - (workers.oneWorkerInside[round]?.cpuUs ?? Number.NaN),
  );
  return [
    ...receive,
    ...scale,
    ...flooded,
    ...delivered,
    target(
      'events on the disk with a healthy consumer, paced',
      1,
      '%',
      deliveryOf('delivery', 'delivery-unix', ({ journaledShare }) => journaledShare * 100),
    ),
    target(
      'receive → disk, p99 at 10,000 events/s',
      10,
      'ms',
      deliveryOf('delivery-disk', 'delivery-durable', ({ durableP99Ms }) => durableP99Ms),
    ),
    target(
      'events/s over HTTP: fetch for each event vs batches',
      0.05,
      '×',
      paired(perSecond('fetch'), perSecond('delivery-http')),
    ),
    target(`RSS per idle zlib-stream shard, ${MANY_SHARDS} shards`, 200, 'KB', memoryPerShard(results, 'shardgate')),
    target(
      'reading payload.d (JSON) vs JSON.parse(bytes.toString())',
      1.1,
      '×',
      paired(micro?.payloadJson, micro?.jsonParse),
    ),
    target('reading payload.d (ETF) vs erlpack.unpack', 1, '×', paired(micro?.payloadEtf, micro?.erlpack ?? undefined)),
    target(
      'events/s of one thread vs two workers on two cores',
      1 / 1.6,
      '×',
      paired(perSecondOf(workers?.oneThread), perSecondOf(workers?.twoWorkersInside)),
    ),
    target('CPU for each event to cross threads', 2.5, 'µs', spread(crossing ?? [])),
    target('decodeEtf vs erlpack.unpack', 1, '×', paired(micro?.decodeEtf, micro?.erlpack ?? undefined)),
    ...stateTargets(results).map(({ what, limit, unit, seen }) => target(what, limit, unit, seen)),
    ...brokerTargets(results),
  ];
}

/** What an event costs with a consumer, as a multiple of what it costs without. */
function besideReceivePath(
  results: Results,
  scenario: string,
  subject: SubjectName,
  phase: 'paced' | 'burst',
): Spread | undefined {
  const figures = (of: SubjectName): readonly number[] | undefined =>
    cpu(findCell(results, scenario, { ...HEADLINE, subject: of }), phase);
  return paired(figures(subject), figures('shardgate'));
}

function brokerTargets({ brokers: result }: Results): readonly Target[] {
  return (Object.entries(BROKER_LIMITS) as [BrokerId, number][]).map(([id, limit]) => {
    const runs = result?.brokers.find((one) => one.id === id)?.runs ?? [];
    const seen = spread(runs.map(({ perSecond }) => perSecond));
    const met = seen === undefined ? undefined : seen.median >= limit;
    return { what: `events/s to ${BROKER_NAMES[id]}`, limit, isLeast: true, unit: '', seen, met };
  });
}

/** KB for each shard beyond the first. */
export function memoryPerShard(results: Results, subject: SubjectName): Spread | undefined {
  const memory = results.memory.find((result) => result.subject === subject);
  if (memory === undefined) return undefined;
  const kilobytes = (bytes: readonly number[]): number[] => bytes.map((value) => value / 1_024 / (memory.shards - 1));
  const few = kilobytes(memory.few);
  const values = kilobytes(memory.many).map((value, round) => value - (few[round] ?? NaN));
  return paired(
    values,
    values.map(() => 1),
  );
}

function perSecondOf(runs: readonly WorkersRun[] | undefined): readonly number[] | undefined {
  return runs?.map(({ perSecond }) => perSecond);
}

function target(what: string, limit: number, unit: string, seen: Spread | undefined): Target {
  return { what, limit, unit, seen, met: seen === undefined ? undefined : seen.median <= limit };
}

function cpu(result: CellResult | undefined, phase: 'paced' | 'burst'): readonly number[] | undefined {
  return result?.runs.map((run) => cpuPerEvent(run, phase));
}
