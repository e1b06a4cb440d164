import { createKafkaSink, type KafkaMessage, type KafkaProducer } from '@shardgate/brokers/kafka';
import type { DeliveryRecord } from '@shardgate/delivery';
import { describe, expect, it } from 'vitest';
import { kafkaMessage } from '../src/kafka/kafka-message.ts';
import { startBed, until } from './broker-bed.ts';
import { eventAt } from './grpc-bed.ts';

/** What a producer of ours does with a send. */
type Answer = (messages: readonly KafkaMessage[], producer: number) => Promise<unknown> | undefined;

/** A client of ours with KafkaJS' interface, which tells what was asked of it. */
function fakeKafka(answer: Answer = () => undefined) {
  const sends: { readonly producer: number; readonly topic: string; readonly messages: readonly KafkaMessage[] }[] = [];
  const ended: number[] = [];
  let made = 0;
  return {
    sends,
    ended,
    /** Data of all messages that were stored, in order. */
    stored: [] as { n: number }[],
    createProducer(): KafkaProducer {
      const own = ++made;
      return {
        connect: async () => {},
        disconnect: async () => void ended.push(own),
        send: async ({ topic, messages }) => {
          sends.push({ producer: own, topic, messages });
          await answer(messages, own);
          this.stored.push(...messages.map(({ value }) => JSON.parse(String(value)) as { n: number }));
        },
      };
    },
  };
}

const BACK_OFF = { backOff: { baseMs: 5, capMs: 20 } };
const ofKafka = (type: string): Error =>
  Object.assign(new Error('retries exceeded'), { cause: Object.assign(new Error(type), { type }) });
const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));

async function start(answer?: Answer, more: object = {}, bedOptions: object = {}) {
  const kafka = fakeKafka(answer);
  const createProducer = (): KafkaProducer => kafka.createProducer();
  const sink = createKafkaSink({ name: 'bot', createProducer, body: 'data', ...BACK_OFF, ...more });
  return { kafka, sink, bed: await startBed(sink, bedOptions) };
}

describe('a Kafka sink', () => {
  it('has one send under way at a time, with what waits of all shards, each in order', async () => {
    let underWay = 0;
    let most = 0;
    const { kafka, bed } = await start(async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay--;
    });
    for (let n = 1; n <= 2_000; n++) bed.emit(n % 4, 'A', { n });
    await bed.drained();
    expect(most).toBe(1);
    expect(kafka.sends.length).toBeLessThan(20);
    expect(new Set(kafka.sends.map(({ topic }) => topic))).toEqual(new Set(['discord']));
    for (const shard of [0, 1, 2, 3]) {
      const numbers = kafka.stored.map(({ n }) => n).filter((n) => n % 4 === shard);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(numbers).toHaveLength(500);
    }
  });

  it('uses no producer again after a failed send, since its count is wrong then', async () => {
    let failures = 2;
    const { kafka, bed } = await start(() =>
      failures-- > 0 ? Promise.reject(ofKafka('REQUEST_TIMED_OUT')) : undefined,
    );
    for (let n = 1; n <= 50; n++) bed.emit(0, 'A', { n });
    await bed.drained();
    expect(kafka.sends.slice(0, 3).map(({ producer }) => producer)).toEqual([1, 2, 3]);
    expect(kafka.ended.slice(0, 2)).toEqual([1, 2]);
    expect(kafka.stored.map(({ n }) => n)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(errors(bed.notes)).toEqual([
      expect.stringMatching(/Kafka cluster does not take events: REQUEST_TIMED_OUT; events wait/),
    ]);
    expect(bed.notes.at(-1)).toBe('info: Kafka cluster takes events again');
  });

  it('gives up a send and a connection that are not answered', async () => {
    const { kafka, bed } = await start((_, producer) => (producer === 1 ? new Promise(() => {}) : undefined), {
      timeoutMs: 10,
    });
    bed.emit(0, 'A', { n: 1 });
    await bed.drained();
    expect(kafka.sends.map(({ producer }) => producer)).toEqual([1, 2]);
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/no answer within 50 ms/)]);
  });

  it('lets only the event go that is too large', async () => {
    const buried: string[] = [];
    const { kafka, bed } = await start(
      (messages) =>
        messages.some(({ value }) => value.length > 5_000) ? Promise.reject(ofKafka('MESSAGE_TOO_LARGE')) : undefined,
      {},
      {
        maxDeliveries: 1,
        deadLetters: {
          add: async (_sink: string, _record: object, reason: string) => void buried.push(reason),
          close: async () => {},
        },
      },
    );
    for (let n = 1; n <= 20; n++) bed.emit(0, 'A', { n, filler: n === 7 ? 'x'.repeat(6_000) : '' });
    for (let n = 21; n <= 30; n++) bed.emit(1, 'A', { n });
    await bed.drained();
    const numbers = [...new Set(kafka.stored.map(({ n }) => n))];
    expect(numbers.filter((n) => n <= 20)).toEqual([1, 2, 3, 4, 5, 6, ...Array.from({ length: 13 }, (_, i) => i + 8)]);
    expect(numbers.filter((n) => n > 20)).toHaveLength(10);
    expect(buried).toEqual([expect.stringContaining('max.message.bytes')]);
  });

  it.each([
    [Object.assign(new Error('x'), { name: 'KafkaJSSASLAuthenticationError' }), /refuses the credentials/],
    [ofKafka('TOPIC_AUTHORIZATION_FAILED'), /does not allow this user/],
    [ofKafka('UNKNOWN_TOPIC_OR_PARTITION'), /has no such topic/],
    [ofKafka('NOT_ENOUGH_REPLICAS'), /too few replicas/],
    [new Error('self-signed certificate'), /cannot be trusted: self-signed certificate/],
  ])('says what is wrong: %s', async (error, words) => {
    let isWrong = true;
    const { bed } = await start(() => (isWrong ? Promise.reject(error) : undefined));
    bed.emit(0, 'A', { n: 1 });
    await until(() => errors(bed.notes).length > 0);
    expect(errors(bed.notes)).toEqual([expect.stringMatching(words)]);
    isWrong = false;
    await bed.drained();
  });

  it('gives everything back when it is closed, though a send hangs', async () => {
    const { sink, bed, kafka } = await start(() => new Promise(() => {}));
    bed.emit(0, 'A', { n: 1 });
    await until(() => kafka.sends.length > 0);
    await sink.close();
    await expect(
      sink.deliver({
        lane: { shardId: 0, shardCount: 4 },
        records: [eventAt(1)],
        attempt: 0,
        acknowledge: () => {},
        signal: new AbortController().signal,
      }),
    ).rejects.toThrow(/not ready/);
  });

  it('tells gaps and reshards between the events, under the key of their shard', () => {
    const place = { shardId: 2, shardCount: 4, offset: 9, sessionId: 's' };
    const gap: DeliveryRecord = {
      ...place,
      kind: 'gap',
      afterSeq: 1,
      nextSeq: 3,
      cause: 'expired',
      count: 1,
      detectedAt: 5,
    };
    const generation = { shardCount: 4, shards: [] };
    const reshard: DeliveryRecord = { ...place, kind: 'reshard', from: generation, to: generation, at: 6 };
    expect(kafkaMessage(gap, 'event')).toMatchObject({ key: '2', headers: { t: 'GAP', shard: '2/4' }, timestamp: '5' });
    expect(kafkaMessage(reshard, 'data')).toMatchObject({ key: '2', headers: { t: 'RESHARD' }, timestamp: '6' });
    const old = Buffer.from('{"n":0}');
    const { value, headers } = kafkaMessage(eventAt(1, { old, seq: null }), 'event');
    expect(JSON.parse(String(value))).toMatchObject({ d: { n: 1 }, old: { n: 0 } });
    expect(headers).toEqual({ t: 'MESSAGE_CREATE', shard: '0/4', session: 's' });
  });

  it('refuses wrong options, and shows no password', () => {
    const make = (options: object) => () => createKafkaSink({ name: 'bot', ...options });
    expect(make({})).toThrow('expected either servers or createProducer');
    expect(make({ servers: ['a:1'], createProducer: () => {} })).toThrow('expected either servers or createProducer');
    expect(make({ servers: ['kafka'] })).toThrow(/'servers.0' is not shown: expected host:port/);
    expect(make({ servers: ['a:1'], sasl: 'hunter2' })).toThrow(/^((?!hunter2)[^])*expected an object/);
    expect(make({ servers: ['a:1'], topci: 'x' })).toThrow(/no option 'topci'; did you mean 'topic'/);
    expect(make({ servers: ['a:1'], topic: 'a b' })).toThrow(/'topic' is 'a b': expected letters/);
  });
});
