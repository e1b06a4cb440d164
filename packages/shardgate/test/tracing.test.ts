import { SpanStatusCode, type Tracer } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { expect, it } from 'vitest';
import { createVirtualBed } from '../../../test/beds/virtual-bed.ts';
import { attachTracing } from '../src/tracing/attach-tracing.ts';

function recorder(): { tracer: Tracer; spans: (name: string) => readonly ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return {
    tracer: provider.getTracer('shardgate'),
    spans: (name) => exporter.getFinishedSpans().filter((span) => span.name === name),
  };
}

it('each connection of a shard is a span with its steps, and so is the time it is ready', async () => {
  const { tracer, spans } = recorder();
  const bed = createVirtualBed({ shards: 2, maxConcurrency: 16 });
  const { gateway } = bed.start({ maxShards: 2 });
  attachTracing(gateway, tracer);
  await bed.until('all shards ready', bed.allReady, 60_000);
  bed.simulator.fault({ kind: 'drop', shard: 1 });
  await bed.until('the shard is away', () => !bed.allReady(), 60_000);
  await bed.until('all shards ready', bed.allReady, 60_000);
  expect(spans('shardgate.session')).toMatchObject([
    { attributes: { 'shardgate.shard': 1, 'shardgate.how': 'identified' }, status: { code: SpanStatusCode.ERROR } },
  ]);
  let stopped = false;
  void gateway.stopGateway(gateway).then(() => {
    stopped = true;
  });
  await bed.until('the gateway is stopped', () => stopped, 60_000);
  const connects = spans('shardgate.connect').filter(({ attributes }) => attributes['shardgate.shard'] === 1);
  expect(
    connects.map(({ attributes, events }) => [attributes['shardgate.how'], events.map(({ name }) => name)]),
  ).toEqual([
    ['identified', ['hello', 'identify']],
    ['resumed', ['hello', 'resume']],
  ]);
  expect(spans('shardgate.session')).toHaveLength(3);
  await bed.end();
});

it('a reshard is a span with its phases; one that is given up says why', async () => {
  const { tracer, spans } = recorder();
  const bed = createVirtualBed({ shards: 2, maxConcurrency: 16, guilds: 8 });
  const { gateway } = bed.start({ maxShards: 2 });
  attachTracing(gateway, tracer);
  await bed.until('all shards ready', bed.allReady, 60_000);
  const done = gateway.resharder(gateway, { maxShards: 4 });
  await bed.until('the reshard is over', () => gateway.runtime.reshard === undefined, 600_000);
  await done;
  gateway.reshardCut = () => Promise.reject(new Error('no cut today'));
  const failed = gateway.resharder(gateway, { maxShards: 3 });
  await bed.until('the second is over', () => gateway.runtime.reshard === undefined, 600_000);
  await failed;
  expect(spans('shardgate.reshard')).toMatchObject([
    { attributes: { 'shardgate.from': 2, 'shardgate.to': 4 }, status: { code: SpanStatusCode.UNSET } },
    { attributes: { 'shardgate.from': 4, 'shardgate.to': 3 }, status: { code: SpanStatusCode.ERROR } },
  ]);
  expect(spans('shardgate.reshard')[0]?.events.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['preparing', 'aligning', 'resharded', 'closing']),
  );
  await bed.end();
});

it('a tracer that throws harms nothing', async () => {
  const bed = createVirtualBed({ shards: 1 });
  const { gateway } = bed.start({ maxShards: 1 });
  attachTracing(gateway, {
    startSpan: () => {
      throw new Error('no spans today');
    },
  });
  await bed.until('ready', bed.allReady, 60_000);
  expect(bed.told('hookError')).toEqual([]);
  await bed.end();
});
