import { createKafkaSink } from '@shardgate/brokers/kafka';
import { expect, it } from 'vitest';
import { checkSink, type Arrival } from '../../delivery/test/sink-contract.ts';
import { startBed, until } from './broker-bed.ts';
import { judge, startLoad } from './event-load.ts';
import { startKafkaMock, type Stored } from './kafka-mock.ts';

type Event = { channel_id: string; n: number };
const FAST = { timeoutMs: 1_000, backOff: { baseMs: 20, capMs: 200 } };

/** No longer, also in long runs: this broker keeps only so much, and its consumer has to get it before it is gone. */
const PAUSE_MS = 2_500;

const dataOf = (stored: readonly Stored[]): Event[] => stored.map(({ payload }) => JSON.parse(payload) as Event);
const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));

it('KafkaJS writes each event once, with its key and headers, as an idempotent producer', async () => {
  const mock = await startKafkaMock('discord');
  const bed = await startBed(createKafkaSink({ name: 'bot', servers: [mock.server], ...FAST }));
  bed.emit(3, 'MESSAGE_CREATE', { channel_id: '1', n: 1 });
  await bed.drained();
  await until(() => mock.stored.length > 0);
  const [message] = mock.stored;
  expect(message).toMatchObject({
    key: '3',
    headers: { t: 'MESSAGE_CREATE', shard: '3/4', session: 'session-3', seq: '1', id: '3/4:session-3:1' },
  });
  expect(JSON.parse(message?.payload ?? '')).toMatchObject({ op: 0, t: 'MESSAGE_CREATE', shard: [3, 4], d: { n: 1 } });
  expect([...mock.requests]).toEqual(expect.arrayContaining(['InitProducerId', 'Produce']));
});

it('the order of each shard is kept under 5,000 events a second', { timeout: 60_000 }, async () => {
  const mock = await startKafkaMock('orders');
  const bed = await startBed(
    createKafkaSink({ name: 'bot', servers: [mock.server], topic: 'orders', body: 'data', ...FAST }),
  );
  const load = startLoad(bed, 5_000, 'MESSAGE_CREATE', 100);
  await until(() => load.total > 10_000);
  load.stop();
  await bed.drained();
  await until(() => mock.stored.length >= load.total);
  expect(judge(load.sent, dataOf(mock.stored))).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
  expect(new Set(mock.stored.map(({ key, partition }) => `${key}:${partition}`)).size).toBe(4);
});

it('a broker that is stopped for a while costs no event and not the order', { timeout: 60_000 }, async () => {
  const mock = await startKafkaMock('pauses');
  const bed = await startBed(
    createKafkaSink({ name: 'bot', servers: [mock.server], topic: 'pauses', body: 'data', ...FAST }),
    { maxMemoryBytes: 256 * 1024 * 1024 },
  );
  const load = startLoad(bed, 5_000, 'MESSAGE_CREATE', 100);
  await until(() => mock.stored.length > 1_000);
  mock.pause();
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  mock.resume();
  const before = load.total;
  await until(() => load.total > before + 2_000);
  load.stop();
  await bed.drained(60_000);
  await until(() => judge(load.sent, dataOf(mock.stored)).lost === 0);
  expect(judge(load.sent, dataOf(mock.stored))).toMatchObject({ lost: 0, outOfOrder: 0 });
  expect(errors(bed.notes)[0]).toMatch(/Kafka 127\.0\.0\.1:\d+ does not take events: .*; events wait/);
  expect(bed.notes.at(-1)).toMatch(/takes events again$/);
});

it('a broker that is killed is gone back to when there is one again', { timeout: 60_000 }, async () => {
  const mock = await startKafkaMock('lives');
  const bed = await startBed(
    createKafkaSink({ name: 'bot', servers: [mock.server], topic: 'lives', body: 'data', ...FAST }),
  );
  bed.emit(0, 'A', { n: 1 });
  await bed.drained();
  await mock.kill();
  bed.emit(0, 'A', { n: 2 });
  await until(() => errors(bed.notes).length > 0);
  await mock.restart();
  bed.emit(0, 'A', { n: 3 });
  await bed.drained();
  await until(() => mock.stored.some(({ payload }) => payload === '{"n":3}'));
  expect(mock.stored.map(({ payload }) => payload).slice(-2)).toEqual(['{"n":2}', '{"n":3}']);
});

let tests = 0;

checkSink(
  'createKafkaSink',
  async () => {
    const topic = `contract-${++tests}`;
    const mock = await startKafkaMock(topic);
    return {
      sink: createKafkaSink({ name: 'bot', servers: [mock.server], topic, body: 'data', ...FAST }),
      pause: () => mock.pause(),
      resume: () => mock.resume(),
      leave: () => mock.kill(),
      comeBack: () => mock.restart(),
      received: async () => {
        // Its consumer is a little behind: it asks for more twice a second.
        await until(() => mock.stored.length > 0);
        for (let count = 0; count < mock.stored.length; await new Promise((resolve) => setTimeout(resolve, 1_000)))
          count = mock.stored.length;
        return mock.stored.map(({ headers, payload }): Arrival =>
          headers['t'] === 'GAP' ? 'gap' : (JSON.parse(payload) as Event).n,
        );
      },
    };
  },
  // This broker keeps nothing when it ends.
  { comesBack: false },
);
