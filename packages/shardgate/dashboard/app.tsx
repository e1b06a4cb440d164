import { useState } from 'preact/hooks';
import { useLive } from './live/store.ts';
import { Budget } from './panels/budget.tsx';
import { Cache } from './panels/cache.tsx';
import { Charts } from './panels/charts.tsx';
import { EventTypes } from './panels/event-types.tsx';
import { Incidents } from './panels/incidents.tsx';
import { Journal } from './panels/journal.tsx';
import { Resharding } from './panels/reshard.tsx';
import { Sinks } from './panels/sinks.tsx';
import { ShardDialog } from './shards/shard-dialog.tsx';
import { ShardGrid } from './shards/shard-grid.tsx';
import { Actions } from './view/actions.tsx';
import { HeadlineBanner } from './view/headline.tsx';
import { KeyDialog } from './view/key-dialog.tsx';
import { TopBar } from './view/top-bar.tsx';

/** The whole page. */
export function App() {
  const link = useLive((state) => state.link);
  const [openShard, open] = useState<number>();
  return (
    <Actions>
      <TopBar />
      <main>
        <HeadlineBanner />
        <ShardGrid onOpen={open} />
        <Charts />
        <div class="columns">
          <div class="stack">
            <Sinks />
            <Incidents onOpenShard={open} />
          </div>
          <div class="stack">
            <EventTypes />
            <Resharding />
            <Cache />
            <div class="pair">
              <Budget />
              <Journal />
            </div>
          </div>
        </div>
      </main>
      {openShard === undefined ? null : (
        <ShardDialog key={openShard} shardId={openShard} onClose={() => open(undefined)} />
      )}
      {link.kind === 'locked' ? <KeyDialog wrong={link.wrong} /> : null}
    </Actions>
  );
}
