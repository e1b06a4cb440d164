import type { SinkSlot } from '../sinks/sink-slot.ts';
import type { Lane } from './lane.ts';
import type { Source } from './source.ts';

/** A moment between two generations of shards. A sink gets nothing that came after it before it has acknowledged everything that came before. */
export interface Cut {
  /** Offset of the first record after it, by source. One that is not here began after it. */
  readonly marks: ReadonlyMap<Source, number>;
  /** Lanes whose sink has not acknowledged everything before it. */
  readonly waiting: Map<SinkSlot, Set<Lane>>;
  /** Called when a sink has everything. */
  readonly onPassed: (slot: SinkSlot) => void;
}
