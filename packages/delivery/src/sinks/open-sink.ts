import type { Delivery } from '../delivery.ts';
import { laneName, type LaneKey } from '../delivery-record.ts';
import { backOffMs } from '../lanes/back-off.ts';
import { lanesOfSlot } from '../lanes/lanes.ts';
import { pump } from '../lanes/pump.ts';
import type { SinkDoor } from '../sink.ts';
import { tell } from '../tell.ts';
import type { SinkSlot } from './sink-slot.ts';

/** Opens a sink, again and again until it is open or the delivery stops. */
export function openSink(delivery: Delivery, slot: SinkSlot): void {
  const { sink } = slot;
  const door: SinkDoor = {
    setReady: (ready, lane) => setReady(delivery, slot, ready, lane),
    report: (level, message) => tell(delivery, 'note', { sink: sink.name, level, message }),
  };
  const failed = (error: unknown): void => {
    if (delivery.runtime.state === 'stopped') return;
    slot.openFailures++;
    const retryInMs = backOffMs(slot.openFailures, delivery.random(), delivery.backOff);
    tell(delivery, 'sinkFailed', { sink: sink.name, error, retryInMs });
    slot.openTimer = delivery.clock.setTimer(() => openSink(delivery, slot), retryInMs);
  };
  const opened = (): void => {
    slot.isOpen = true;
    slot.openFailures = 0;
    tell(delivery, 'sinkOpen', { sink: sink.name });
    for (const lane of lanesOfSlot(delivery, slot)) pump(delivery, lane);
  };
  try {
    Promise.resolve(sink.open(door)).then(opened, failed);
  } catch (error) {
    failed(error);
  }
}

function setReady(delivery: Delivery, slot: SinkSlot, ready: boolean, key: LaneKey | undefined): void {
  if (key !== undefined) {
    const lane = delivery.runtime.lanes.get(laneName(key))?.find((one) => one.slot === slot);
    if (lane === undefined) return;
    lane.ready = ready;
    return pump(delivery, lane);
  }
  if (slot.isReady === ready) return;
  slot.isReady = ready;
  tell(delivery, 'sinkReady', { sink: slot.sink.name, ready });
  for (const lane of lanesOfSlot(delivery, slot)) pump(delivery, lane);
}
