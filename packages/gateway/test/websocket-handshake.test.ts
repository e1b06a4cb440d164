import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { createSelfSigned } from '../../../test/beds/certificate.ts';
import { createTestClock } from './test-clock.ts';
import { endServers, openClient, startRawServer, startServer, switching, until, watchEnd } from './websocket-bed.ts';
import { binary, text } from './websocket-frames.ts';

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await endServers();
});

describe('the opening handshake', () => {
  it('offers no extension and no subprotocol, and a key of sixteen bytes', async () => {
    const heads: Record<string, unknown>[] = [];
    const { url } = await startRawServer((socket, request) => {
      heads.push({ ...request.headers, url: request.url });
      socket.write(switching(request));
    });
    const client = openClient(`${url}/?v=10&encoding=json`);
    await until('open', () => client.told.includes('open'));
    const [head] = heads;
    expect(head).toMatchObject({
      host: new URL(url).host,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      url: '/?v=10&encoding=json',
    });
    expect(Buffer.from(String(head?.['sec-websocket-key']), 'base64')).toHaveLength(16);
    expect(Object.keys(head ?? {})).not.toContain('sec-websocket-extensions');
    client.terminate();
    await client.closed();
    expect(client.told).toEqual(['open', 'close 1006']);
  });

  it('frames in the packet of the answer are told, after onOpen and before what comes later', async () => {
    const { url } = await startRawServer((socket, request) => {
      const later = text('later');
      socket.write(
        Buffer.concat([Buffer.from(switching(request)), text('first'), binary(Buffer.alloc(3)), later.subarray(0, 4)]),
      );
      setTimeout(() => socket.write(later.subarray(4)), 20);
    });
    const client = openClient(url);
    await until('three messages', () => client.messages.length === 3);
    expect(client.told).toEqual(['open', 'text first', 'binary 3', 'text later']);
    client.terminate();
    await client.closed();
  });

  it('a handler that ends the connection in onOpen hears nothing of what came with the answer', async () => {
    const { url } = await startRawServer((socket, request) => {
      socket.write(Buffer.concat([Buffer.from(switching(request)), text('first')]));
    });
    const client = openClient(url, {}, { onOpen: (opened) => opened.terminate() });
    await client.closed();
    expect(client.told).toEqual(['open', 'close 1006']);
  });

  it.each([
    ['HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy', 503, 7_000],
    ['HTTP/1.1 429 Too Many Requests\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n', 429, 600_000],
    ['HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n', 401, undefined],
    ['HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n', 302, undefined],
    ['HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n', 200, undefined],
  ])('%j is an error with status %i and a pause of %s', async (answer, status, retryAfterMs) => {
    let watched = { ended: false };
    const { url } = await startRawServer((socket) => {
      watched = watchEnd(socket);
      socket.write(answer);
    });
    const client = openClient(url);
    await client.closed();
    expect(client.told).toEqual([`error the gateway answered the upgrade with HTTP ${status}`, 'close 1006']);
    expect(client.errors[0]?.status).toBe(status);
    expect(client.errors[0]?.retryAfterMs).toBe(retryAfterMs);
    await until('the connection is given back', () => watched.ended);
  });

  it.each([
    ['an accept that is not of our key', /Sec-WebSocket-Accept/, () => switching({ headers: {} } as never)],
    ['no accept', /Sec-WebSocket-Accept/, (head: string) => head.replace(/^Sec-WebSocket-Accept.*\r\n/m, '')],
    ['another protocol', /something else/, (head: string) => head.replace('websocket', 'h2c')],
    [
      'an extension',
      /extension/,
      (head: string) => head.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n'),
    ],
    [
      'a subprotocol',
      /subprotocol/,
      (head: string) => head.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: chat\r\n\r\n'),
    ],
    ['no HTTP', /Parse Error/, () => 'SSH-2.0-OpenSSH\r\n'],
    ['a head without an end', /Overflow/i, (head: string) => `${head.slice(0, -2)}X: ${'x'.repeat(100_000)}`],
    ['a 101 without an upgrade', /HTTP 101$/, () => 'HTTP/1.1 101 Switching\r\n\r\n\x81\x01a'],
  ])('an answer with %s is refused; nothing that came with it is told', async (_what, message, change) => {
    const { url } = await startRawServer((socket, request) => {
      socket.write(Buffer.concat([Buffer.from(change(switching(request))), text('evil')]));
      setTimeout(() => socket.end(), 100);
    });
    const client = openClient(url);
    await client.closed();
    expect(client.told).toEqual([expect.stringMatching(message), 'close 1006']);
  });

  it.each([
    ['never answers', ''],
    ['never ends its answer', 'HTTP/1.1 101 Switching Protocols\r\nX: '],
  ])('a server that %s is given up at the deadline', async (_what, answer) => {
    const clock = createTestClock();
    let watched: { ended: boolean } | undefined;
    const { url } = await startRawServer((socket) => {
      watched = watchEnd(socket);
      socket.write(answer);
    });
    const client = openClient(url, { clock, handshakeTimeoutMs: 30_000 });
    await until('asked', () => watched !== undefined);
    await clock.advance(29_999);
    expect(client.told).toEqual([]);
    await clock.advance(1);
    await client.closed();
    expect(client.told).toEqual(['error the gateway did not answer the upgrade within 30000 ms', 'close 1006']);
    await until('the connection is given back', () => watched?.ended === true);
  });

  it('the deadline ends with the handshake, however that ends', async () => {
    const clock = createTestClock();
    const { url } = await startServer(() => {});
    const open = openClient(url, { clock });
    const failed = openClient('ws://127.0.0.1:99999', { clock });
    const aborted = openClient(url, { clock });
    aborted.terminate();
    await until('open', () => open.told.includes('open'));
    await Promise.all([failed.closed(), aborted.closed()]);
    expect(clock.timers).toBe(0);
    open.terminate();
    await open.closed();
  });

  it('a server that hangs up instead of an answer is an error', async () => {
    const { url } = await startRawServer((socket) => socket.destroy());
    const client = openClient(url);
    await client.closed();
    expect(client.told).toEqual([expect.stringMatching(/^error ./), 'close 1006']);
  });

  it.each(['no url', 'http://127.0.0.1:1', 'ws://127.0.0.1:99999'])('%j is told, not thrown', async (url) => {
    const client = openClient(url);
    expect(client.told).toEqual([]);
    client.send('nothing');
    await client.closed();
    expect(client.told).toEqual([expect.stringMatching(/^error ./), 'close 1006']);
  });

  it('a port nobody listens on is told with its address, on every address of the host', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    for (const host of ['127.0.0.1', 'localhost']) {
      const client = openClient(`ws://${host}:${port}`);
      await client.closed();
      expect(client.told).toEqual([expect.stringContaining(`ECONNREFUSED 127.0.0.1:${port}`), 'close 1006']);
    }
  });

  it.each(['close', 'terminate'] as const)('%s before the answer ends the attempt, without an error', async (how) => {
    const accepted: Socket[] = [];
    const ended: Socket[] = [];
    const server = createServer((socket) => {
      accepted.push(socket);
      socket.on('error', () => {}).on('close', () => ended.push(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const atOnce = openClient(url);
    atOnce[how](4000);
    expect(atOnce.told).toEqual([]);
    await atOnce.closed();

    const waiting = openClient(url);
    await until('connected', () => accepted.length > 0);
    waiting[how](4000);
    waiting.terminate();
    await waiting.closed();
    await until('the connections are given back', () => ended.length === accepted.length);
    expect([atOnce.told, waiting.told]).toEqual([['close 1006'], ['close 1006']]);
    server.close();
    await once(server, 'close');
  });

  it('wss speaks TLS, names the host, and does what ws does', async () => {
    // The certificate is checked by test/faults/network-tls.test.ts; here it may be anybody's.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.spyOn(process, 'emitWarning').mockReturnValue();
    const { cert, key } = createSelfSigned({ host: 'localhost' });
    const server = createHttpsServer({ cert, key });
    const names: unknown[] = [];
    server.on('secureConnection', (socket) => names.push(socket.servername));
    new WebSocketServer({ server }).on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        socket.send(data);
        socket.close(4000, 'enough');
      });
    });
    server.listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const host of ['localhost', '127.0.0.1']) {
      const client = openClient(
        `wss://${host}:${port}`,
        {},
        { onOpen: (opened) => opened.send(Buffer.alloc(100_000)) },
      );
      await client.closed();
      expect(client.told).toEqual(['open', 'binary 100000', 'close 4000 enough']);
    }
    expect(names).toEqual(['localhost', false]);
    server.close();
    await once(server, 'close');
  });
});
