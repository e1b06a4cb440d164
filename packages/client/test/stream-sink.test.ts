import { describe, expect, it, vi } from 'vitest';
import { startDelivery, startProxy, stream } from './stream-sink-bed.ts';
import { testClient, TRANSPORTS } from './stream-server.ts';

interface Handled {
  readonly key: string;
  readonly offset: number;
}

/** That each guild's events were handled in rising order, each once. */
function expectGuildOrder(handled: readonly Handled[]): void {
  const last = new Map<string, number>();
  for (const { key, offset } of handled) {
    expect(offset, key).toBeGreaterThan(last.get(key) ?? 0);
    last.set(key, offset);
  }
}

const PATIENCE = { timeout: 20_000 };

describe.each(TRANSPORTS)('client and sink over %s', (transport) => {
  it('hand over every event once and each guild in order, though the connection is cut again and again', async () => {
    const records = stream(3, 300);
    const delivery = await startDelivery(transport, records, { window: { events: 50 } });
    const proxy = await startProxy(delivery.url);
    const client = testClient(proxy.url, { concurrency: 7, reconnectFirstMs: 10 });
    const handled: Handled[] = [];
    let connections = 0;
    client.on('connected', () => void connections++);
    client.on('MESSAGE_CREATE', async (_data, { guildId = '', offset }) => {
      handled.push({ key: guildId, offset });
      if (handled.length % 100 === 0) proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, offset % 3));
    });
    await client.connect();
    await vi.waitUntil(delivery.isDone, PATIENCE);
    expect(handled).toHaveLength(records.length);
    expectGuildOrder(handled);
    expect(connections).toBeGreaterThan(5);
    expect(client.status().duplicates).toBeGreaterThan(0);
  });

  it('leave no event out when one of two clients is killed, and come again only those it had not acknowledged', async () => {
    const records = stream(4, 200);
    const delivery = await startDelivery(transport, records, { window: { events: 40 } });
    const handled: Record<string, Handled[]> = { one: [], two: [] };
    const start = (name: string): ReturnType<typeof testClient> => {
      const client = testClient(delivery.url, { name });
      client.on('*', async (_data, { guildId = '', offset }) => {
        handled[name]?.push({ key: guildId, offset });
        await new Promise((resolve) => setTimeout(resolve, 1));
      });
      return client;
    };
    const one = start('one');
    const two = start('two');
    await Promise.all([one.connect(), two.connect()]);
    await vi.waitUntil(() => (handled['one']?.length ?? 0) > 120 && (handled['two']?.length ?? 0) > 120, PATIENCE);
    expect([one.status().lanes.length, two.status().lanes.length]).toEqual([2, 2]);
    await one.close({ drain: false });
    await vi.waitUntil(delivery.isDone, PATIENCE);
    const all = [...(handled['one'] ?? []), ...(handled['two'] ?? [])].map(({ key, offset }) => `${key}:${offset}`);
    expect(new Set(all).size).toBe(records.length);
    expect(all.length - records.length).toBeLessThanOrEqual(40);
    expectGuildOrder(handled['one'] ?? []);
    expectGuildOrder(handled['two'] ?? []);
  });

  it('hand lanes on without a repetition when a client drains', async () => {
    const records = stream(4, 500);
    const delivery = await startDelivery(transport, records, { window: { events: 40 } });
    const handled: Handled[] = [];
    const clients = ['one', 'two'].map((name) => {
      const client = testClient(delivery.url, { name });
      client.on('*', async (_data, { guildId = '', offset }) => {
        handled.push({ key: guildId, offset });
        await new Promise((resolve) => setTimeout(resolve, 1));
      });
      return client;
    });
    await Promise.all(clients.map((client) => client.connect()));
    await vi.waitUntil(() => handled.length > 100, PATIENCE);
    await clients[0]?.close();
    expect(handled.length).toBeLessThan(records.length);
    await vi.waitUntil(delivery.isDone, PATIENCE);
    expect(handled).toHaveLength(records.length);
    expectGuildOrder(handled);
  });

  it('let a loop take the events', async () => {
    const records = stream(2, 60);
    const delivery = await startDelivery(transport, records);
    const client = testClient(delivery.url);
    const loop = client.events();
    await client.connect();
    const offsets: number[] = [];
    for await (const { offset } of loop) {
      offsets.push(offset);
      // The last one is acknowledged when the loop asks for one more, and gets none.
      if (offsets.length === records.length) void client.close();
    }
    expect(offsets).toHaveLength(records.length);
    await vi.waitUntil(delivery.isDone, PATIENCE);
  });

  it('refuse a wrong key and take a right one', async () => {
    const delivery = await startDelivery(transport, stream(1, 1), { secretKey: 'right' });
    await expect(testClient(delivery.url, { secretKey: 'wrong' }).connect()).rejects.toMatchObject({ code: 'refused' });
    await expect(testClient(delivery.url).connect()).rejects.toMatchObject({ code: 'refused' });
    await testClient(delivery.url, { secretKey: 'right' }).connect();
    await vi.waitUntil(delivery.isDone, PATIENCE);
  });
});
