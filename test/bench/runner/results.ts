import type { BrokerId } from '../brokers/broker.ts';
import type { MixName } from '../mix/mix.ts';
import type { Machine } from '../report/machine.ts';
import type { StateResult } from '../state/state-result.ts';
import type { Cell, SubjectName } from './cell.ts';
import { cellKey } from './cell.ts';
import type { Run } from './run-subject.ts';
import type { StreamFacts } from './source-process.ts';

/** All runs of one cell, in the order of the rounds. */
export interface CellResult {
  readonly cell: Cell;
  readonly stream: Omit<StreamFacts, 'port'>;
  readonly runs: readonly Run[];
}

export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  readonly cells: readonly CellResult[];
  /** Cells without figures, and why. */
  readonly refused: readonly { readonly cell: Cell; readonly reason: string }[];
}

/** Idle shards of one program. */
export interface MemoryResult {
  readonly subject: SubjectName;
  readonly shards: number;
  /** RSS, bytes, of each round. */
  readonly few: readonly number[];
  readonly many: readonly number[];
}

/** Reading data that was received already, nanoseconds a message, of each round. */
export interface MicroResult {
  readonly mix: MixName;
  readonly payloadJson: readonly number[];
  readonly jsonParse: readonly number[];
  readonly payloadEtf: readonly number[];
  readonly decodeEtf: readonly number[];
  readonly erlpack: readonly number[] | null;
}

/** One run of a way through one thread or through workers. */
export interface WorkersRun {
  /** CPU time of the whole process for each event, microseconds. */
  readonly cpuUs: number;
  readonly perSecond: number;
}

/** A recorded stream through one thread, and through workers whose handler is inside them or in the main thread. */
export interface WorkersResult {
  readonly cpus: number;
  readonly oneThread: readonly WorkersRun[];
  readonly oneWorkerInside: readonly WorkersRun[];
  readonly oneWorkerMain: readonly WorkersRun[];
  readonly twoWorkersInside: readonly WorkersRun[];
  readonly twoWorkersMain: readonly WorkersRun[];
}

/** One round of events to a broker. */
export interface BrokerRun {
  /** CPU time of the gateway's process for each event, microseconds: to the broker, and with a handler that returns. */
  readonly cpuUs: number;
  readonly floorCpuUs: number;
  /** Events per second from the first to the last acknowledgement. */
  readonly perSecond: number;
  /** The part of the events that was written to the journal. */
  readonly journaledShare: number;
}

/** Events of the typical mix through a delivery to each broker. */
export interface BrokersResult {
  readonly brokers: readonly { readonly id: BrokerId; readonly runs: readonly BrokerRun[] }[];
  /** Brokers without figures, and why. */
  readonly notes: readonly string[];
}

/** Writes to the disk that are made durable one by one. */
export interface DiskResult {
  /** Of one write. */
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** What could not be built or started here, and why. */
  readonly notes: readonly string[];
  readonly pacedRate: number;
  readonly scenarios: readonly ScenarioResult[];
  readonly memory: readonly MemoryResult[];
  readonly micro: MicroResult | undefined;
  readonly workers?: WorkersResult | undefined;
  readonly state?: StateResult | undefined;
  readonly brokers?: BrokersResult | undefined;
  readonly disk?: DiskResult | undefined;
  /** Days on which the parts were measured, where that was not in one run. */
  readonly dates?: Readonly<Record<string, string>> | undefined;
}

/** Microseconds of CPU time for each event. */
export function cpuPerEvent(run: Run, phase: 'paced' | 'burst'): number {
  const { cpuMs, events } = run[phase];
  return (cpuMs * 1_000) / events;
}

export function eventsPerSecond(run: Run): number {
  return run.burst.events / (run.burst.wallMs / 1_000);
}

export function findCell(results: Results, scenario: string, cell: Cell): CellResult | undefined {
  return results.scenarios
    .find(({ id }) => id === scenario)
    ?.cells.find((result) => cellKey(result.cell) === cellKey(cell));
}
