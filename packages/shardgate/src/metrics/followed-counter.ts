import { Counter, type Registry } from 'prom-client';
import type { MetricFamily, Reading } from './metric-family.ts';

/**
 * A counter that follows counts kept elsewhere. It never goes down: a source that shows less than before has begun again from 0, and what it shows
 * now is new.
 */
export function followedCounter(family: MetricFamily, registry: Registry): (reading: Reading) => void {
  const { name, help, labels: labelNames = [] } = family;
  const counter = new Counter({ name, help, labelNames, registers: [registry] });
  const seen = new Map<string, number>();
  return (reading) => {
    for (const { labels = {}, value, source } of family.read(reading)) {
      if (value === null || !(value >= 0)) continue;
      const key = source ?? Object.values(labels).join('\0');
      const before = seen.get(key) ?? 0;
      seen.set(key, value);
      counter.inc(labels, value >= before ? value - before : value);
    }
  };
}
