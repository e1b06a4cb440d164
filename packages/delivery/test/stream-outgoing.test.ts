import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { OutgoingMessage } from '../src/stream/outgoing.ts';
import { createUnixConnection } from '../src/stream/unix-connection.ts';
import { createWebSocketConnection } from '../src/stream/websocket-connection.ts';
import type { StreamConnection } from '../src/stream/stream-connection.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

/** Asks for more room than it takes, as a message of events does. */
function message(text: string): OutgoingMessage {
  return { mostBytes: text.length + 50, write: (target, at) => at + target.write(text, at, 'latin1') };
}

async function webSocketPair(): Promise<{ connection: StreamConnection; peer: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  endings.push(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const accepted = new Promise<StreamConnection>((resolve) =>
    server.on('connection', (socket, request) =>
      resolve(createWebSocketConnection({ socket, stream: request.socket, address: 'here', authorized: true })),
    ),
  );
  const peer = new WebSocket(`ws://127.0.0.1:${port}`);
  endings.push(() => peer.terminate());
  return { connection: await accepted, peer };
}

async function unixPair(): Promise<{ connection: StreamConnection; peer: Socket; near: Socket }> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-outgoing-'));
  const server = createServer();
  endings.push(() => rm(folder, { recursive: true, force: true }));
  endings.push(() => server.close());
  server.listen(join(folder, 's'));
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const peer = connect(join(folder, 's'));
  const [near] = await accepted;
  endings.push(
    () => near.destroy(),
    () => peer.destroy(),
  );
  return { connection: createUnixConnection(near, 'here', 1_000), peer, near };
}

describe('messages on their way into a socket', () => {
  test('are WebSocket frames of every form of length, alone and together', async () => {
    const { connection, peer } = await webSocketPair();
    const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 300_000].map((length, n) => String(n).repeat(length));
    const heard: string[] = [];
    const all = new Promise<void>((resolve) =>
      peer.on('message', (data: Buffer) => {
        heard.push(data.toString());
        if (heard.length === 2 * texts.length) resolve();
      }),
    );
    for (const text of texts) connection.send(message(text));
    connection.together(() => {
      for (const text of texts) connection.send(message(text));
    });
    await all;
    expect(heard).toEqual([...texts, ...texts]);
  });

  test('come whole to a peer that stopped reading for a while, and hold little more than they are', async () => {
    const { connection, peer, near } = await unixPair();
    peer.pause();
    const texts = Array.from({ length: 4_000 }, (_, n) => `${n}:`.padEnd(500 + (n % 7), 'abc'));
    const before = process.memoryUsage().arrayBuffers;
    for (const text of texts) connection.send(message(text));
    expect(near.writableLength).toBeGreaterThan(1_000_000);
    expect(connection.bufferedBytes()).toBe(near.writableLength);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * near.writableLength + 1_000_000);
    const chunks: Buffer[] = [];
    peer.on('data', (chunk: Buffer) => chunks.push(chunk));
    peer.resume();
    const expected = texts.reduce((bytes, text) => bytes + 4 + text.length, 0);
    await expect.poll(() => Buffer.concat(chunks).length, { timeout: 10_000 }).toBe(expected);
    const bytes = Buffer.concat(chunks);
    let at = 0;
    for (const text of texts) {
      const length = bytes.readUInt32BE(at);
      expect(bytes.toString('latin1', at + 4, at + 4 + length)).toBe(text);
      at += 4 + length;
    }
    expect(connection.bufferedBytes()).toBe(0);
  });
});
