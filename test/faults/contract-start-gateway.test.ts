import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assertClean, createSimulator } from '@shardgate/simulator';
import { startGateway } from 'shardgate';
import { expect, it, vi } from 'vitest';

interface Post {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly shardId: number;
    readonly data: { readonly op: number; readonly t: string; readonly s: number; readonly d: unknown };
  };
}

it('startGateway with the options of the older document posts every event of its range to url, and gives the manager', async () => {
  const simulator = createSimulator({ shards: 4, maxConcurrency: 4, guilds: 8 });
  const { apiUrl } = await simulator.start();
  const posts: Post[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      posts.push({ method, path, headers, body: JSON.parse(text) as Post['body'] });
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gateway = startGateway({
    apiUrl,
    token: 'canary.token.value',
    secretKey: 'canary-secret-key',
    intents: ['GUILDS', 'GUILD_MESSAGES'],
    firstShardId: 1,
    lastShardId: 2,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    compress: false,
    shardsPerCluster: 25,
    maxClusters: 4,
    reshard: true,
  });
  // Two READYs and the four guilds of these shards.
  await vi.waitFor(() => expect(posts).toHaveLength(6), { timeout: 10_000, interval: 20 });
  expect([...gateway.shards.keys()]).toEqual([1, 2]);
  for (const { method, path, headers, body } of posts) {
    expect({ method, path, key: headers.authorization }).toEqual({
      method: 'POST',
      path: '/events',
      key: 'canary-secret-key',
    });
    expect(body).toMatchObject({ data: { op: 0, s: expect.any(Number) as number } });
  }
  for (const shardId of [1, 2]) {
    const names = posts.filter(({ body }) => body.shardId === shardId).map(({ body }) => body.data.t);
    expect(names, `shard ${shardId}`).toEqual(['READY', 'GUILD_LOADED_DD', 'GUILD_LOADED_DD']);
  }
  await gateway.stopGateway(gateway);
  assertClean(simulator);
  await simulator.close();
  server.close();
  server.closeAllConnections();
});
