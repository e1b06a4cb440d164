import type { APIInteraction } from 'discord-api-types/v10';
import type { Delivery } from '../delivery.ts';
import type { DeliveryEvent } from '../delivery-record.ts';
import { ackedByRequired } from '../lanes/settlement.ts';
import type { Source } from '../lanes/source.ts';
import { tell } from '../tell.ts';

/** Interactions that may be watched at once; beyond it they are left to the consumer. */
const MAX_WATCHED = 1_000;

export const INTERACTION = 'INTERACTION_CREATE';

/** Watches an interaction, where somebody is to answer in the consumer's place. */
export function watchInteraction(delivery: Delivery, source: Source, event: DeliveryEvent): void {
  const { answer, answerAfterMs } = delivery.interactions;
  const { watched } = delivery.runtime;
  if (answer === undefined || watched.size >= MAX_WATCHED) return;
  const timer = delivery.clock.setTimer(() => {
    watched.delete(timer);
    if (ackedByRequired(delivery, source) >= event.offset) return;
    answerNow(delivery, event).catch((error: unknown) =>
      tell(delivery, 'error', { where: 'interactions.answer', error }),
    );
  }, answerAfterMs);
  watched.add(timer);
}

async function answerNow(delivery: Delivery, { bytes }: DeliveryEvent): Promise<void> {
  const { d } = JSON.parse(bytes.toString()) as { d: APIInteraction };
  await delivery.interactions.answer?.(d);
}

/** Whether an interaction is too old to be of use to anyone. */
export function isExpired(delivery: Delivery, { t, receivedAt }: DeliveryEvent): boolean {
  return t === INTERACTION && delivery.clock.wallTime() - receivedAt > delivery.interactions.maxAgeMs;
}
