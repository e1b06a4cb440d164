import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseAmqpAddress } from '../src/amqp/amqp-address.ts';
import { createAmqpSink } from '../src/amqp/index.ts';
import { createShardSlots } from '../src/amqp/shard-slots.ts';

describe('the address of a broker', () => {
  it('is taken apart as AMQP has it', () => {
    expect(parseAmqpAddress('amqps://bot:p%40ss%2F@broker.example/my%2Fhost').connect).toEqual({
      protocol: 'amqps',
      hostname: 'broker.example',
      port: 5671,
      username: 'bot',
      password: 'p@ss/',
      vhost: 'my%2Fhost',
    });
    expect(parseAmqpAddress('amqp://[::1]:7000').connect).toEqual({ protocol: 'amqp', hostname: '::1', port: 7_000 });
  });

  it('has no password where it is shown', () => {
    const address = parseAmqpAddress('amqp://bot:p%40ss%2F@broker.example/host');
    expect(address.label).toBe('amqp://broker.example:5672/host');
    expect(address.clean('cannot use p@ss/ or p%40ss%2F')).toBe('cannot use … or …');
  });

  it('is open to others on the way unless it is encrypted or on this machine', () => {
    const urls = ['amqp://a.example', 'amqps://a.example', 'amqp://localhost', 'amqp://127.0.0.2', 'amqp://[::1]'];
    expect(urls.map((url) => parseAmqpAddress(url).isExposed)).toEqual([true, false, false, false, false]);
  });
});

describe('slots that shards share', () => {
  it('always leave one for a shard that has none, however many are flooded', () => {
    const slots = createShardSlots(64);
    for (let shard = 0; shard < 6; shard++) {
      let got = 0;
      while (slots.take(shard)) got++;
      expect(got).toBeGreaterThan(0);
    }
    expect(slots.taken).toBeLessThanOrEqual(64);
    const before = slots.taken;
    slots.free(0);
    expect(slots.taken).toBe(before - 1);
  });
});

describe('without amqplib', () => {
  it('it is said how to install it', async () => {
    vi.doMock('amqplib', () => {
      throw new Error('Cannot find package');
    });
    onTestFinished(() => {
      vi.doUnmock('amqplib');
    });
    const sink = createAmqpSink({ url: 'amqp://localhost' });
    onTestFinished(() => sink.close());
    await expect(sink.open({ setReady: () => {}, report: () => {} })).rejects.toThrow('npm install amqplib');
  });
});
