import type { DeliveryStatus } from '@shardgate/delivery';
import type { IdentifyStatus, WorkerStatus } from '@shardgate/gateway';
import type { ReshardView } from '../service/reshard-view.ts';
import type { StateView } from '../service/state-view.ts';
import type { EventRate, Incident, Overview, Readiness, ShardDetail, ShardSummary } from '../service/service-view.ts';

/** Everything that one scrape shows: read once, so that its figures belong together. */
export interface Reading {
  readonly overview: Overview;
  readonly readiness: Readiness;
  readonly shards: readonly ShardSummary[];
  readonly details: readonly ShardDetail[];
  readonly delivery: DeliveryStatus;
  readonly budget: IdentifyStatus;
  readonly reshard: ReshardView;
  /** Null without a cache. */
  readonly state: StateView | null;
  /** Empty where the main thread holds the shards. */
  readonly workers: readonly WorkerStatus[];
  readonly rates: readonly EventRate[];
  readonly incidents: readonly Incident[];
}

/** One figure. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Left out where it is null: there is nothing to tell. */
  readonly value: number | null;
  /**
   * Whose count this is. Several sources may add up in one set of labels; each is followed by itself, so that one which goes away, or begins
   * again, never makes the sum smaller. Default: the labels are the source.
   */
  readonly source?: string;
}

/** A metric: its name, what is said about it, and where its figures come from. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels?: readonly string[];
  /** Of a counter: what the sources have counted so far; the metric grows by what they grew. */
  read(reading: Reading): Iterable<Sample>;
}

/** A family of one figure without labels. */
export function single(
  type: MetricFamily['type'],
  name: string,
  help: string,
  valueOf: (reading: Reading) => number | null,
): MetricFamily {
  return { name, help, type, read: (reading) => [{ value: valueOf(reading) }] };
}
