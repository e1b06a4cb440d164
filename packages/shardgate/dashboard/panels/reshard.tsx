import { useState } from 'preact/hooks';
import type { ReshardOutcome, ReshardView, RunningReshard } from '../../src/service/reshard-view.ts';
import { cancelReshard, readReshardNeed, startReshard } from '../live/api.ts';
import { count, duration, moment, plural } from '../format.ts';
import { useLive } from '../live/store.ts';
import { type Action, useConfirm } from '../view/actions.tsx';
import { FigureList } from './figure-list.tsx';
import { NewShards } from './new-shards.tsx';
import { costSentence, PHASE_TEXT } from './reshard-sentences.ts';

/** How full the shards are, and the way to more or fewer of them. */
export function Resharding() {
  const view = useLive((state) => state.snapshot?.reshard);
  const configured = view?.configured ?? null;
  return (
    <section class="panel" aria-labelledby="reshard-title">
      <header class="panel-head">
        <h2 id="reshard-title">Shard count</h2>
        {view?.running ? (
          <span class="badge" data-state="resharding">
            {view.running.phase}
          </span>
        ) : null}
      </header>
      <p class="big figure">
        {view ? count(view.shards) : '–'}
        <span class="unit"> {view ? `shards, ${view.fillPercent.toFixed(1)} % full` : ''}</span>
      </p>
      <Fill view={view} />
      {view?.running ? <Running running={view.running} /> : <Start shards={view?.shards} />}
      <FigureList
        rows={[
          ['By itself', view ? automaticText(view) : '–'],
          ...(configured === null ? [] : [['Configured', `${configured}, before a reshard`] as const]),
          ['Last', view?.last ? <Ended outcome={view.last} /> : 'none since the start'],
        ]}
      />
    </section>
  );
}

function Fill({ view }: { readonly view: ReshardView | undefined }) {
  const percent = view?.fillPercent ?? 0;
  const most = view?.percentage ?? 100;
  return (
    <div
      class="meter"
      role="meter"
      aria-label="Fill of the shards"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, Math.round(percent))}
      aria-valuetext={`${percent.toFixed(1)} percent of the guilds that the shards can hold`}
      data-low={percent >= most}
      style={{ '--share': String(Math.min(1, percent / 100)), '--reserve': '0' }}
    />
  );
}

function automaticText({ automatic, percentage }: ReshardView): string {
  return automatic ? `from ${percentage} % on` : 'never';
}

function Start({ shards }: { readonly shards: number | undefined }) {
  const [wanted, want] = useState('');
  const [problem, say] = useState('');
  const [busy, work] = useState(false);
  const confirm = useConfirm();

  const ask = async (): Promise<Action> => {
    const need = await readReshardNeed(wanted === '' ? undefined : Number(wanted));
    return {
      title: `Reshard from ${count(need.shards)} to ${plural(need.maxShards, 'shard')}?`,
      text: costSentence(need),
      verb: 'Reshard',
      done: `The ${count(need.maxShards)} new shards are being connected.`,
      act: () => startReshard(need.maxShards),
    };
  };

  return (
    <form
      class="reshard-form"
      onSubmit={(event) => {
        event.preventDefault();
        work(true);
        say('');
        ask()
          .then(confirm, (error: unknown) => say(error instanceof Error ? error.message : String(error)))
          .finally(() => work(false));
      }}
    >
      <label for="reshard-count">New count</label>
      <input
        id="reshard-count"
        type="number"
        min={1}
        max={999_999}
        placeholder="recommended"
        value={wanted}
        onInput={({ currentTarget }) => want(currentTarget.value)}
      />
      <button type="submit" class="button" disabled={busy || shards === undefined}>
        Reshard…
      </button>
      <p class="problem" role="alert">
        {problem ? `This cannot be asked just now: ${problem}.` : ''}
      </p>
    </form>
  );
}

function Running({ running }: { readonly running: RunningReshard }) {
  const { phase, from, to, ready, total, etaMs, heldEvents } = running;
  const confirm = useConfirm();
  const wait = phase === 'preparing' && etaMs > 0 ? `, all in about ${duration(etaMs)}` : '';
  return (
    <div class="reshard-running">
      <p>
        {count(from)} → {count(to)} shards: {PHASE_TEXT[phase]}
        {wait}
      </p>
      <progress aria-label="New shards that are ready" max={Math.max(1, total)} value={ready} />
      <p class="figure">
        {count(ready)} of {plural(total, 'new shard')} ready
        {heldEvents > 0 ? `, ${plural(heldEvents, 'event')} held` : ''}
      </p>
      <NewShards shards={running.shards} />
      {phase === 'closing' ? null : (
        <button
          type="button"
          class="button danger"
          onClick={() =>
            confirm({
              title: 'Give the reshard up?',
              text: 'The old shards go on as if nothing had been. The identifies that the new ones have spent are gone.',
              verb: 'Give it up',
              danger: true,
              done: 'The reshard is given up.',
              act: cancelReshard,
            })
          }
        >
          Give up…
        </button>
      )}
    </div>
  );
}

function Ended({ outcome: { result, from, to, reason, at, tookMs } }: { readonly outcome: ReshardOutcome }) {
  const how = { done: 'done', refused: 'not begun', rolledBack: 'given up' }[result];
  return (
    <span class="reshard-last" title={moment(at)}>
      {count(from)} → {count(to)} {how} at {moment(at)}
      {tookMs === null ? '' : ` after ${duration(tookMs)}`}
      {result === 'done' ? '' : `: ${reason}`}
    </span>
  );
}
