import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createUnixSink } from '../../delivery/src/index.ts';
import { systemClock } from '../../delivery/src/ports/clock.ts';
import { createReshardBed } from '../../delivery/test/reshard-bed.ts';
import { testClient } from './stream-server.ts';

const GUILDS = 12;

it('over gateway, sink and two slow clients each guild’s events stay in order over three reshards, and old lanes go', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sg-'));
  const path = join(folder, 's');
  const sink = createUnixSink({ name: 'stream', path, window: { events: 20 } });
  const bed = await createReshardBed(2, {
    sinks: [sink],
    clock: systemClock,
    soon: (callback) => void setImmediate(callback),
    window: { events: 40 },
  });
  onTestFinished(async () => {
    await bed.delivery.stop(bed.delivery);
    await rm(folder, { recursive: true, force: true });
  });
  const handled = Array.from({ length: GUILDS }, (): number[] => []);
  const counts: number[] = [];
  const clients = ['one', 'two'].map((name) => {
    const client = testClient(`unix:${path}`, { name, concurrency: 5 });
    client.on('reshard', ({ to }) => void counts.push(to.shardCount));
    client.on('*', async (data) => {
      const { guild_id: guild, n } = data as { guild_id: string; n: number };
      await new Promise((resolve) => setTimeout(resolve, n % 3));
      handled[Number(guild)]?.push(n);
    });
    return client;
  });
  await Promise.all(clients.map((client) => client.connect()));
  let n = 0;
  const send = (events: number): void => {
    for (let event = 0; event < events; event++) {
      const guild = n % GUILDS;
      bed.event(guild % bed.gateway.maxShards, { d: { guild_id: String(guild), n: ++n } });
    }
  };
  send(240);
  for (const shardCount of [3, 5, 2]) {
    bed.reshard(shardCount);
    send(240);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await vi.waitUntil(() => handled.flat().length >= n, { timeout: 20_000 });
  for (const [guild, got] of handled.entries())
    expect(got, `guild ${guild}`).toEqual(Array.from({ length: n / GUILDS }, (_, index) => index * GUILDS + guild + 1));
  expect(counts).toEqual([3, 5, 2]);
  bed.gateway.events.emit('reshardClosed', { from: 5, to: 2, tookMs: 1 });
  const lanes = (): string[] => clients.flatMap((client) => client.status().lanes).sort();
  await vi.waitUntil(() => lanes().length === 2, { timeout: 5_000 });
  expect(lanes()).toEqual(['0/2', '1/2']);
  expect(bed.delivery.runtime.cuts).toEqual([]);
});
