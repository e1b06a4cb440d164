import type { Delivery } from '../delivery.ts';
import { laneName } from '../delivery-record.ts';
import { createLane } from './lane.ts';
import { lanesOf } from './lanes.ts';
import { pump } from './pump.ts';
import { Source } from './source.ts';
import { giveToJournal, relieveMemory } from './spill.ts';

/** Offsets of a process begin at its time in microseconds: above all of an earlier one, without a number being kept anywhere. */
const OFFSETS_PER_MS = 1_000;

/** The source of a shard, made with its lanes when it is asked for first. */
export function sourceOf(delivery: Delivery, shardId: number, shardCount: number): Source {
  const { asked, sources } = delivery.runtime;
  // Asked for with each event: its name need not be put together for that.
  const last = asked.get(shardId);
  if (last?.shardCount === shardCount) return last;
  const source = sources.get(laneName({ shardId, shardCount })) ?? createSource(delivery, shardId, shardCount);
  asked.set(shardId, source);
  return source;
}

function createSource(delivery: Delivery, shardId: number, shardCount: number): Source {
  const { sources, recovered, slots } = delivery.runtime;
  const name = laneName({ shardId, shardCount });
  const left = recovered.get(name);
  recovered.delete(name);
  const lastOffset = left?.lastOffset ?? -1;
  const source = new Source(
    { shardId, shardCount },
    Math.max(lastOffset + 1, delivery.runtime.highestFreed + 1, delivery.clock.wallTime() * OFFSETS_PER_MS),
  );
  if (left !== undefined && left.sessionId !== null && left.seq !== null) {
    source.sessionId = left.sessionId;
    source.seq = left.seq;
    source.settledSeq = left.seq;
  }
  const lanes = slots.map((slot) => {
    // What earlier processes left is for the sinks that had to have it.
    const cursor = slot.required && left !== undefined ? (left.cursors.get(slot.sink.name) ?? -1) : source.first - 1;
    return createLane(source, slot, cursor >= lastOffset ? source.first - 1 : cursor, slot.required ? lastOffset : -1);
  });
  delivery.runtime.lanes.set(name, lanes);
  sources.set(name, source);
  // A late answer of a shard whose generation is over.
  if (shardCount !== (delivery.runtime.shardCount ?? shardCount))
    delivery.runtime.leaving.set(source, delivery.clock.now());
  return source;
}

/** Has the source looked at when this tick is over, or a little later, together with all others that got something by then. */
export function markDue(delivery: Delivery, source: Source): void {
  if (delivery.journalAfterMs === 0) markUnwritten(delivery, source);
  if (source.isDue) return;
  source.isDue = true;
  const { due } = delivery.runtime;
  if (due.push(source) > 1) return;
  const waitMs = delivery.runtime.gatheredAt + delivery.gatherMs - delivery.clock.now();
  if (waitMs <= 0) delivery.soon(() => pumpDue(delivery));
  else delivery.clock.setTimer(() => pumpDue(delivery), waitMs);
}

/** What is to be on the disk at once goes to the journal when this tick is over: it gathers by itself what comes while it writes. */
function markUnwritten(delivery: Delivery, source: Source): void {
  if (source.isUnwritten) return;
  source.isUnwritten = true;
  const { unwritten } = delivery.runtime;
  if (unwritten.push(source) === 1) delivery.soon(() => writeDue(delivery));
}

function writeDue(delivery: Delivery): void {
  const { unwritten } = delivery.runtime;
  delivery.runtime.unwritten = [];
  for (const source of unwritten) {
    source.isUnwritten = false;
    giveToJournal(delivery, source, source.next - 1);
  }
}

function pumpDue(delivery: Delivery): void {
  const { runtime } = delivery;
  const { due } = runtime;
  runtime.due = [];
  runtime.gatheredAt = delivery.clock.now();
  for (const source of due) {
    source.isDue = false;
    source.sendable = source.next - 1;
    if (runtime.state === 'draining') giveToJournal(delivery, source, source.next - 1);
    for (const lane of lanesOf(delivery, source)) pump(delivery, lane);
  }
  relieveMemory(delivery);
}
