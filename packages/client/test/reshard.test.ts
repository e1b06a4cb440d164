import { describe, expect, it, vi } from 'vitest';
import type { DeliveryReshard } from '../../delivery/src/delivery-record.ts';
import { createHttpSink } from '../../delivery/src/http/http-sink.ts';
import { batchOf, event, opened } from '../../delivery/test/http-bed.ts';
import type { ReshardNotice } from '../src/index.ts';
import { createEventReceiver } from '../src/receiver/create-event-receiver.ts';
import { serve } from './receiver-bed.ts';
import { startDelivery, stream } from './stream-sink-bed.ts';
import { startServer, testClient, TRANSPORTS } from './stream-server.ts';

const reshard: DeliveryReshard = {
  kind: 'reshard',
  shardId: 0,
  shardCount: 2,
  offset: 1,
  sessionId: 'session-0',
  from: { shardCount: 1, shards: [{ shardId: 0, sessionId: 'older', seq: 7 }] },
  to: { shardCount: 2, shards: [{ shardId: 0, sessionId: 'session-0', seq: 1 }] },
  at: 1_800_000_000_000,
};
const { kind: _kind, sessionId: _session, ...notice } = reshard;

describe.each(TRANSPORTS)('a client over %s', (transport) => {
  it('hears of a reshard before the events of the new shards, and acknowledges it', async () => {
    const old = Buffer.from('{"content":"before"}');
    const events = stream(2, 4).map((one) => ({ ...one, offset: one.offset + 1, old }));
    const delivery = await startDelivery(transport, [reshard, ...events]);
    const client = testClient(delivery.url);
    const heard: (ReshardNotice | number | null)[] = [];
    const before: unknown[] = [];
    client.on('reshard', (told) => void heard.push(told));
    client.on('MESSAGE_CREATE', (_data, { shardId, seq, old: was }) => {
      if (shardId === 0) heard.push(seq);
      before.push(was);
    });
    await client.connect();
    await vi.waitUntil(delivery.isDone, { timeout: 10_000 });
    expect(heard).toEqual([notice, 1, 2, 3, 4]);
    expect(before).toEqual(Array.from({ length: 8 }, () => ({ content: 'before' })));
    expect(client.status()).toMatchObject({ reshards: 1, gaps: 0, received: 8 });
    expect(client.shardCount).toBe(2);
  });

  it('keeps nothing of lanes that are gone, however many generations there were', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url, { seenLimit: 10 });
    const connecting = client.connect();
    const far = await server.welcome();
    await connecting;
    for (let shardCount = 1; shardCount <= 50; shardCount++) {
      const lane = `0/${shardCount}`;
      const place = { lane, epoch: shardCount };
      const none = { shardCount: shardCount - 1, shards: [] };
      far.send({ op: 'lease', ...place });
      far.send({ op: 'reshard', ...place, offset: 1, from: none, to: { ...none, shardCount }, at: 1 });
      expect(await far.next('ack')).toEqual({ op: 'ack', ...place, offset: 1 });
      // What goes from one client to another of the old shards says nothing of how many there are.
      if (shardCount > 1) far.send({ op: 'lease', lane: `1/${shardCount - 1}`, epoch: 1_000 + shardCount });
      far.send({ op: 'ping', n: 1 });
      if (shardCount > 1) far.send({ op: 'revoke', lane: `1/${shardCount - 1}`, epoch: 1_000 + shardCount });
      if (shardCount < 50) far.send({ op: 'revoke', ...place });
    }
    await vi.waitUntil(() => client.status().lanes.length === 1);
    expect(client.status()).toMatchObject({ reshards: 50, lanes: ['0/50'] });
    expect(client.shardCount).toBe(50);
  });

  it('reports a reshard that cannot be read, and goes on', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    const errors: unknown[] = [];
    client.on('error', (error) => void errors.push(error));
    const connecting = client.connect();
    const far = await server.welcome();
    await connecting;
    far.send({ op: 'lease', lane: '0/2', epoch: 1 });
    far.send({ op: 'reshard', lane: '0/2', epoch: 1, offset: 1, from: null, to: { shardCount: 2, shards: [{}] } });
    expect(await far.next('ack')).toMatchObject({ offset: 1 });
    expect(errors).toHaveLength(1);
    expect(client.status().reshards).toBe(0);
  });
});

it.each(['event', 'batch'] as const)(
  'a receiver is told of a reshard, and given what was before, format %s',
  async (format) => {
    const told: ReshardNotice[] = [];
    const before: unknown[] = [];
    const receiver = createEventReceiver({
      secretKey: 'secret',
      onReshard: (one) => void told.push(one),
      handler: ({ old }) => void before.push(old),
    });
    const url = await serve(receiver);
    const gaps = format === 'event' ? { gaps: true } : {};
    const { sink } = await opened(createHttpSink({ name: 'bot', url, secretKey: 'secret', format, ...gaps }));
    await sink.deliver(batchOf([reshard, event(2, { old: Buffer.from('[{"id":"1"}]') }), event(3)]));
    expect(told).toEqual([notice]);
    expect(before).toEqual([[{ id: '1' }], undefined]);
    expect(receiver.status()).toMatchObject({ handled: 2, reshards: 1, failed: 0 });
  },
);
