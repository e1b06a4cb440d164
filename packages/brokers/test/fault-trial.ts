import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJournal, type Sink } from '@shardgate/delivery';
import { onTestFinished } from 'vitest';
import { startBed, until, type BedOptions, type BrokerBed } from './broker-bed.ts';
import { judge, LONG, startLoad, type EventLoad, type Verdict } from './event-load.ts';

/** A sink under load, behind a delivery with a journal and its default bound of memory, as the service has it. */
export interface FaultTrial extends BrokerBed {
  readonly load: EventLoad;
  /** Resolves when so many more events have happened. */
  passed(events: number): Promise<void>;
  /** Resolves when the broker has confirmed so many, in whole batches. */
  confirmed(events: number): Promise<void>;
  /** The broker could take events again: from here on recovery is measured. */
  back(): void;
  /** Ends the load, waits until the sink has everything, and holds what a consumer got against what was sent. */
  verdict(read: () => Promise<readonly LoadEvent[]>, withinMs?: number): Promise<TrialVerdict>;
}

export interface LoadEvent {
  readonly channel_id: string;
  readonly n: number;
}

/** What became of the events. */
export interface TrialVerdict extends Verdict {
  /** Whether events in memory kept to the delivery's bound, but for those of a sync of the disk. */
  readonly keptMemory: boolean;
}

export interface TrialOptions extends BedOptions {
  readonly perSecond?: number;
}

const MIB = 2 ** 20;
const MEMORY_BYTES = 16 * MIB;
/** What comes while the disk writes cannot be let go yet. */
const SLACK_BYTES = 8 * MIB;
const LOOK_MS = 25;

/** Starts a trial; `what` names it in the figures that long runs print. */
export async function startTrial(what: string, sink: Sink, options: TrialOptions = {}): Promise<FaultTrial> {
  const { perSecond = 5_000, ...given } = options;
  const path = await mkdtemp(join(tmpdir(), 'shardgate-fault-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  const journal = createJournal({ path, sinks: [sink.name], ballastBytes: 0 });
  const bed = await startBed(sink, { journal, maxMemoryBytes: MEMORY_BYTES, ...given });
  const load = startLoad(bed, perSecond);
  const rssBefore = process.memoryUsage.rss();
  let peakRss = rssBefore;
  let peakEvents = 0;
  let backAt: number | undefined;
  let ackedAtBack = 0;
  let behindAtBack = 0;
  let firstMs: number | undefined;
  let allMs: number | undefined;

  const acknowledged = (): number =>
    bed.delivery.status(bed.delivery).lanes.reduce((sum, lane) => sum + lane.delivered, 0);
  const look = (): void => {
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
    peakEvents = Math.max(peakEvents, bed.delivery.status(bed.delivery).memoryBytes);
    if (backAt === undefined || allMs !== undefined) return;
    const acked = acknowledged();
    const sinceMs = performance.now() - backAt;
    if (acked > ackedAtBack) firstMs ??= sinceMs;
    if (acked >= behindAtBack) allMs = sinceMs;
  };
  const watch = setInterval(look, LOOK_MS);
  onTestFinished(() => {
    clearInterval(watch);
    load.stop();
  });

  return {
    ...bed,
    load,
    passed: async (events) => {
      const before = load.total;
      await until(() => load.total >= before + events);
    },
    confirmed: (events) => until(() => acknowledged() >= events),
    back: () => {
      backAt = performance.now();
      ackedAtBack = acknowledged();
      behindAtBack = load.total;
    },
    verdict: async (read, withinMs = 120_000) => {
      load.stop();
      await bed.drained(withinMs);
      look();
      clearInterval(watch);
      const got = await read();
      const verdict = judge(load.sent, got);
      const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1_000).toFixed(2));
      if (LONG)
        console.info(
          [
            `${what}: ${load.total} events, ${verdict.lost} lost, ${verdict.duplicates} doubled, ${verdict.outOfOrder} out of order`,
            `peak memory of events ${mib(peakEvents)}, peak RSS ${mib(peakRss)} (${mib(rssBefore)} before, test included)`,
            `first event ${seconds(firstMs)} s and all that waited ${seconds(allMs)} s after the broker was back`,
          ].join('; '),
        );
      return { ...verdict, keptMemory: peakEvents <= MEMORY_BYTES + SLACK_BYTES };
    },
  };
}

const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
