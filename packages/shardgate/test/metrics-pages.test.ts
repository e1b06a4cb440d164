import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../src/metrics/create-metrics.ts';
import { parseExposition, type ExposedMetric } from './exposition.ts';
import { createHandDrivenService, laneOf, shardOf, type HandDrivenService } from './hand-driven-service.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

interface Documented {
  readonly name: string;
  readonly type: string;
  /** Undefined for Node's own, of which the page says only what they mean. */
  readonly labels: readonly string[] | undefined;
  readonly help: string;
}

/** The rows of the tables of docs/metrics.md. */
function documented(): Documented[] {
  return [...read('docs/metrics.md').matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(([, name = '', rest = '']) => {
    const cells = rest.split('|').map((cell) => cell.trim());
    const [type = '', labels, help = ''] = cells.length === 3 ? cells : [cells[0], undefined, cells[1]];
    return {
      name,
      type,
      help,
      labels: labels === undefined ? undefined : [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
    };
  });
}

/** All metrics there are: the process has collected garbage, and something happened. */
async function exposed(service: HandDrivenService): Promise<() => Promise<Map<string, ExposedMetric>>> {
  const metrics = createMetrics({ view: service, profile: 'twilight-dispatch' });
  await metrics.text();
  return async () => parseExposition(await metrics.text());
}

describe('docs/metrics.md', () => {
  let all: Map<string, ExposedMetric>;
  beforeAll(async () => {
    const service = createHandDrivenService();
    service.tell({ at: 0, level: 'warn', kind: 'gap', text: 'lost', shardId: 1, sink: 'bot' });
    all = await (await exposed(service))();
  });

  // Some of Node's figures are there on Linux only.
  it.skipIf(process.platform !== 'linux')('names every metric that there is, and none that is not', () => {
    expect(documented().map(({ name }) => name)).toEqual([...new Set(documented().map(({ name }) => name))]);
    expect(
      documented()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...all.keys()].sort());
  });

  it('says of each what it is, with the words that Prometheus gets', () => {
    for (const { name, type, help } of documented()) {
      const metric = all.get(name);
      if (metric !== undefined) expect([name, type, help]).toEqual([name, metric.type, metric.help]);
    }
  });

  it('says which labels each has', () => {
    const told = documented().filter(({ labels }) => labels !== undefined);
    expect(told.length).toBeGreaterThan(50);
    for (const { name, labels = [] } of told) {
      const [sample] = all.get(name)?.samples ?? [];
      expect([name, ...Object.keys(sample?.labels ?? {}).sort()]).toEqual([name, ...[...labels].sort()]);
    }
  });
});

describe('every metric of ours', () => {
  it('moves when the service does', async () => {
    const service = createHandDrivenService();
    service.tell({ at: 0, level: 'warn', kind: 'gap', text: 'lost', shardId: 1, sink: 'bot' });
    const readAll = await exposed(service);
    const before = await readAll();
    const { show } = service;
    const more = <T>(value: T): T =>
      (typeof value === 'number'
        ? value + 1
        : typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, more(inner)]))
          : value) as T;
    show.readiness = { ready: false, causes: ['none'] };
    show.shards[0] = { ...more(show.shards[0]!), id: 0 };
    show.shards[1] = shardOf(1, { condition: 'reconnecting' });
    show.delivery = {
      ...more(show.delivery),
      lanes: [{ ...more(laneOf(0, 'bot')), shardId: 0, shardCount: 16 }, laneOf(1, 'bot', { state: 'waiting' })],
      sinks: [{ name: 'bot', required: true, open: false, ready: false }],
      journal: { ...more(show.delivery.journal!), health: 'full' },
    };
    show.reshard = {
      ...more(show.reshard),
      running: {
        phase: 'aligning',
        from: 16,
        to: 32,
        ready: 31,
        total: 32,
        etaMs: 0,
        heldEvents: 3,
        heldBytes: 900,
        startedAt: 0,
        shards: [{ id: 0, condition: 'ready' }],
      },
    };
    const state = more(show.state!);
    show.workers = show.workers.map((worker) => ({ ...worker, state: 'down', losses: worker.losses + 1 }));
    show.state = { ...state, stores: [{ ...more(show.state!.stores[0]!), name: 'redis', isStale: true }] };
    Object.assign(show.budget, more(show.budget), { breakerOpenUntil: 1, tokenRejected: true });
    for (const rate of show.rates) rate.count++;
    service.tell({ at: 0, level: 'warn', kind: 'gap', text: 'lost', shardId: 1, sink: 'bot' });
    const overview = service.overview();
    service.overview = () => ({ ...more(overview), shards: overview.shards, version: '1.2.4' });
    const after = await readAll();
    const still = [...before.keys()].filter(
      (name) =>
        /^(shardgate|gateway|state)_/.test(name) &&
        JSON.stringify(before.get(name)?.samples) === JSON.stringify(after.get(name)?.samples),
    );
    expect(still).toEqual([]);
  });
});

describe('examples/grafana', () => {
  const names = (text: string): string[] => [
    ...new Set([...text.matchAll(/\b(?:shardgate|process|nodejs)_\w+/g)].map(([name]) => name)),
  ];
  const known = new Set(documented().map(({ name }) => name));

  it('the dashboard asks for metrics that there are', () => {
    const dashboard = JSON.parse(read('examples/grafana/shardgate.json')) as {
      panels: { id: number; type: string; title: string; targets?: { expr: string }[] }[];
    };
    const ids = dashboard.panels.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    const panels = dashboard.panels.filter(({ type }) => type !== 'row');
    expect(panels.length).toBeGreaterThan(15);
    for (const { title, targets = [] } of panels) {
      const asked = targets.flatMap(({ expr }) => names(expr));
      expect([title, asked.length > 0, asked.filter((name) => !known.has(name))]).toEqual([title, true, []]);
      for (const { expr } of targets) expect(count(expr, '('), expr).toBe(count(expr, ')'));
    }
  });

  it('the alerts ask for metrics that there are', () => {
    const rules = read('examples/grafana/alerts.yml');
    const expressions = [...rules.matchAll(/^ {8}expr: (.*)$/gm)].map(([, expr = '']) => expr);
    expect(expressions.length).toBe([...rules.matchAll(/- alert: /g)].length);
    expect(expressions.flatMap(names).filter((name) => !known.has(name))).toEqual([]);
  });
});

const count = (text: string, part: string): number => text.split(part).length - 1;
