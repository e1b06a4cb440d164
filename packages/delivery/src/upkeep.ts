import type { Delivery } from './delivery.ts';
import { failFlight } from './lanes/failure.ts';
import { pump } from './lanes/pump.ts';
import { retireSources } from './lanes/retirement.ts';
import { journalOverdue } from './lanes/spill.ts';

/** How often unacknowledged events are looked at, at the least, milliseconds. */
const LONGEST_TICK_MS = 100;
const SHORTEST_TICK_MS = 10;

/** Starts the one timer of a delivery: what waits too long goes to the journal, batches without an answer are given up. */
export function startUpkeep(delivery: Delivery): void {
  const { runtime, clock } = delivery;
  const tickMs = Math.max(SHORTEST_TICK_MS, Math.min(LONGEST_TICK_MS, delivery.journalAfterMs / 2));
  runtime.upkeepTimer = clock.setTimer(() => {
    if (runtime.state === 'stopped') return;
    for (const source of runtime.sources.values()) {
      if (source.count > 0) journalOverdue(delivery, source);
    }
    failOverdue(delivery);
    retireSources(delivery);
    startUpkeep(delivery);
  }, tickMs);
}

/** A consumer that took a batch and says nothing: it is sent again. */
function failOverdue(delivery: Delivery): void {
  const limit = delivery.clock.now() - delivery.ackTimeoutMs;
  for (const lanes of delivery.runtime.lanes.values()) {
    for (const lane of lanes) {
      const first = lane.flights.find(({ done }) => !done);
      if (first === undefined || first.startedAt > limit) continue;
      failFlight(delivery, lane, first, new Error(`not acknowledged within ${delivery.ackTimeoutMs} ms`), pump);
    }
  }
}
