import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../src/metrics/create-metrics.ts';
import { parseExposition, type ExposedSample } from './exposition.ts';
import { createHandDrivenService, laneOf, NOON, shardOf } from './hand-driven-service.ts';

/** The samples of a metric by their labels: `sink=bot,state=flowing`, '' for none. */
async function figures(metrics: Metrics, name: string): Promise<Record<string, number>> {
  const key = ({ labels }: ExposedSample): string =>
    Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join();
  const { samples = [] } = parseExposition(await metrics.text()).get(name) ?? {};
  return Object.fromEntries(samples.map((sample) => [key(sample), sample.value]));
}

describe('figures', () => {
  it('show what the service shows, in seconds and bytes', async () => {
    const metrics = createMetrics({ view: createHandDrivenService() });
    const all = parseExposition(await metrics.text());
    const valueOf = (name: string): number | undefined => all.get(name)?.samples[0]?.value;
    expect(all.get('shardgate_info')?.samples[0]?.labels).toEqual({ version: '1.2.3' });
    expect({
      eta: valueOf('shardgate_ready_eta_seconds'),
      guilds: valueOf('shardgate_guilds'),
      latency: valueOf('shardgate_latency_seconds'),
      reset: valueOf('shardgate_identify_reset_timestamp_seconds'),
      age: valueOf('shardgate_journal_oldest_age_seconds'),
      pending: valueOf('shardgate_pending_events'),
      reconnects: valueOf('shardgate_reconnects_total'),
    }).toEqual({
      eta: 5,
      guilds: 1_800,
      latency: 0.04,
      reset: (NOON + 3_600_000) / 1_000,
      age: 1.5,
      pending: 4,
      reconnects: 4,
    });
  });

  it('a shard that fails changes from one condition to the other', async () => {
    const view = createHandDrivenService();
    const metrics = createMetrics({ view });
    expect(await figures(metrics, 'shardgate_shards')).toMatchObject({ 'condition=ready': 2, 'condition=failed': 0 });
    view.show.shards[1] = shardOf(1, { condition: 'failed', latencyMs: null });
    expect(await figures(metrics, 'shardgate_shards')).toMatchObject({ 'condition=ready': 1, 'condition=failed': 1 });
    expect(await figures(metrics, 'shardgate_shard_ready')).toEqual({ 'shard=0': 1, 'shard=1': 0 });
    expect(await figures(metrics, 'shardgate_shard_latency_seconds')).toEqual({ 'shard=0': 0.04 });
  });

  it('lanes are summed over the shards, or shown one by one when asked', async () => {
    const view = createHandDrivenService();
    view.show.delivery.lanes = [laneOf(0, 'bot'), laneOf(1, 'bot', { lag: 100 }), laneOf(0, 'log', { lag: 1 })];
    const summed = createMetrics({ view });
    expect(await figures(summed, 'shardgate_lane_lag_events')).toEqual({ 'sink=bot': 107, 'sink=log': 1 });
    expect(await figures(summed, 'shardgate_lane_acknowledged_events_total')).toEqual({
      'sink=bot': 8_000,
      'sink=log': 4_000,
    });
    expect(await figures(createMetrics({ view, perShardLanes: true }), 'shardgate_lane_lag_events')).toEqual({
      'sink=bot,shard=0': 7,
      'sink=bot,shard=1': 100,
      'sink=log,shard=0': 1,
    });
  });

  it('incidents are counted once each, however often they are read', async () => {
    const view = createHandDrivenService();
    const metrics = createMetrics({ view });
    const gap = { at: NOON, level: 'error', kind: 'gap', text: 'lost', shardId: 0, sink: 'bot' } as const;
    view.tell(gap);
    await metrics.text();
    view.tell(gap);
    view.tell({ ...gap, level: 'warn', kind: 'sinkFailed' });
    await metrics.text();
    expect(await figures(metrics, 'shardgate_incidents_total')).toEqual({
      'level=error,kind=gap': 2,
      'level=warn,kind=sinkFailed': 1,
    });
  });

  it('readings that are asked for at the same time are one', async () => {
    const view = createHandDrivenService();
    let readings = 0;
    const metrics = createMetrics({ view: { ...view, overview: () => (readings++, view.overview()) } });
    const [first, second] = await Promise.all([metrics.text(), metrics.text()]);
    expect([readings, first === second]).toEqual([1, true]);
    await metrics.text();
    expect(readings).toBe(2);
  });
});

describe('counters', () => {
  it('never go down when a shard or lane begins again, or goes away', async () => {
    const view = createHandDrivenService();
    const metrics = createMetrics({ view });
    const read = async () => ({
      lanes: (await figures(metrics, 'shardgate_lane_acknowledged_events_total'))['sink=bot'],
      shard: (await figures(metrics, 'shardgate_shard_events_total'))['shard=1'],
      resumes: (await figures(metrics, 'shardgate_resumes_total'))[''],
    });
    expect(await read()).toEqual({ lanes: 8_000, shard: 5_000, resumes: 4 });

    view.show.delivery.lanes = [laneOf(0, 'bot', { delivered: 4_001 })];
    view.show.shards = [shardOf(0)];
    expect(await read()).toEqual({ lanes: 8_001, shard: 5_000, resumes: 4 });

    view.show.delivery.lanes = [laneOf(0, 'bot', { delivered: 4_001 }), laneOf(1, 'bot', { delivered: 10 })];
    view.show.shards = [shardOf(0), shardOf(1, { events: 30, counts: { ...shardOf(1).counts, resumes: 1 } })];
    expect(await read()).toEqual({ lanes: 8_011, shard: 5_030, resumes: 5 });
  });

  it('stand still as long as nothing happens', async () => {
    const metrics = createMetrics({ view: createHandDrivenService() });
    const counters = async () =>
      [...parseExposition(await metrics.text()).values()].filter(
        ({ name, type }) => type === 'counter' && name.startsWith('shardgate_'),
      );
    expect(await counters()).toEqual(await counters());
  });
});

describe('the profile twilight-dispatch', () => {
  it('shows that program’s names beside ours', async () => {
    const view = createHandDrivenService();
    view.show.shards[1] = shardOf(1, { condition: 'reconnecting', latencyMs: null });
    const metrics = createMetrics({ view, profile: 'twilight-dispatch' });
    expect(await figures(metrics, 'gateway_events')).toMatchObject({ 'type=MESSAGE_CREATE': 9_000 });
    expect(await figures(metrics, 'gateway_shards')).toEqual({ '': 2 });
    expect(await figures(metrics, 'gateway_latencies')).toEqual({ 'shard=0': 40, 'shard=1': 0 });
    expect(await figures(metrics, 'gateway_statuses')).toEqual({
      'type=Connected': 1,
      'type=Disconnected': 0,
      'type=Handshaking': 0,
      'type=Identifying': 0,
      'type=Resuming': 1,
    });
    expect(await figures(metrics, 'gateway_shard_events')).toEqual({
      'type=Connecting': 6,
      'type=Identifying': 2,
      'type=Resuming': 4,
      'type=Connected': 6,
      'type=Ready': 2,
      'type=Resumed': 4,
      'type=Disconnected': 4,
      'type=Reconnecting': 4,
    });
    expect(await figures(metrics, 'shardgate_shards')).toMatchObject({ 'condition=ready': 1 });
  });

  it('is off unless asked for', async () => {
    const names = [...parseExposition(await createMetrics({ view: createHandDrivenService() }).text()).keys()];
    expect(names.filter((name) => /^(gateway|state)_/.test(name))).toEqual([]);
  });
});

describe('a thousand shards', () => {
  it('are read in less than a tenth of a second', async () => {
    const view = createHandDrivenService(1_000);
    const byId = new Map(view.show.shards.map((shard) => [shard.id, shard]));
    view.show.delivery.lanes = view.show.shards.flatMap(({ id }) => [laneOf(id, 'bot'), laneOf(id, 'log')]);
    const metrics = createMetrics({ view: { ...view, shard: (id) => byId.get(id) } });
    const took: number[] = [];
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      await metrics.text();
      took.push(performance.now() - start);
    }
    // The machine may be busy with something else: the best is what it costs.
    console.info(`1,000 shards, 2,000 lanes: ${took.map((ms) => ms.toFixed(1)).join(', ')} ms`);
    expect(Math.min(...took)).toBeLessThan(100);
  });
});
