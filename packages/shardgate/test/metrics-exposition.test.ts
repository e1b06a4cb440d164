import { describe, expect, it } from 'vitest';
import { createMetrics, type MetricsOptions } from '../src/metrics/create-metrics.ts';
import { lintExposition, parseExposition } from './exposition.ts';
import { createHandDrivenService, laneOf } from './hand-driven-service.ts';

const exposed = async (options: MetricsOptions) => parseExposition(await createMetrics(options).text());

describe('the text that Prometheus reads', () => {
  it.each([{}, { profile: 'twilight-dispatch' }, { perShardLanes: true }] as const)(
    'is without a mistake, with %j',
    async (options) => {
      const view = createHandDrivenService();
      view.show.delivery.lanes = [0, 1].flatMap((id) => [laneOf(id, 'bot'), laneOf(id, 'log')]);
      view.show.delivery.sinks = ['bot', 'log'].map((name) => ({ name, required: true, open: true, ready: false }));
      view.tell({ at: 0, level: 'warn', kind: 'gap', text: 'lost', shardId: 1, sink: 'bot' });
      expect((await exposed({ view, ...options })).size).toBeGreaterThan(50);
    },
  );

  it('keeps to the rules of good names, as far as the names are ours', async () => {
    const metrics = await exposed({ view: createHandDrivenService() });
    const ours = new Map([...metrics].filter(([name]) => name.startsWith('shardgate_')));
    expect(ours.size).toBeGreaterThan(40);
    expect(lintExposition(ours)).toEqual([]);
  });

  it('escapes whatever stands in a label', async () => {
    const view = createHandDrivenService();
    const name = 'a "sink"\\ of\n\u001b[31m{odd}, names';
    view.show.delivery.sinks = [{ name, required: true, open: true, ready: true }];
    view.show.delivery.lanes = [laneOf(0, name)];
    const metrics = await exposed({ view });
    expect(metrics.get('shardgate_lane_lag_events')?.samples).toEqual([
      { name: 'shardgate_lane_lag_events', labels: { sink: name }, value: 7 },
    ]);
  });

  it('is readable where there is nothing yet: no shard, no sink, no journal, no latency', async () => {
    const view = createHandDrivenService(0);
    view.show.delivery = { ...view.show.delivery, sinks: [], lanes: [], journal: undefined };
    view.show.rates = [];
    view.show.budget.resetsAt = null;
    const metrics = await exposed({ view, profile: 'twilight-dispatch' });
    for (const name of [
      'shardgate_latency_seconds',
      'shardgate_identify_reset_timestamp_seconds',
      'shardgate_journal_bytes',
      'shardgate_journal_health',
      'shardgate_shard_ready',
    ]) {
      expect(metrics.get(name)?.samples, name).toEqual([]);
    }
  });

  it('never holds a figure that is none', async () => {
    const view = createHandDrivenService();
    view.show.shards[0] = { ...view.show.shards[0]!, latencyMs: NaN, events: NaN };
    const metrics = await exposed({ view });
    expect(metrics.get('shardgate_shard_latency_seconds')?.samples.map(({ labels }) => labels)).toEqual([
      { shard: '1' },
    ]);
  });
});

describe('the reader of these tests', () => {
  it.each([
    ['# HELP a b\n# TYPE a gauge\na 1', 'no end'],
    ['# HELP a b\n# HELP a b\n# TYPE a gauge\na 1\n', 'second HELP'],
    ['# HELP a b\n# TYPE a gauge\n# TYPE a gauge\na 1\n', 'second TYPE'],
    ['# HELP a b\n# TYPE a thing\na 1\n', 'wrong type'],
    ['# HELP a b\na 1\n# TYPE a gauge\n', 'after samples'],
    ['a 1\n', 'no HELP'],
    ['# HELP a b\n# TYPE a gauge\na 1\na 2\n', 'second sample'],
    ['# HELP a b\n# TYPE a gauge\na{x="1",y="2"} 1\na{y="2",x="1"} 2\n', 'second sample'],
    ['# HELP a b\n# TYPE a gauge\n# HELP c d\n# TYPE c gauge\na 1\n', 'stand apart'],
    ['# HELP a b\n# TYPE a gauge\na{x="1} 1\n', 'wrong label'],
    ['# HELP a b\n# TYPE a gauge\na{x="\\q"} 1\n', 'wrong label'],
    ['# HELP a b\n# TYPE a gauge\na{x-y="q"} 1\n', 'wrong label'],
    ['# HELP a b\n# TYPE a gauge\na undefined\n', 'wrong figure'],
    ['# HELP a-b b\n# TYPE a-b gauge\n', 'wrong name'],
  ])('refuses %j', (text, mistake) => expect(() => parseExposition(text)).toThrow(mistake));

  it('would rather see names that keep to the rules', () => {
    const metrics = parseExposition(
      '# HELP a b\n# TYPE a counter\na 1\n# HELP b_total b\n# TYPE b_total gauge\n# HELP c_ms c\n# TYPE c_ms gauge\n',
    );
    expect(lintExposition(metrics)).toHaveLength(3);
  });
});
