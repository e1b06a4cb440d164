import uPlot from 'uplot';
import type { HistoryPoint } from '../../src/service/service-view.ts';

/** What one chart shows. */
export interface Measure {
  readonly title: string;
  readonly value: (point: HistoryPoint) => number | null;
  readonly text: (value: number | null) => string;
  /** Beside the axis: shorter than `text`. */
  readonly tick: (value: number) => string;
  /** The axis reaches this far even when all values are lower. */
  readonly atLeast: number;
  /** Whether it grows in powers of two. */
  readonly binary?: boolean;
}

const WINDOW_S = 300;
const HEIGHT_PX = 140;
const minutes = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** The points as uPlot wants them: one column for the time in seconds, one for the values. */
export function columnsOf(history: readonly HistoryPoint[], value: Measure['value']): uPlot.AlignedData {
  return [history.map(({ at }) => at / 1000), history.map(value)];
}

/** Draws into `box`. Its colours are read from the page whenever it draws. */
export function createPlot(box: HTMLElement, measure: Measure, onPointed: (index: number | null) => void): uPlot {
  const colour = (name: string) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--grid-line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return new uPlot(
    {
      width: box.clientWidth || 300,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { setScale: false }, sync: { key: 'dashboard' } },
      scales: {
        // The window ends at the newest point and is always as wide, also while it fills.
        x: { range: (_, _min, max) => [(max ?? 0) - WINDOW_S, max ?? 0] },
        y: { range: (_, _min, max) => [0, Math.max(measure.atLeast, (max ?? 0) * 1.15)] },
      },
      axes: [
        {
          ...axis,
          size: 24,
          space: 40,
          incrs: [60, 120, 300],
          values: (_, splits) => splits.map((at) => minutes.format(at * 1000)),
        },
        {
          ...axis,
          size: 58,
          gap: 4,
          space: 34,
          ...(measure.binary ? { incrs: BINARY_STEPS } : {}),
          values: (_, splits) => splits.map(measure.tick),
        },
      ],
      series: [
        {},
        { stroke: colour('--chart-line'), fill: colour('--chart-fill'), width: 1.5, points: { show: false } },
      ],
      hooks: { setCursor: [(plot) => onPointed(plot.cursor.idx ?? null)] },
    },
    [[], []],
    box,
  );
}

const BINARY_STEPS = Array.from({ length: 44 }, (_, power) => 2 ** power);
