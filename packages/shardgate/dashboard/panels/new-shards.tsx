import type { NewShard } from '../../src/service/reshard-view.ts';
import { count } from '../format.ts';

/** Shards that connect beside the old ones, as small cells. */
export function NewShards({ shards }: { readonly shards: readonly NewShard[] }) {
  if (shards.length === 0) return null;
  const ready = shards.filter(({ condition }) => condition === 'ready').length;
  return (
    <div class="new-shards" role="img" aria-label={`${count(ready)} of ${count(shards.length)} new shards are ready`}>
      {shards.map(({ id, condition }) => (
        <span key={id} class="swatch" data-condition={condition} />
      ))}
    </div>
  );
}
