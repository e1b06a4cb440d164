/** One metric as it was exposed. */
export interface ExposedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly ExposedSample[];
}

/** One line of figures. */
export interface ExposedSample {
  /** The metric's own, or that with `_sum`, `_count` or `_bucket`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|(?=\}))/;
const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);

/**
 * Reads Prometheus' text format 0.0.4 as strictly as `promtool check metrics` does; the first mistake is thrown.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseExposition(text: string): Map<string, ExposedMetric> {
  const metrics = new Map<string, { name: string; help?: string; type?: string; samples: ExposedSample[] }>();
  const series = new Set<string>();
  let current = '';
  if (!text.endsWith('\n')) throw new Error('the last line has no end');

  const metricNamed = (name: string, line: string): ReturnType<typeof metrics.get> & object => {
    if (NAME.exec(name)?.[0] !== name) throw new Error(`a wrong name: ${line}`);
    const known = metrics.get(name);
    if (known !== undefined && current !== name) throw new Error(`lines of ${name} stand apart: ${line}`);
    current = name;
    const metric = known ?? { name, samples: [] };
    metrics.set(name, metric);
    return metric;
  };

  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      const metric = metricNamed(name, line);
      if (metric.help !== undefined) throw new Error(`a second HELP: ${line}`);
      if (/\\(?![\\n])/.test(rest)) throw new Error(`a wrong escape: ${line}`);
      metric.help = rest;
    } else if (keyword === 'TYPE') {
      const metric = metricNamed(name, line);
      if (metric.type !== undefined) throw new Error(`a second TYPE: ${line}`);
      if (metric.samples.length > 0) throw new Error(`TYPE after samples: ${line}`);
      if (!TYPES.has(rest)) throw new Error(`a wrong type: ${line}`);
      metric.type = rest;
    } else if (line !== '' && !line.startsWith('#')) {
      const sample = parseSample(line);
      const key = `${sample.name} ${JSON.stringify(sample.labels, Object.keys(sample.labels).sort())}`;
      if (series.has(key)) throw new Error(`a second sample: ${line}`);
      series.add(key);
      const owner = metrics.get(current);
      metricNamed(owner && belongs(sample.name, owner) ? owner.name : sample.name, line).samples.push(sample);
    }
  }
  return new Map(
    [...metrics].map(([name, { help, type, samples }]) => {
      if (help === undefined || type === undefined) throw new Error(`${name} has no HELP or no TYPE`);
      return [name, { name, help, type, samples }];
    }),
  );
}

function belongs(sample: string, { name, type }: { name: string; type?: string }): boolean {
  if (sample === name) return true;
  if (type !== 'histogram' && type !== 'summary') return false;
  return [`${name}_sum`, `${name}_count`, `${name}_bucket`].includes(sample);
}

function parseSample(line: string): ExposedSample {
  const [name] = NAME.exec(line) ?? [];
  if (name === undefined) throw new Error(`no name: ${line}`);
  const labels: Record<string, string> = {};
  let rest = line.slice(name.length);
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    while (!rest.startsWith('}')) {
      const [whole, label, value] = LABEL.exec(rest) ?? [];
      if (whole === undefined || label === undefined || value === undefined) throw new Error(`a wrong label: ${line}`);
      if (label in labels) throw new Error(`a label twice: ${line}`);
      labels[label] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
      rest = rest.slice(whole.length);
    }
    rest = rest.slice(1);
  }
  const [, figure = ''] = /^ (\S+)$/.exec(rest) ?? [];
  if (!/^([+-]?(Inf|\d+(\.\d+)?([eE][+-]?\d+)?)|NaN)$/.test(figure)) throw new Error(`a wrong figure: ${line}`);
  return { name, labels, value: Number(figure.replace('Inf', 'Infinity')) };
}

/** What `promtool check metrics` would rather see otherwise. */
export function lintExposition(metrics: ReadonlyMap<string, ExposedMetric>): string[] {
  return [...metrics.values()].flatMap(({ name, type, help, samples }) => [
    ...(help === '' ? [`${name}: no help`] : []),
    ...(type === 'counter' && !name.endsWith('_total') ? [`${name}: a counter ends in _total`] : []),
    ...(type !== 'counter' && name.endsWith('_total') ? [`${name}: only a counter ends in _total`] : []),
    ...(/_(count|sum|bucket)$/.test(name) ? [`${name}: an ending of histograms and summaries`] : []),
    ...(/_(milliseconds|ms|minutes|hours|kilobytes|bits)(_|$)/.test(name) ? [`${name}: not in base units`] : []),
    ...(/[A-Z:]/.test(name) ? [`${name}: not in snake case`] : []),
    ...(name.includes(type) ? [`${name}: says its type`] : []),
    ...(type === 'counter' && samples.some(({ value }) => value < 0) ? [`${name}: below 0`] : []),
    ...(samples.some(({ labels }) => Object.keys(labels).some((label) => /[A-Z]/.test(label)))
      ? [`${name}: a label is not in snake case`]
      : []),
  ]);
}
