import { useEffect, useState } from 'preact/hooks';
import { bytes, count, duration } from '../format.ts';
import { retryNow } from '../live/connection.ts';
import { useLive } from '../live/store.ts';
import { headlineOf } from './headline-sentence.ts';

/** The answer to "is it well?", and the few figures around it. */
export function HeadlineBanner() {
  const state = useLive((live) => live);
  const { tone, state: sentence, figures } = headlineOf(state);
  const ready = state.snapshot?.overview.shards.ready ?? 0;
  const here = state.snapshot?.overview.shardsHere ?? 0;

  useEffect(() => {
    const mark = { good: '', busy: '… ', bad: '! ', unknown: '' }[tone];
    document.title = here > 0 ? `${mark}${ready}/${here} · Shardgate` : `${mark}Shardgate`;
  }, [tone, ready, here]);

  return (
    <section class="headline" data-tone={tone} aria-label="Is it well?">
      <span class="headline-mark" aria-hidden="true" />
      <div>
        <p class="headline-sentence">
          <strong>{sentence}</strong>
          {figures.map((figure) => (
            <span key={figure}> · {figure}</span>
          ))}
        </p>
        <Facts />
      </div>
      {state.link.kind === 'lost' ? <Retry at={state.link.retryAt} /> : null}
      <Spoken tone={tone} sentence={sentence} />
    </section>
  );
}

/** Read aloud when it becomes better or worse, not with every shard that moves. */
function Spoken({ tone, sentence }: { readonly tone: string; readonly sentence: string }) {
  const [spoken, speak] = useState('');
  useEffect(() => {
    if (tone !== 'unknown') speak(sentence);
  }, [tone]);
  return (
    <span class="visually-hidden" role="status">
      {spoken}
    </span>
  );
}

function Facts() {
  const overview = useLive((state) => state.snapshot?.overview);
  if (!overview) return <p class="headline-facts">&nbsp;</p>;
  const unavailable = overview.unavailableGuilds > 0 ? ` (${count(overview.unavailableGuilds)} unavailable)` : '';
  const elsewhere =
    overview.shardsTotal > overview.shardsHere ? `of ${count(overview.shardsTotal)} in the whole bot` : '';
  return (
    <p class="headline-facts">
      <span>
        {count(overview.guilds)} guilds{unavailable}
      </span>
      <span>up {duration(overview.uptimeMs)}</span>
      <span>
        {count(overview.cpu * 100)} % of a core, {bytes(overview.rss)}
      </span>
      {elsewhere ? <span>{elsewhere}</span> : null}
    </p>
  );
}

function Retry({ at }: { readonly at: number }) {
  const [now, look] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => look(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="retry">
      Next try in {duration(at - now)}{' '}
      <button type="button" class="button" onClick={retryNow}>
        Try now
      </button>
    </p>
  );
}
