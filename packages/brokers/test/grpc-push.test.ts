import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { createGrpcPushSink, type GrpcPushSinkOptions } from '@shardgate/brokers/grpc';
import type { DeliveryRecord } from '@shardgate/delivery';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pushMessage } from '../src/grpc/push-message.ts';
import { readPushOptions } from '../src/grpc/push-options.ts';
import { startBed, until } from './broker-bed.ts';
import { eventAt } from './grpc-bed.ts';

interface Pushed {
  readonly key: string;
  readonly value: Buffer;
  readonly metadata: Readonly<Record<string, unknown>>;
}

type Push = grpc.handleUnaryCall<{ key: string; value: Buffer }, object>;
const FAST = { timeoutMs: 1_000, backOff: { baseMs: 5, capMs: 20 } };
const { Push: queuePush } = loadSync(fileURLToPath(new URL('../proto/tatsu/queue.proto', import.meta.url)))[
  'gateway.Queue'
] as grpc.ServiceDefinition;

/** A bot's server in this process. */
async function startServer(push?: Push, more: (server: grpc.Server) => void = () => {}) {
  const pushed: Pushed[] = [];
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 100_000 });
  const handler: Push = (call, reply) => {
    const { key, value } = call.request;
    pushed.push({ key, value, metadata: call.metadata.getMap() });
    if (push === undefined) reply(null, {});
    else push(call, reply);
  };
  if (queuePush === undefined) throw new Error('no Push');
  for (const path of ['/gateway.Queue/Push', '/proto.Server/Create'])
    server.addService({ Push: { ...queuePush, path } }, { Push: handler });
  more(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, found) =>
      error === null ? resolve(found) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return { pushed, address: `127.0.0.1:${port}` };
}

const sinkFor = (address: string, more: Partial<GrpcPushSinkOptions> = {}) =>
  createGrpcPushSink({ name: 'bot', address, ...FAST, ...more });
const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));

describe('a push', () => {
  it("is tatsu's: key and d, and the rest as metadata", async () => {
    const { address, pushed } = await startServer();
    const bed = await startBed(sinkFor(address, { botId: () => '80351110224678912' }));
    bed.emit(2, 'READY', {});
    bed.emit(2, 'GUILD_CREATE', { id: '1' }, 'startup');
    bed.emit(2, 'GUILD_CREATE', { id: '2' }, 'join');
    bed.emit(2, 'MESSAGE_CREATE', { content: 'ä' });
    await bed.drained();
    expect(pushed.map(({ key, value }) => [key, String(value)])).toEqual([
      ['gateway:events:GUILD_CREATE', '{"id":"2"}'],
      ['gateway:events:MESSAGE_CREATE', '{"content":"ä"}'],
    ]);
    expect(pushed[1]?.metadata).toMatchObject({
      'x-gateway-shard': '2',
      'x-gateway-shard-count': '4',
      'x-gateway-seq': '4',
      'x-gateway-event': 'MESSAGE_CREATE',
      'x-gateway-id': '2/4:session-2:4',
      'x-gateway-bot-id': '80351110224678912',
      'x-gateway-timestamp': expect.stringMatching(/^\d+$/),
    });
  });

  it("goes to the demo's method, with other values, where that is wanted", async () => {
    const { address, pushed } = await startServer();
    const demo = await startBed(sinkFor(address, { method: 'proto.Server/Create', prefix: '', envelope: true }));
    demo.emit(0, 'A', { n: 1 });
    await demo.drained();
    expect(pushed[0]?.key).toBe('A');
    expect(JSON.parse(String(pushed[0]?.value))).toMatchObject({ op: 0, t: 'A', shard: [0, 4], d: { n: 1 } });
    const etf = await startBed(sinkFor(address, { encoding: 'etf', whitelist: ['B'] }));
    etf.emit(0, 'A', {});
    etf.emit(0, 'B', {});
    await etf.drained();
    expect(pushed.slice(1).map(({ key, value }) => [key, [...value]])).toEqual([
      ['gateway:events:B', [116, 0, 0, 0, 0]],
    ]);
  });

  it('has an event that the server refuses, or that is too large, go to the dead letters alone', async () => {
    const buried: string[] = [];
    const { address, pushed } = await startServer(({ request }, reply) =>
      String(request.value) === '{"n":3}' ? reply({ code: grpc.status.INVALID_ARGUMENT }) : reply(null, {}),
    );
    const bed = await startBed(sinkFor(address), {
      maxDeliveries: 1,
      deadLetters: {
        add: async (_sink, _record, reason) => void buried.push(reason),
        close: async () => {},
      },
    });
    for (let n = 1; n <= 6; n++) bed.emit(0, 'A', n === 5 ? { n, filler: 'x'.repeat(200_000) } : { n });
    await bed.drained();
    expect(new Set(pushed.map(({ value }) => String(value)))).toEqual(
      new Set([1, 2, 3, 4, 6].map((n) => `{"n":${n}}`)),
    );
    expect(buried).toEqual(['the consumer refuses it (INVALID_ARGUMENT)', 'it is larger than the consumer takes']);
  });

  it('that fails is repeated, and the rest of its shard waits for it', async () => {
    let failures = 3;
    const { address, pushed } = await startServer((_, reply) =>
      failures-- > 0 ? reply({ code: grpc.status.UNKNOWN }) : reply(null, {}),
    );
    const bed = await startBed(sinkFor(address));
    for (let n = 1; n <= 5; n++) bed.emit(0, 'A', { n });
    await bed.drained();
    expect(pushed.map(({ value }) => (JSON.parse(String(value)) as { n: number }).n)).toEqual([1, 1, 1, 1, 2, 3, 4, 5]);
    expect(errors(bed.notes)).toEqual([]);
  });

  it('waits for a server that says it is not serving', async () => {
    let isServing = false;
    const health = {
      Check: {
        path: '/grpc.health.v1.Health/Check',
        requestStream: false,
        responseStream: false,
        requestSerialize: (value: Buffer) => value,
        requestDeserialize: (value: Buffer) => value,
        responseSerialize: (value: Buffer) => value,
        responseDeserialize: (value: Buffer) => value,
      },
    };
    const check: grpc.handleUnaryCall<Buffer, Buffer> = (_, reply) => reply(null, Buffer.of(0x08, isServing ? 1 : 2));
    const { address, pushed } = await startServer(undefined, (server) => server.addService(health, { Check: check }));
    const bed = await startBed(sinkFor(address));
    bed.emit(0, 'A', { n: 1 });
    await until(() => errors(bed.notes).length > 0);
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/says that it is not serving; events wait/)]);
    expect(pushed).toEqual([]);
    isServing = true;
    await bed.drained();
  });

  it('is told when the server has no such service', async () => {
    const server = new grpc.Server();
    const port = await new Promise<number>((resolve) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_, found) => resolve(found));
    });
    onTestFinished(() => server.forceShutdown());
    const bed = await startBed(sinkFor(`127.0.0.1:${port}`));
    bed.emit(0, 'A', {});
    await until(() => errors(bed.notes).length > 0);
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/has no \/gateway\.Queue\/Push; events wait/)]);
  });

  it('has so many calls of a shard under way as is asked for', async () => {
    let underWay = 0;
    let most = 0;
    const { address } = await startServer((_, reply) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => {
        underWay--;
        reply(null, {});
      }, 2);
    });
    const bed = await startBed(sinkFor(address, { callsPerShard: 8 }));
    for (let n = 1; n <= 100; n++) bed.emit(1, 'A', { n });
    await bed.drained();
    expect(most).toBe(8);
  });
});

it('no more is pushed once one of several calls has failed, until that one is tried again', async () => {
  let isFirst = true;
  const { address, pushed } = await startServer((_, reply) => {
    const fails = isFirst;
    isFirst = false;
    setTimeout(() => reply(fails ? { code: grpc.status.UNKNOWN } : null, {}), fails ? 0 : 20);
  });
  const bed = await startBed(sinkFor(address, { callsPerShard: 4 }));
  for (let n = 1; n <= 60; n++) bed.emit(1, 'A', { n });
  await bed.drained();
  const numbers = pushed.map(({ value }) => (JSON.parse(String(value)) as { n: number }).n);
  expect(new Set(numbers).size).toBe(60);
  expect(numbers.indexOf(1, 1)).toBeLessThanOrEqual(8);
});

it('gaps and reshards are pushed only where that is asked for', () => {
  const place = { shardId: 1, shardCount: 4, offset: 1, sessionId: 's' };
  const gap: DeliveryRecord = {
    ...place,
    kind: 'gap',
    afterSeq: 1,
    nextSeq: null,
    cause: 'expired',
    count: null,
    detectedAt: 1,
  };
  const generation = { shardCount: 4, shards: [] };
  const settings = readPushOptions({ name: 'bot', address: 'a:1' });
  expect(pushMessage(gap, settings)).toBeUndefined();
  expect(String(pushMessage(gap, { ...settings, gaps: true })?.request)).toContain('gateway:events:GAP');
  const reshard: DeliveryRecord = { ...place, kind: 'reshard', from: generation, to: generation, at: 1 };
  expect(pushMessage(reshard, settings)).toBeUndefined();
  expect(String(pushMessage(reshard, { ...settings, gaps: true })?.request)).toContain('gateway:events:RESHARD');
  const { metadata } = pushMessage(eventAt(1, { sessionId: 'a\nb', t: 'Ä' }), settings) ?? {};
  expect(metadata).toMatchObject({ 'x-gateway-event': '%C3%84', 'x-gateway-id': '0%2F4%3Aa%0Ab%3A1' });
});

it('wrong options are refused, and no key is shown', () => {
  const make = (options: object) => () => createGrpcPushSink({ name: 'bot', address: 'a:1', ...options });
  expect(make({ address: 'http://user:hunter2@a' })).toThrow(/expected host:port, without credentials/);
  expect(make({ envelope: true, encoding: 'etf' })).toThrow("envelope is for encoding 'json'");
  expect(make({ tls: { cert: '-----BEGIN CERTIFICATE-----' } })).toThrow('tls.cert and tls.key go together');
  expect(make({ tls: { ca: 'hunter2' } })).toThrow(/^((?!hunter2)[^])*PEM text/);
  expect(make({ method: 'x' })).toThrow(/expected 'gateway.Queue\/Push' or 'proto.Server\/Create'/);
  expect(make({ adress: 'x' })).toThrow(/no option 'adress'; did you mean 'address'/);
});
