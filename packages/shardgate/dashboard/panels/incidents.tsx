import { useEffect, useRef, useState } from 'preact/hooks';
import type { Incident } from '../../src/service/service-view.ts';
import { moment, plural } from '../format.ts';
import { useLive } from '../live/store.ts';

const SHOWN = 8;
/** New ones are read aloud together, this often at most. */
const SPOKEN_EVERY_MS = 3_000;

/** What happened, newest first. */
export function Incidents({ onOpenShard }: { readonly onOpenShard: (shardId: number) => void }) {
  const incidents = useLive((state) => state.incidents);
  const [all, showAll] = useState(false);
  const shown = all ? incidents : incidents.slice(0, SHOWN);
  return (
    <section class="panel" aria-labelledby="incidents-title">
      <header class="panel-head">
        <h2 id="incidents-title">Last incidents</h2>
        {incidents.length > SHOWN ? (
          <button type="button" class="button quiet" aria-expanded={all} onClick={() => showAll(!all)}>
            {all ? 'Show fewer' : `Show all ${incidents.length}`}
          </button>
        ) : null}
      </header>
      {incidents.length === 0 ? <p class="empty">Nothing to report.</p> : null}
      <ol class="incidents">
        {shown.map((incident) => (
          <li key={incident.id} data-level={incident.level}>
            <span class="level" aria-hidden="true" />
            <span class="visually-hidden">{incident.level}:</span>
            <time dateTime={new Date(incident.at).toISOString()}>{moment(incident.at)}</time>
            <span class="incident-text">
              {incident.text} <WhichShard shardId={incident.shardId} onOpen={onOpenShard} />
            </span>
          </li>
        ))}
      </ol>
      <Spoken incidents={incidents} />
    </section>
  );
}

function WhichShard({ shardId, onOpen }: { readonly shardId: number | null; readonly onOpen: (id: number) => void }) {
  const here = useLive((state) => state.grid);
  if (shardId === null || !here.some(({ id }) => id === shardId)) return null;
  return (
    <button type="button" class="text-button" onClick={() => onOpen(shardId)}>
      shard {shardId}
    </button>
  );
}

function Spoken({ incidents }: { readonly incidents: readonly Incident[] }) {
  const [spoken, speak] = useState('');
  const newest = useRef(incidents);
  newest.current = incidents;
  useEffect(() => {
    let last: number | undefined;
    const timer = setInterval(() => {
      const now = newest.current;
      const fresh = last === undefined ? [] : now.filter(({ at }) => at > (last ?? 0));
      last = now[0]?.at ?? last ?? 0;
      if (fresh.length === 1) speak(fresh[0]?.text ?? '');
      else if (fresh.length > 1) speak(`${plural(fresh.length, 'new incident')}, the last: ${fresh[0]?.text}`);
    }, SPOKEN_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="visually-hidden" aria-live="polite">
      {spoken}
    </div>
  );
}
