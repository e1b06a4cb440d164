import type { Delivery } from '../delivery.ts';
import { createFilter, type SinkFilter } from '../sinks/sink-slot.ts';

/** Default of {@link DeliveryMethods.filterSink}. */
export function filterSink(delivery: Delivery, name: string, filter: SinkFilter): void {
  const { slots } = delivery.runtime;
  const slot = slots.find(({ sink }) => sink.name === name);
  if (slot === undefined) {
    const names = slots.map(({ sink }) => sink.name).join(', ');
    throw new RangeError(`sink '${name}' is not here; there are ${names}`);
  }
  slot.wants = createFilter(filter);
}
