import { bytes, count, duration } from '../format.ts';
import { useLive } from '../live/store.ts';
import { FigureList } from './figure-list.tsx';

/** What waits on disk. */
export function Journal() {
  const delivery = useLive((state) => state.snapshot?.delivery);
  const journal = delivery?.journal;
  return (
    <section class="panel" aria-labelledby="journal-title">
      <header class="panel-head">
        <h2 id="journal-title">Journal</h2>
        {journal ? (
          <span class="badge" data-state={journal.health}>
            {journal.health}
          </span>
        ) : null}
      </header>
      {delivery && !journal ? <p class="empty">There is none: what waits is kept in memory.</p> : null}
      <p class="big figure">{journal ? bytes(journal.bytes) : '–'}</p>
      <FigureList
        rows={[
          ['Segments', journal ? count(journal.segments) : '–'],
          [
            'Oldest record',
            journal ? (journal.oldestAgeMs > 0 ? `${duration(journal.oldestAgeMs)} old` : 'none') : '–',
          ],
          ['Waits for the disk', journal ? bytes(journal.pendingBytes) : '–'],
          ['Written', journal ? count(journal.appended) : '–'],
          ['Dropped', journal ? count(journal.dropped) : '–'],
        ]}
      />
    </section>
  );
}
