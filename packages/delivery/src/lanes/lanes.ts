import type { Delivery } from '../delivery.ts';
import type { SinkSlot } from '../sinks/sink-slot.ts';
import type { Lane } from './lane.ts';
import type { Source } from './source.ts';

/** The lanes of a source, one for each sink. */
export function lanesOf(delivery: Delivery, source: Source): readonly Lane[] {
  return delivery.runtime.lanes.get(source.name) ?? [];
}

/** The lanes of a sink, one for each shard. */
export function lanesOfSlot(delivery: Delivery, slot: SinkSlot): Lane[] {
  const lanes: Lane[] = [];
  for (const all of delivery.runtime.lanes.values()) for (const lane of all) if (lane.slot === slot) lanes.push(lane);
  return lanes;
}
