import type { ShardCondition } from '../../src/service/shard-condition.ts';
import { count } from '../format.ts';
import { useLive } from '../live/store.ts';
import { CONDITIONS, MEANING } from './conditions.ts';

interface LegendProps {
  readonly chosen: ReadonlySet<ShardCondition>;
  readonly onChoose: (chosen: ReadonlySet<ShardCondition>) => void;
}

/** What the colours mean and how many shards have each; every entry filters. */
export function ShardLegend({ chosen, onChoose }: LegendProps) {
  const grid = useLive((state) => state.grid);
  const counts = new Map<ShardCondition, number>();
  for (const { condition } of grid) counts.set(condition, (counts.get(condition) ?? 0) + 1);
  return (
    <div class="legend" role="group" aria-label="Show only shards that are">
      {CONDITIONS.map((condition) => {
        const shards = counts.get(condition) ?? 0;
        return (
          <button
            key={condition}
            type="button"
            class="legend-entry"
            data-empty={shards === 0}
            title={MEANING[condition]}
            aria-pressed={chosen.has(condition)}
            onClick={() => onChoose(toggled(chosen, condition))}
          >
            <span class="swatch" data-condition={condition} aria-hidden="true" />
            {condition} <span class="figure">{count(shards)}</span>
          </button>
        );
      })}
    </div>
  );
}

function toggled<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}
