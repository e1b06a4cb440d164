import { describe, expect, it, onTestFinished } from 'vitest';
import { startNats } from './nats.ts';
import { startPostgres } from './postgres.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { startRedis } from './redis.ts';
import { answers, canBreak, givenServer, type TestServer } from './server-process.ts';

const SERVERS: Readonly<Record<string, () => Promise<TestServer>>> = {
  redis: startRedis,
  nats: startNats,
  rabbitmq: startRabbitmq,
  postgres: startPostgres,
};

/** The tests of packages/brokers start, kill and restart a RabbitMQ anyway. */
const isLong = process.env['SHARDGATE_LONG'] !== undefined;
if (!isLong) console.info('a test’s own rabbitmq: left out, since it takes half a minute; SHARDGATE_LONG=1 runs it');
const TRIED = Object.entries(SERVERS).filter(([name]) => isLong || name !== 'rabbitmq');

describe.each(TRIED)('a test’s own %s', (name, start) => {
  it.skipIf(!canBreak(name))(
    'serves, dies, comes back on its port, and leaves nothing behind',
    { timeout: 90_000 },
    async () => {
      const server = await start();
      onTestFinished(() => server.end());
      expect(await answers(server.port)).toBe(true);
      await server.kill();
      expect(await answers(server.port)).toBe(false);
      await server.restart();
      expect(await answers(server.port)).toBe(true);
      await server.restart({ empty: true });
      expect(await answers(server.port)).toBe(true);
      await server.stop();
      expect(await answers(server.port)).toBe(false);
    },
  );
});

describe('a test’s server', () => {
  it.skipIf(!canBreak('redis'))('that is paused accepts, but says nothing until it goes on', async () => {
    const server = await startRedis();
    onTestFinished(() => server.end());
    const ping = { ask: 'PING\r\n', says: '+PONG' };
    server.pause();
    expect(await answers(server.port)).toBe(true);
    expect(await answers(server.port, ping)).toBe(false);
    server.resume();
    expect(await answers(server.port, ping)).toBe(true);
  });

  it('that was given by its URL refuses to be broken', async () => {
    const server = givenServer('redis', 'redis://broker.example:7000', 6379);
    expect(server).toMatchObject({ own: false, host: 'broker.example', port: 7000 });
    await expect(server.kill()).rejects.toThrow('SHARDGATE_TEST_REDIS_URL names a server that is not');
    await expect(server.end()).resolves.toBeUndefined();
  });

  it('that does not start says what it printed', async () => {
    if (!canBreak('redis')) return;
    await expect(startRedis({ args: ['--no-such-thing', 'x'] })).rejects.toThrow(/redis ended \(1\)[^]*no-such-thing/);
  });
});
