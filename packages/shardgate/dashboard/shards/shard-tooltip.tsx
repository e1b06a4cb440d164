import { useLayoutEffect, useRef } from 'preact/hooks';
import { count, milliseconds, rate } from '../format.ts';
import { useLive } from '../live/store.ts';

const GAP_PX = 8;

/** What a shard does now, beside its cell. It floats: nothing else moves. */
export function ShardTooltip({ at }: { readonly at: HTMLElement }) {
  const shards = useLive((state) => state.snapshot?.shards);
  const box = useRef<HTMLDivElement>(null);
  const shard = shards?.find(({ id }) => String(id) === at.dataset['shard']);

  useLayoutEffect(() => {
    at.setAttribute('aria-describedby', 'shard-tooltip');
    const own = box.current?.getBoundingClientRect();
    const cell = at.getBoundingClientRect();
    if (!own || !box.current) return undefined;
    const left = cell.left + cell.width / 2 - own.width / 2;
    const above = cell.top - own.height - GAP_PX;
    box.current.style.left = `${Math.max(GAP_PX, Math.min(left, innerWidth - own.width - GAP_PX))}px`;
    box.current.style.top = `${above > 0 ? above : cell.bottom + GAP_PX}px`;
    return () => at.removeAttribute('aria-describedby');
  }, [at, shard === undefined]);

  if (!shard) return null;
  return (
    <div ref={box} class="tooltip" role="tooltip" id="shard-tooltip">
      <strong>Shard {shard.id}</strong> {shard.condition}
      <br />
      {milliseconds(shard.latencyMs)} · {count(shard.guilds)} guilds · {rate(shard.eventsPerSecond)} events/s
    </div>
  );
}
