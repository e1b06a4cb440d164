import type { ReceivedEvent } from '../event.ts';
import { DONE, refusal, takenUpTo } from './answer.ts';
import type { Answer } from './answer.ts';
import { BATCH_TIME_MS } from './defaults.ts';
import type { EventMemory } from './event-memory.ts';
import type { Delivery } from './parse-body.ts';
import type { EventGap } from '../event-gap.ts';
import type { ReshardNotice } from '../reshard-notice.ts';
import { withinTime } from '../time-limit.ts';
import type { ReceiverSettings } from './receiver-options.ts';

/** A handler did not do its work; the event is to come again. */
class HandlerFailure extends Error {}

/** What handles the deliveries of a request. */
export interface EventHandling {
  readonly settings: ReceiverSettings;
  readonly events: EventMemory;
  /** The handler and all listeners of the event. */
  call(event: ReceivedEvent): Promise<void>;
  readonly counts: { handled: number; duplicates: number; failed: number; gaps: number; reshards: number };
}

/** Handles deliveries one after the other, and answers as soon as one fails or the time is up: with how far it came. */
export async function handleAll(handling: EventHandling, deliveries: readonly Delivery[]): Promise<Answer> {
  const { clock } = handling.settings;
  const started = clock.now();
  let reached: number | undefined;
  for (const delivery of deliveries) {
    if (reached !== undefined && clock.now() - started > BATCH_TIME_MS) return takenUpTo(reached);
    try {
      await handleOne(handling, delivery);
    } catch (error) {
      if (!(error instanceof HandlerFailure)) throw error;
      return reached === undefined ? refusal(500, 'The handler failed.') : takenUpTo(reached);
    }
    reached = delivery.offset;
  }
  return DONE;
}

async function handleOne(handling: EventHandling, delivery: Delivery): Promise<void> {
  const { settings, events, counts } = handling;
  if (delivery.kind === 'gap') {
    await attempt(handling, delivery.gap, () => settings.onGap(delivery.gap));
    counts.gaps += 1;
  } else if (delivery.kind === 'reshard') {
    await attempt(handling, delivery.reshard, () => settings.onReshard(delivery.reshard));
    counts.reshards += 1;
  } else if (delivery.kind === 'event') {
    const { event } = delivery;
    const work = (): Promise<void> => attempt(handling, event, () => handling.call(event));
    const isNew = event.id === null ? work().then(() => true) : events.once(event.id, work);
    if (await isNew) counts.handled += 1;
    else counts.duplicates += 1;
  }
}

/** Runs a handler within its time. What goes wrong is reported; it rejects when the event is to come again. */
async function attempt(
  { settings, counts }: EventHandling,
  subject: ReceivedEvent | EventGap | ReshardNotice,
  work: () => unknown,
): Promise<void> {
  try {
    const { clock, handlerTimeoutMs } = settings;
    const late = (): Error => new Error(`the handler took longer than ${handlerTimeoutMs} ms`);
    await withinTime(clock, handlerTimeoutMs, Promise.resolve().then(work), late);
  } catch (error) {
    counts.failed += 1;
    try {
      settings.onError(error, subject);
    } catch {
      // Who listens to trouble must not make more of it.
    }
    if (settings.retries) throw new HandlerFailure('failed', { cause: error });
  }
}
