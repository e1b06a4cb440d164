import { Gauge, type Registry } from 'prom-client';
import type { MetricFamily, Reading } from './metric-family.ts';

/** A gauge that shows what the newest reading holds, and nothing of what an older one held. */
export function refreshedGauge(family: MetricFamily, registry: Registry): (reading: Reading) => void {
  const { name, help, labels: labelNames = [] } = family;
  const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
  return (reading) => {
    // Without labels, a reset sets 0, where there may be nothing to tell.
    gauge.reset();
    if (labelNames.length === 0) gauge.remove();
    for (const { labels = {}, value } of family.read(reading)) {
      if (value !== null && Number.isFinite(value)) gauge.set(labels, value);
    }
  };
}
