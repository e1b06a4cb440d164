import { createCoreNatsSink, createJetStreamSink } from '@shardgate/brokers/nats';
import { createRedisListSink, createRedisStreamSink } from '@shardgate/brokers/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import { startNats, type NatsServer } from '../../../test/services/nats.ts';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { checkSink, type Arrival, type SinkBed } from '../../delivery/test/sink-contract.ts';
import { natsConsumer } from './nats-consumer.ts';
import { redisConsumer } from './redis-consumer.ts';
import { arrivalOf, serverReceiver } from './server-receiver.ts';

/** No other test of this file uses the same names. */
let tests = 0;
const backOff = { baseMs: 20, capMs: 500 };

describe.skipIf(!canBreak('redis'))('with Redis', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server?.end());

  const startStreams = async (from: { url: string } | { client: Redis }): Promise<SinkBed> => {
    const prefix = `contract-${++tests}:`;
    return {
      ...serverReceiver(server),
      sink: createRedisStreamSink({ name: 'bot', ...from, prefix, backOff }),
      received: async () => {
        const consumer = await redisConsumer(server.url);
        const streams = await Promise.all([0, 1, 2].map((shardId) => consumer.entries(`${prefix}4:${shardId}`)));
        return streams.flat().map(({ t, d }) => arrivalOf(t, JSON.parse(d ?? '')));
      },
    };
  };

  checkSink('createRedisStreamSink', () => startStreams({ url: server.url }));
  checkSink('createRedisStreamSink through ioredis', () =>
    startStreams({ client: new Redis(server.url, { lazyConnect: true }) }),
  );
  checkSink(
    'createRedisListSink',
    async () => {
      const prefix = `contract-${++tests}:`;
      return {
        ...serverReceiver(server),
        sink: createRedisListSink({ name: 'bot', url: server.url, prefix, gaps: true, backOff }),
        received: async () => {
          const consumer = await redisConsumer(server.url);
          const [events, gaps] = [await consumer.list(`${prefix}MESSAGE_CREATE`), await consumer.list(`${prefix}GAP`)];
          return [...events.map((data) => (data as { n: number }).n), ...gaps.map(() => 'gap' as const)];
        },
      };
    },
    { gapInPlace: false },
  );
});

describe.skipIf(!canBreak('nats'))('with NATS', () => {
  let server: NatsServer;
  beforeAll(async () => void (server = await startNats()));
  afterAll(() => server?.end());

  checkSink('createJetStreamSink', async () => {
    const stream = `CONTRACT_${++tests}`;
    return {
      ...serverReceiver(server),
      sink: createJetStreamSink({ name: 'bot', url: server.url, stream, prefix: stream, body: 'data', backOff }),
      received: async () => {
        const stored = await (await natsConsumer(server.url)).read(stream);
        return stored.map(({ subject, body }) => arrivalOf(subject.split('.')[1], body));
      },
    };
  });

  checkSink(
    'createCoreNatsSink',
    async () => {
      const prefix = `contract-${++tests}`;
      const arrivals: Arrival[] = [];
      const { connection } = await natsConsumer(server.url);
      connection.subscribe(`${prefix}.>`, {
        callback: (_, message) => void arrivals.push(arrivalOf(message.subject.split('.')[1], message.json())),
      });
      await connection.flush();
      return {
        ...serverReceiver(server),
        sink: createCoreNatsSink({ name: 'bot', url: server.url, prefix, body: 'data', backOff }),
        received: async () => {
          await connection.flush();
          return arrivals;
        },
      };
    },
    // It keeps nothing for whoever was away.
    { comesBack: false },
  );
});
