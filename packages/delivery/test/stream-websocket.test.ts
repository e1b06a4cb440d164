import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createWebSocketSink } from '../src/stream/websocket-sink.ts';
import { openSink, testDoor } from './stream-bed.ts';
import { joinPeer } from './stream-peer.ts';

/** Status of the answer to a request for a WebSocket; 101 when it was granted. */
function upgrade(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      socket.terminate();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', (error) => {
      if (!/closed before/.test(error.message)) reject(error);
    });
  });
}

describe('createWebSocketSink', () => {
  it.each([
    [{}, /name/],
    [{ port: 0 }, /name/],
    [{ name: 's' }, /port or server/],
    [{ name: 's', port: 0, server: createServer() }, /port or server/],
    [{ name: 's', port: 70_000 }, /port/],
    [{ name: 's', port: 0, path: 'events' }, /path/],
    [{ name: 's', port: 0, windows: {} }, /no option 'windows'; did you mean 'window'/],
    [{ name: 's', port: 0, window: { events: 0 } }, /window.events/],
    [{ name: 's', port: 0, secretKey: 'a b' }, /secretKey/],
    [{ name: 's', port: 0, pingIntervalMs: 1_000, silenceTimeoutMs: 1_000 }, /pingIntervalMs/],
    [{ name: 's', port: 0, commands: {} }, /'commands' is {}: expected an object with the methods execute/],
  ])('refuses the options %j', (options, message) => {
    expect(() => createWebSocketSink(options as never)).toThrow(message);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org'])('refuses to listen on %s without a key', (host) => {
    expect(() => createWebSocketSink({ name: 's', port: 0, host })).toThrow(/secretKey/);
    expect(() => createWebSocketSink({ name: 's', port: 0, host, secretKey: 'k' })).not.toThrow();
  });

  it.each([{ secretKey: 'my key' }, { secretKeys: 'my key' }])('does not show the key when it refuses %j', (wrong) => {
    let message = '';
    try {
      createWebSocketSink({ name: 's', port: 0, ...wrong });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('secretKey');
    expect(message).not.toContain('my key');
  });

  it('takes the key as a header before there is a WebSocket', async () => {
    const bed = await openSink('websocket', { secretKey: 'k-1' });
    await joinPeer(bed.url, {}, { authorization: 'Bearer k-1' });
    await joinPeer(bed.url, {}, { authorization: 'k-1' });
    await joinPeer(bed.url, { key: 'k-1' });
    expect(await upgrade(bed.url, { authorization: 'Bearer k-2' })).toBe(401);
    expect(await upgrade(bed.url, { authorization: '' })).toBe(401);
  });

  it('lets no web page in, unless its origin is allowed', async () => {
    const bed = await openSink('websocket', { allowedOrigins: ['https://dash.example'] });
    expect(await upgrade(bed.url, { origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade(bed.url, { origin: 'null' })).toBe(403);
    expect(await upgrade(bed.url, { origin: 'https://dash.example' })).toBe(101);
  });

  it('answers only to names of this machine, so that no foreign name can be pointed at it', async () => {
    const bed = await openSink('websocket');
    expect(await upgrade(bed.url, { host: 'evil.example' })).toBe(421);
    expect(await upgrade(bed.url, { host: '127.0.0.1.evil.example:80' })).toBe(421);
    for (const host of ['localhost', 'localhost:1', '127.0.0.1', '[::1]:9'])
      expect(await upgrade(bed.url, { host })).toBe(101);
  });

  it('answers 404 off its path, and tells a browser what it is', async () => {
    const bed = await openSink('websocket', { path: '/events' });
    expect(await upgrade(bed.url.replace('/events', '/other'))).toBe(404);
    expect(await upgrade(`${bed.url}?x=1`)).toBe(101);
    expect((await fetch(bed.url.replace('ws:', 'http:'))).status).toBe(426);
  });

  it("shares a server of the user's: other paths and requests stay the user's", async () => {
    const server = createServer((_request, response) => response.end('mine'));
    server.on('upgrade', (request, stream) => {
      if (request.url === '/other') stream.end('HTTP/1.1 418 Mine\r\nConnection: close\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const sink = createWebSocketSink({ name: 's', server, path: '/events' });
    await sink.open(testDoor());
    await sink.open(testDoor());
    const peer = await joinPeer(`ws://127.0.0.1:${port}/events`);
    expect(await upgrade(`ws://127.0.0.1:${port}/other`)).toBe(418);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('mine');
    await sink.close();
    expect((await peer.closed).code).toBe(4503);
    expect(server.listening).toBe(true);
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address !== undefined && address.family === 'IPv4' && !address.internal)?.address;
  // A machine without any other address than its own cannot be reached from outside.
  it.runIf(outside !== undefined)(
    "lets nobody in from another address without a key, on a server of the user's",
    async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo;
      const sink = createWebSocketSink({ name: 's', server });
      await sink.open(testDoor());
      onTestFinished(() => sink.close());
      expect(await upgrade(`ws://${outside}:${port}/`)).toBe(403);
      expect(await upgrade(`ws://127.0.0.1:${port}/`)).toBe(101);
    },
  );

  it('rejects when its port is taken, and can be opened again', async () => {
    const bed = await openSink('websocket');
    const port = Number(new URL(bed.url).port);
    const second = createWebSocketSink({ name: 's', port });
    onTestFinished(() => second.close());
    await expect(second.open(testDoor())).rejects.toThrow(/EADDRINUSE/);
    await bed.sink.close();
    await second.open(testDoor());
    await joinPeer(bed.url);
  });
});
