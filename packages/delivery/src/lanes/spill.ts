import type { Delivery } from '../delivery.ts';
import { timeOf } from '../delivery-record.ts';
import { tell } from '../tell.ts';
import { lanesOf } from './lanes.ts';
import { ackedByRequired, advance, saveCursor } from './settlement.ts';
import type { Source } from './source.ts';

/** How long a journal that takes no more is left alone, unless it says that there is room, milliseconds. */
const ASK_AGAIN_MS = 1_000;

/** Gives the journal what required sinks have not acknowledged, up to an offset. False when it takes no more. */
export function giveToJournal(delivery: Delivery, source: Source, through: number): boolean {
  const { journal, runtime } = delivery;
  if (journal === undefined || lanesOf(delivery, source).every(({ slot }) => !slot.required)) return false;
  const from =
    Math.max(
      source.journaled,
      source.settled,
      Math.min(ackedByRequired(delivery, source), source.next - 1),
      source.first - 1,
    ) + 1;
  if (from > through) return true;
  // It says when there is room: to ask for every event anew, with all that waits, would cost more than the events themselves.
  if (delivery.clock.now() < runtime.askJournalAt) return false;
  const records = source.slice(from, through);
  const before = source.journaled;
  // Before the journal has them, as it may call back at once.
  source.journaled = through;
  if (!journal.append(records)) {
    source.journaled = before;
    if (!runtime.isFull) tell(delivery, 'overflow', { full: true });
    runtime.isFull = true;
    runtime.askJournalAt = delivery.clock.now() + ASK_AGAIN_MS;
    return false;
  }
  runtime.counts.journaled += records.length;
  if (from > before + 1) source.unjournaled = from - 1;
  for (const lane of lanesOf(delivery, source)) saveCursor(delivery, lane);
  return true;
}

/** Gives the journal what has waited for too long. */
export function journalOverdue(delivery: Delivery, source: Source): void {
  const limit = delivery.clock.wallTime() - delivery.journalAfterMs;
  let through = Math.max(source.journaled, source.settled, source.first - 1);
  for (
    let record = source.at(through + 1);
    record !== undefined && timeOf(record) <= limit;
    record = source.at(through + 1)
  )
    through++;
  giveToJournal(delivery, source, through);
}

/** Frees memory when there is too much in it: what is on disk need not be here, and an optional sink that lags loses the oldest. */
export function relieveMemory(delivery: Delivery): void {
  const { runtime, maxMemoryBytes } = delivery;
  if (runtime.memoryBytes <= maxMemoryBytes) return;
  for (const source of runtime.sources.values()) {
    if (source.count === 0) continue;
    giveToJournal(delivery, source, source.next - 1);
    // Half of it, so that this is not done for every event.
    if (runtime.memoryBytes > maxMemoryBytes / 2) evict(delivery, source);
  }
}

function evict(delivery: Delivery, source: Source): void {
  const through = Math.min(source.settled, source.next - 1);
  if (through < source.first) return;
  // Whatever the journal does not have is lost to the sinks that are behind: only optional ones can be.
  source.dropped = Math.max(
    source.dropped,
    through > source.journaled ? through : Math.min(through, source.unjournaled),
  );
  delivery.runtime.memoryBytes -= source.release(through);
}

/** The journal has it on disk. */
export function becameDurable(delivery: Delivery, source: Source, offset: number): void {
  if (offset <= source.durable) return;
  source.durable = offset;
  advance(delivery, source);
  relieveMemory(delivery);
}
