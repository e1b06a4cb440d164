import type { ReceivedEvent } from '../event.ts';
import { DONE, refusal, takenUpTo } from './answer.ts';
import type { Answer } from './answer.ts';
import { BATCH_TIME_MS } from './defaults.ts';
import type { HandledEvents } from './handled-events.ts';
import type { Delivery } from './parse-body.ts';
import type { EventGap } from '../event-gap.ts';
import type { ReshardNotice } from '../reshard-notice.ts';
import { isThenable } from '../thenable.ts';
import { withinTime } from '../time-limit.ts';
import type { ReceiverSettings } from './receiver-options.ts';

/** A handler did not do its work; the event is to come again. */
class HandlerFailure extends Error {}

/** What handles the deliveries of a request. */
export interface EventHandling {
  readonly settings: ReceiverSettings;
  readonly events: HandledEvents;
  /** The handler and all listeners of the event. */
  readonly call: (event: ReceivedEvent) => unknown;
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
      const pending = handleOne(handling, delivery);
      // Most handlers are done at once.
      if (pending !== undefined) await pending;
    } catch (error) {
      if (!(error instanceof HandlerFailure)) throw error;
      return reached === undefined ? refusal(500, 'The handler failed.') : takenUpTo(reached);
    }
    reached = delivery.offset;
  }
  return DONE;
}

/** A promise only where somebody has to wait. */
function handleOne(handling: EventHandling, delivery: Delivery): Promise<void> | undefined {
  const { settings, counts } = handling;
  switch (delivery.kind) {
    case 'event':
      return handleEvent(handling, delivery.event);
    case 'gap':
      return after(attempt(handling, delivery.gap, settings.onGap), () => void (counts.gaps += 1));
    case 'reshard':
      return after(attempt(handling, delivery.reshard, settings.onReshard), () => void (counts.reshards += 1));
    case 'other':
      return undefined;
  }
}

function handleEvent(handling: EventHandling, event: ReceivedEvent): Promise<void> | undefined {
  const { counts } = handling;
  const isNew = handling.events.once(event, () => attempt(handling, event, handling.call));
  if (typeof isNew !== 'boolean') return isNew.then((was) => countEvent(counts, was));
  countEvent(counts, isNew);
  return undefined;
}

function countEvent(counts: EventHandling['counts'], isNew: boolean): void {
  if (isNew) counts.handled += 1;
  else counts.duplicates += 1;
}

function after(pending: Promise<void> | undefined, then: () => void): Promise<void> | undefined {
  if (pending !== undefined) return pending.then(then);
  then();
  return undefined;
}

/** Runs a handler within its time. What goes wrong is reported; it throws or rejects when the event is to come again. */
function attempt<Subject extends ReceivedEvent | EventGap | ReshardNotice>(
  handling: EventHandling,
  subject: Subject,
  work: (subject: Subject) => unknown,
): Promise<void> | undefined {
  let result: unknown;
  try {
    result = work(subject);
  } catch (error) {
    failed(handling, subject, error);
    return undefined;
  }
  return isThenable(result) ? waitFor(handling, subject, result) : undefined;
}

async function waitFor(
  handling: EventHandling,
  subject: ReceivedEvent | EventGap | ReshardNotice,
  result: PromiseLike<unknown>,
): Promise<void> {
  const { clock, handlerTimeoutMs } = handling.settings;
  try {
    await withinTime(
      clock,
      handlerTimeoutMs,
      result,
      () => new Error(`the handler took longer than ${handlerTimeoutMs} ms`),
    );
  } catch (error) {
    failed(handling, subject, error);
  }
}

/** @throws {HandlerFailure} the event is to come again */
function failed(
  { settings, counts }: EventHandling,
  subject: ReceivedEvent | EventGap | ReshardNotice,
  error: unknown,
): void {
  counts.failed += 1;
  try {
    settings.onError(error, subject);
  } catch {
    // Who listens to trouble must not make more of it.
  }
  if (settings.retries) throw new HandlerFailure('failed', { cause: error });
}
