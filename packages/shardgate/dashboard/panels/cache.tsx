import type { StoreView } from '../../src/service/state-view.ts';
import { compact, count, plural } from '../format.ts';
import { useLive } from '../live/store.ts';
import { FigureList } from './figure-list.tsx';

/** The cache: how many objects of each kind, and how its stores are. Nothing where there is no cache. */
export function Cache() {
  const state = useLive((live) => live.snapshot?.state);
  if (!state) return null;
  const { stores, objects, waitingEvents, operations } = state;
  const kinds = Object.entries(objects ?? {}).filter(([, number]) => number > 0);
  return (
    <section class="panel" aria-labelledby="cache-title">
      <header class="panel-head">
        <h2 id="cache-title">Cache</h2>
        {stores.map((store) => (
          <span key={store.name} class="badge" data-state={conditionOf(store)} title={store.detail ?? undefined}>
            {store.name}: {wordsOf(store)}
          </span>
        ))}
      </header>
      {objects === null ? <p class="empty">It was not counted yet.</p> : null}
      <FigureList
        rows={[
          ...kinds.map(([kind, number]) => [nameOf(kind), count(number)] as const),
          ['Waiting events', count(waitingEvents)] as const,
          ['Changes', compact(operations)] as const,
        ]}
      />
    </section>
  );
}

/** One of the states that badges have a colour for. */
function conditionOf({ isReady, isStale }: StoreView): string {
  if (!isReady) return 'closed';
  return isStale ? 'degraded' : 'ok';
}

function wordsOf({ isReady, isStale, queuedOperations }: StoreView): string {
  const waits = queuedOperations > 0 ? `, ${plural(queuedOperations, 'change')} behind` : '';
  if (!isReady) return `away${waits}`;
  return isStale ? `stale${waits}` : 'current';
}

/** `Voice states` of `voiceState`. */
function nameOf(kind: string): string {
  const words = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}s`;
}
