import type { Delivery } from '../delivery.ts';
import { giveToJournal } from '../lanes/spill.ts';

/** Default of {@link DeliveryMethods.drain}. */
export async function drain(delivery: Delivery, deadlineMs: number = 5_000): Promise<void> {
  const { runtime, clock, journal } = delivery;
  if (runtime.state === 'running') runtime.state = 'draining';
  for (const source of runtime.sources.values()) giveToJournal(delivery, source, source.next - 1);
  await new Promise<void>((resolve) => {
    const timer = clock.setTimer(resolve, deadlineMs);
    runtime.onSettled = () => {
      for (const source of runtime.sources.values()) if (source.settled < source.next - 1) return;
      clock.clearTimer(timer);
      resolve();
    };
    runtime.onSettled();
  });
  runtime.onSettled = undefined;
  await journal?.flush();
}
