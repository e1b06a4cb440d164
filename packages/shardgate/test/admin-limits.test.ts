import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as defaults from '../src/admin/defaults.ts';
import { openAdminBed, until } from './admin-bed.ts';

interface RawClient {
  readonly socket: Socket;
  readonly received: () => string;
  readonly isClosed: () => boolean;
}

function openRaw(url: string): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    let text = '';
    let closed = false;
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      resolve({ socket, received: () => text, isClosed: () => closed }),
    );
    socket.on('data', (chunk: Buffer) => (text += String(chunk)));
    socket.on('close', () => (closed = true));
    socket.on('error', (error) => (closed ? undefined : reject(error)));
    onTestFinished(() => void socket.destroy());
  });
}

describe('limits', () => {
  it('a request that never ends is cut off, head or body', async () => {
    const { url, service } = await openAdminBed({ requestTimeoutMs: 300 });
    const head = await openRaw(url);
    head.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ');
    const body = await openRaw(url);
    body.socket.write(
      'POST /api/stop HTTP/1.1\r\nHost: localhost\r\nX-Shardgate: 1\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{',
    );
    await until(() => head.isClosed() && body.isClosed(), 'the end of both');
    expect(head.received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(service.done).toEqual([]);
  });

  it('headers may not be larger than they need to be', async () => {
    const { url } = await openAdminBed();
    const client = await openRaw(url);
    client.socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`);
    await until(client.isClosed, 'the end');
    expect(client.received()).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each([
    ['none', ''],
    ['an empty one', 'Host:\r\n'],
    ['two', 'Host: localhost\r\nHost: evil.example\r\n'],
  ])('a request by %s for a name is refused', async (_, host) => {
    const { url } = await openAdminBed();
    const client = await openRaw(url);
    client.socket.write(`GET /healthz HTTP/1.1\r\n${host}\r\n`);
    await until(() => /^HTTP\/1\.1 (400|421) /.test(client.received()), 'the answer');
  });

  it(`no more than ${defaults.MAX_CONNECTIONS} connections are open`, async () => {
    const { url, service } = await openAdminBed();
    const clients = await Promise.all(Array.from({ length: defaults.MAX_CONNECTIONS }, () => openRaw(url)));
    const oneMore = await openRaw(url);
    await until(oneMore.isClosed, 'the end of the one too many');
    expect(clients.filter(({ isClosed }) => isClosed())).toEqual([]);
    expect(service.done).toEqual([]);
  });

  it('closing does not wait for clients that say nothing', async () => {
    const { url, close } = await openAdminBed();
    const silent = await openRaw(url);
    const half = await openRaw(url);
    half.socket.write('GET /healthz HTTP/1.1\r\n');
    const start = performance.now();
    await close();
    expect(performance.now() - start).toBeLessThan(defaults.CLOSE_TIMEOUT_MS + 2_000);
    await until(() => silent.isClosed() && half.isClosed(), 'the end of both');
    await close();
  });
});
