import { bytes, compact, count, milliseconds, rate } from '../format.ts';
import { Chart } from './chart.tsx';
import type { Measure } from './chart-plot.ts';

const MEASURES: readonly Measure[] = [
  {
    title: 'Events per second',
    value: (point) => point.eventsPerSecond,
    text: (value) => (value === null ? '–' : rate(value)),
    tick: compact,
    atLeast: 1,
  },
  {
    title: 'Latency',
    value: (point) => point.latencyMs,
    text: milliseconds,
    tick: (value) => `${compact(value)} ms`,
    atLeast: 10,
  },
  {
    title: 'Events that wait',
    value: (point) => point.lag,
    text: (value) => (value === null ? '–' : count(value)),
    tick: compact,
    atLeast: 10,
  },
  {
    title: 'Memory',
    value: (point) => point.rss,
    text: (value) => (value === null ? '–' : bytes(value)),
    tick: bytes,
    atLeast: 2 ** 20,
    binary: true,
  },
];

export function Charts() {
  return (
    <section class="panel" aria-labelledby="charts-title">
      <header class="panel-head">
        <h2 id="charts-title">The last five minutes</h2>
      </header>
      <div class="charts">
        {MEASURES.map((measure) => (
          <Chart key={measure.title} measure={measure} />
        ))}
      </div>
    </section>
  );
}
