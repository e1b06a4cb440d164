import { createRedisListSink, createRedisStreamSink } from '@shardgate/brokers/redis';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { startBed, until } from './broker-bed.ts';
import { redisConsumer } from './redis-consumer.ts';

/** A cluster of one: it refuses commands over several slots as a larger one does. */
describe.skipIf(!canBreak('redis'))('a Redis cluster', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] });
  });
  afterAll(() => server.end());

  it.each([
    ['lists', createRedisListSink],
    ['streams', createRedisStreamSink],
  ] as const)('takes %s', async (kind, make) => {
    const { call, list, entries } = await redisConsumer(server.url);
    await call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383').catch(() => undefined);
    await until(async () => String(await call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    const client = new Cluster([{ host: server.host, port: server.port }], { lazyConnect: true });
    const bed = await startBed(make({ name: kind, client }));
    for (let n = 0; n < 400; n++) bed.emit(n % 4, `E${n % 3}`, { n });
    await bed.drained();
    const got =
      kind === 'lists'
        ? (await Promise.all([0, 1, 2].map((t) => list(`gateway:events:E${t}`)))).flat()
        : (await Promise.all([0, 1, 2, 3].map((shard) => entries(`shardgate:4:${shard}`)))).flat();
    expect(got).toHaveLength(400);
  });
});
