import type { Delivery } from '../delivery.ts';
import { laneName, type LaneKey } from '../delivery-record.ts';
import { takeUpRecovered } from '../lanes/generations.ts';
import { cursorStored } from '../lanes/settlement.ts';
import { becameDurable } from '../lanes/spill.ts';
import { openSink } from '../sinks/open-sink.ts';
import { tell } from '../tell.ts';
import { startUpkeep } from '../upkeep.ts';

/** Default of {@link DeliveryMethods.start}. */
export async function start(delivery: Delivery): Promise<void> {
  const { runtime } = delivery;
  if (runtime.state !== 'idle') throw new Error(`the delivery is ${runtime.state}; start is for a new one, once`);
  runtime.state = 'starting';
  try {
    await recover(delivery);
  } catch (error) {
    runtime.state = 'idle';
    throw error;
  }
  runtime.state = 'running';
  startUpkeep(delivery);
  for (const slot of runtime.slots) openSink(delivery, slot);
}

/** Takes up what earlier processes left: every lane with a backlog is there before the first event. */
async function recover(delivery: Delivery): Promise<void> {
  const { journal, runtime } = delivery;
  if (journal === undefined) return;
  journal.listener = {
    onDurable: (lane, offset) => {
      const source = runtime.sources.get(laneName(lane));
      if (source !== undefined) becameDurable(delivery, source, offset);
    },
    onCursor: (sink, key, offset) => {
      const lane = runtime.lanes.get(laneName(key))?.find(({ slot }) => slot.sink.name === sink);
      if (lane !== undefined) cursorStored(lane, offset);
    },
    onGap: (gap) => {
      for (const lane of runtime.lanes.get(laneName(gap)) ?? []) if (lane.slot.required) lane.counts.gaps++;
      tell(delivery, 'gap', gap);
    },
    onRoom: () => hasRoom(delivery),
  };
  const { lanes, cursors, damage } = await journal.open();
  for (const detail of damage) tell(delivery, 'journalDamage', { detail });
  for (const lane of lanes) {
    const own = cursors.filter((cursor) => isLane(cursor, lane));
    const bySink = new Map(own.map(({ sink, offset }) => [sink, offset] as const));
    runtime.recovered.set(laneName(lane), { ...lane, cursors: bySink });
  }
  takeUpRecovered(delivery);
}

function isLane(one: LaneKey, other: LaneKey): boolean {
  return one.shardId === other.shardId && one.shardCount === other.shardCount;
}

function hasRoom(delivery: Delivery): void {
  if (!delivery.runtime.isFull) return;
  delivery.runtime.isFull = false;
  delivery.runtime.askJournalAt = Number.NEGATIVE_INFINITY;
  tell(delivery, 'overflow', { full: false });
}
