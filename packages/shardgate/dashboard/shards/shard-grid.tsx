import { useMemo, useRef, useState } from 'preact/hooks';
import type { ShardCondition } from '../../src/service/shard-condition.ts';
import { plural } from '../format.ts';
import { useLive } from '../live/store.ts';
import { nextCell } from './next-cell.ts';
import { ShardCell } from './shard-cell.tsx';
import { ShardLegend } from './shard-legend.tsx';
import { ShardSearch } from './shard-search.tsx';
import { ShardTooltip } from './shard-tooltip.tsx';

/** All shards as cells; a condition of the legend that is chosen leaves only its own. */
export function ShardGrid({ onOpen }: { readonly onOpen: (shardId: number) => void }) {
  const grid = useLive((state) => state.grid);
  const [chosen, choose] = useState<ReadonlySet<ShardCondition>>(new Set());
  const [tabbedTo, tabTo] = useState<number>();
  const [pointedAt, pointAt] = useState<HTMLElement>();
  const list = useRef<HTMLDivElement>(null);

  const shown = useMemo(
    () => (chosen.size === 0 ? grid : grid.filter(({ condition }) => chosen.has(condition))),
    [grid, chosen],
  );
  const tabbable = shown.some(({ id }) => id === tabbedTo) ? tabbedTo : shown[0]?.id;

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') pointAt(undefined);
    const from = shown.findIndex(({ id }) => id === shardOf(event.target));
    if (from < 0 || !list.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = nextCell(event.key, from, shown.length, columnsOf(list.current));
    const cell = to === undefined ? undefined : list.current.children[to];
    if (!(cell instanceof HTMLElement)) return;
    event.preventDefault();
    cell.focus();
  };

  return (
    <section class="panel" aria-labelledby="shards-title">
      <header class="panel-head">
        <h2 id="shards-title">Shards</h2>
        <ShardSearch onFound={onOpen} />
      </header>
      <ShardLegend chosen={chosen} onChoose={choose} />
      <div
        ref={list}
        class="grid"
        data-size={sizeFor(grid.length)}
        role="group"
        aria-label={`${plural(shown.length, 'shard')}; the arrow keys move among them`}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const shardId = shardOf(event.target);
          if (shardId === undefined) return;
          pointAt(undefined);
          onOpen(shardId);
        }}
        onFocusIn={(event) => {
          tabTo(shardOf(event.target));
          if (event.target instanceof HTMLElement && event.target.matches(':focus-visible')) {
            pointAt(cellOf(event.target));
          }
        }}
        onFocusOut={() => pointAt(undefined)}
        onPointerOver={(event) => {
          if (event.pointerType !== 'touch') pointAt(cellOf(event.target));
        }}
        onPointerLeave={() => pointAt(undefined)}
      >
        {shown.map((cell) => (
          <ShardCell key={cell.id} cell={cell} tabbable={cell.id === tabbable} />
        ))}
      </div>
      {grid.length > 0 && shown.length === 0 ? <p class="empty">No shard is {[...chosen].join(' or ')}.</p> : null}
      {pointedAt ? <ShardTooltip at={pointedAt} /> : null}
    </section>
  );
}

function cellOf(target: EventTarget | null): HTMLElement | undefined {
  return (target instanceof Element && target.closest<HTMLElement>('[data-shard]')) || undefined;
}

function shardOf(target: EventTarget | null): number | undefined {
  const shard = cellOf(target)?.dataset['shard'];
  return shard === undefined ? undefined : Number(shard);
}

const columnsOf = (list: HTMLElement): number => getComputedStyle(list).gridTemplateColumns.split(' ').length;

/** Few shards get large cells, many get small ones; a thousand still fit on one screen. */
function sizeFor(shards: number): 'large' | 'medium' | 'small' | 'tiny' {
  if (shards <= 24) return 'large';
  if (shards <= 160) return 'medium';
  return shards <= 480 ? 'small' : 'tiny';
}
