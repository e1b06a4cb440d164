import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { useLive } from '../live/store.ts';
import { onThemeChange } from '../theme.ts';
import { columnsOf, createPlot, type Measure } from './chart-plot.ts';

/** One measure over the last five minutes. */
export function Chart({ measure }: { readonly measure: Measure }) {
  const history = useLive((state) => state.history);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [pointed, pointTo] = useState<number | null>(null);

  useEffect(() => {
    const holder = box.current;
    if (!holder) return undefined;
    const drawn = createPlot(holder, measure, pointTo);
    plot.current = drawn;
    const width = new ResizeObserver(() => drawn.setSize({ width: holder.clientWidth, height: drawn.height }));
    width.observe(holder);
    const forgetTheme = onThemeChange(() => drawn.redraw());
    return () => {
      forgetTheme();
      width.disconnect();
      drawn.destroy();
    };
  }, [measure]);

  useEffect(() => plot.current?.setData(columnsOf(history, measure.value)), [history, measure]);

  const values = history.map(measure.value).filter((value) => value !== null);
  const shown = pointed === null ? undefined : history[pointed];
  const newest = history.at(-1);
  const now = measure.text(newest ? measure.value(newest) : null);
  return (
    <figure class="chart" aria-label={measure.title}>
      <figcaption>
        <span>{measure.title}</span>
        <strong class="figure" data-chart-value>
          {shown ? measure.text(measure.value(shown)) : now}
        </strong>
      </figcaption>
      <div
        ref={box}
        class="plot"
        role="img"
        aria-label={
          values.length === 0
            ? `${measure.title}: no values yet`
            : `${measure.title}: now ${now}; in the last five minutes from ${measure.text(least(values))} to ${measure.text(most(values))}`
        }
      />
    </figure>
  );
}

const least = (values: readonly number[]): number => values.reduce((one, other) => Math.min(one, other));
const most = (values: readonly number[]): number => values.reduce((one, other) => Math.max(one, other));
