import type { Delivery } from '../delivery.ts';
import { lanesOfSlot } from '../lanes/lanes.ts';
import { tell } from '../tell.ts';

/** Default of {@link DeliveryMethods.stop}. */
export async function stop(delivery: Delivery): Promise<void> {
  const { runtime, clock } = delivery;
  if (runtime.state === 'stopped') return;
  if (runtime.state !== 'idle') await delivery.drain(delivery);
  runtime.state = 'stopped';
  clock.clearTimer(runtime.upkeepTimer);
  for (const timer of runtime.watched) clock.clearTimer(timer);
  for (const slot of runtime.slots) {
    slot.isOpen = false;
    clock.clearTimer(slot.openTimer);
    for (const lane of lanesOfSlot(delivery, slot)) clock.clearTimer(lane.retryTimer);
  }
  const closing = runtime.slots.map(({ sink }) => [sink.name, sink.close()] as const);
  for (const [where, closed] of closing)
    await closed.catch((error: unknown) => tell(delivery, 'error', { where: `sink ${where}`, error }));
  await delivery.deadLetters?.close();
  await delivery.journal?.close();
}
