import type { Delivery } from '../delivery.ts';
import type { SinkSlot } from '../sinks/sink-slot.ts';
import type { Cut } from './cut.ts';
import type { Lane } from './lane.ts';
import { lanesOf } from './lanes.ts';
import type { Source } from './source.ts';

/** Highest offset that a lane may send now. */
export function lastSendable({ runtime }: Delivery, { slot, source }: Lane): number {
  for (const { waiting, marks } of runtime.cuts)
    if (waiting.has(slot)) return (marks.get(source) ?? Number.NEGATIVE_INFINITY) - 1;
  return Number.POSITIVE_INFINITY;
}

/** The lanes of a source have moved: sinks that have everything before a cut go on behind it. */
export function passCuts(delivery: Delivery, source: Source): void {
  const { runtime } = delivery;
  if (runtime.cuts.length === 0) return;
  const passed: [Cut, SinkSlot][] = [];
  for (const cut of runtime.cuts) {
    const mark = cut.marks.get(source);
    if (mark === undefined) continue;
    for (const lane of lanesOf(delivery, source)) {
      const lanes = cut.waiting.get(lane.slot);
      if (lane.acked < mark - 1 || lanes?.delete(lane) !== true || lanes.size > 0) continue;
      cut.waiting.delete(lane.slot);
      passed.push([cut, lane.slot]);
    }
  }
  if (passed.length === 0) return;
  runtime.cuts = runtime.cuts.filter(({ waiting }) => waiting.size > 0);
  for (const [cut, slot] of passed) cut.onPassed(slot);
}
