import { useRef, useState } from 'preact/hooks';
import { count, rate } from '../format.ts';
import { useLive } from '../live/store.ts';
import { inOrder, orderByRate } from './event-type-order.ts';

const SHOWN = 10;
/** Rows that change places each second cannot be read. */
const ORDER_HOLDS_MS = 5_000;

/** How often each type of event comes, as bars. */
export function EventTypes() {
  const rates = useLive((state) => state.snapshot?.rates) ?? [];
  const [all, showAll] = useState(false);
  const order = useRef<{ types: readonly string[]; until: number }>({ types: [], until: 0 });
  const now = Date.now();
  if (now >= order.current.until) order.current = { types: orderByRate(rates), until: now + ORDER_HOLDS_MS };

  const ordered = inOrder(rates, order.current.types);
  const shown = all ? ordered : ordered.slice(0, SHOWN);
  const fastest = rates.reduce((most, { perSecond }) => Math.max(most, perSecond), 0);
  return (
    <section class="panel" aria-labelledby="types-title">
      <header class="panel-head">
        <h2 id="types-title">Event types</h2>
        {ordered.length > SHOWN ? (
          <button type="button" class="button quiet" aria-expanded={all} onClick={() => showAll(!all)}>
            {all ? 'Show fewer' : `Show all ${ordered.length}`}
          </button>
        ) : null}
      </header>
      {rates.length === 0 ? <p class="empty">No event has come yet.</p> : null}
      <ol class="types">
        {shown.map(({ type, perSecond, count: total }) => (
          <li key={type} title={`${type}: ${count(total)} since the process started`}>
            <span class="bar" style={{ '--share': String(fastest > 0 ? perSecond / fastest : 0) }} aria-hidden="true" />
            <span class="type">{type}</span>
            <span class="figure">
              {rate(perSecond)}
              <span class="unit">/s</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
