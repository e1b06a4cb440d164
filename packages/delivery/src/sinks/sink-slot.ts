import type { TimerHandle } from '@shardgate/gateway';
import type { DeliveryRecord } from '../delivery-record.ts';
import type { Sink } from '../sink.ts';

/** A sink as an option: the sink itself, or with what is asked of it. */
export interface SinkSpec {
  readonly sink: Sink;
  /** Whether an event is settled only when this sink has it (or the journal has it for the sink). Default true. */
  readonly required?: boolean;
  /** Names of the only events it gets. Default: all. */
  readonly events?: readonly string[];
  /** Names of events it does not get. */
  readonly ignoreEvents?: readonly string[];
}

/** A sink among its lanes. */
export interface SinkSlot {
  readonly sink: Sink;
  readonly required: boolean;
  /** What is told beside events is wanted by all: a sink that cannot tell it passes over it. */
  wants: (record: DeliveryRecord) => boolean;
  /** `open` has succeeded. */
  isOpen: boolean;
  /** The sink takes batches of all lanes. */
  isReady: boolean;
  openFailures: number;
  openTimer: TimerHandle;
}

/** Which events a sink gets. */
export type SinkFilter = Pick<SinkSpec, 'events' | 'ignoreEvents'>;

export function createSinkSlot({ sink, required = true, ...filter }: SinkSpec): SinkSlot {
  return {
    sink,
    required,
    wants: createFilter(filter),
    isOpen: false,
    isReady: false,
    openFailures: 0,
    openTimer: undefined,
  };
}

export function createFilter({ events, ignoreEvents = [] }: SinkFilter): SinkSlot['wants'] {
  const only = events === undefined ? undefined : new Set(events);
  const without = new Set(ignoreEvents);
  return (record) => record.kind !== 'event' || ((only === undefined || only.has(record.t)) && !without.has(record.t));
}
