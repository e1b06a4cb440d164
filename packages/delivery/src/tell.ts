import type { Delivery } from './delivery.ts';
import type { DeliveryEvents } from './delivery-events.ts';

/** Emits an event of the delivery; a listener that throws harms no one. */
export function tell<Name extends keyof DeliveryEvents>(
  delivery: Delivery,
  name: Name,
  event: Parameters<DeliveryEvents[Name]>[0],
): void {
  try {
    // The emitter's types cannot see that the event belongs to the name.
    (delivery.events.emit as (name: string, event: unknown) => boolean)(name, event);
  } catch (error) {
    if (name !== 'error') tell(delivery, 'error', { where: `listener of ${name}`, error });
  }
}
