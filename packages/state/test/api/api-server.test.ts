import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { createConnection } from 'node:net';
import { createVirtualClock } from '@shardgate/simulator';
import { describe, expect, test } from 'vitest';
import { createStateApi } from '../../src/api/index.ts';
import { createMemoryStore, createState, guildRef } from '../../src/index.ts';
import { G, put } from '../store-operations.ts';
import { roles, startApi } from './api-bed.ts';

describe('who may ask', () => {
  test('is who shows the key; probes need none', async () => {
    const { url, get } = await startApi({ key: 'K3y' });
    expect((await get('/counts')).status).toBe(401);
    expect((await get('/counts')).headers.get('www-authenticate')).toBe('Bearer');
    expect((await get('/counts', { authorization: 'Bearer K3' })).status).toBe(401);
    expect((await get('/nothing', { authorization: 'Bearer k3y' })).status).toBe(401);
    expect((await get('/counts', { authorization: 'bearer K3y' })).status).toBe(200);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/openapi.json`)).status).toBe(401);
  });

  test('is without a key no web page, and nobody who calls the server by another name', async () => {
    const { url, get } = await startApi();
    expect((await get('/counts')).status).toBe(200);
    expect((await get('/counts', { origin: 'http://example.com' })).status).toBe(403);
    expect(await statusWith(url, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await statusWith(url, { host: 'example.com' })).toBe(421);
    expect(await statusWith(url, { host: '[::1]:80' })).toBe(200);
  });

  test('is settled before anything listens', async () => {
    const state = createState({ stores: [createMemoryStore()] });
    expect(() => createStateApi({ state, port: 0, host: '0.0.0.0' })).toThrow('so a key is needed');
    expect(() => createStateApi({ state, port: 70_000 })).toThrow(RangeError);
    expect(() => createStateApi({ state, port: 0, key: 'with space' })).toThrow("option 'key' is not shown");
    expect(() => createStateApi({ state, port: 0, prot: 1 } as never)).toThrow("did you mean 'port'?");
  });
});

describe('the State API', () => {
  test('speaks HTTP/2 without TLS with who begins so, on the same port', async () => {
    const { url, write, api } = await startApi({ key: 'K3y' });
    write(put(guildRef(G), { id: G }), roles(G, 1_000));
    const session = connect(url);
    const ask = async (path: string, headers: OutgoingHttpHeaders = {}): Promise<[unknown, string]> => {
      const stream = session.request({ ':path': path, ...headers });
      const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      let body = '';
      for await (const text of stream.setEncoding('utf8') as AsyncIterable<string>) body += text;
      return [answer[':status'], body];
    };
    const authorization = 'Bearer K3y';
    const [one, many, none, refused] = await Promise.all([
      ask(`/v1/events/guilds/${G}`, { authorization }),
      ask(`/v1/events/guilds/${G}/roles`, { authorization }),
      ask('/v1/events/guilds/1', { authorization }),
      ask('/v1/events/guilds/1'),
    ]);
    expect(one).toEqual([200, `{"id":"${G}"}`]);
    expect(JSON.parse(many[1])).toHaveLength(1_000);
    expect(none[0]).toBe(404);
    expect(refused[0]).toBe(401);
    const closed = once(session, 'close');
    await api.close();
    await closed;
  });

  test('needs no Host of the machine for HTTP/2 clients on it, and refuses others', async () => {
    const { url } = await startApi();
    const session = connect(url);
    const status = async (headers: OutgoingHttpHeaders): Promise<unknown> => {
      const stream = session.request({ ':path': '/v1/events/counts', ...headers });
      const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      stream.resume();
      return answer[':status'];
    };
    expect(await status({})).toBe(200);
    expect(await status({ ':authority': 'example.com' })).toBe(421);
    session.close();
  });

  test('cuts a connection that says nothing for ten seconds', async () => {
    const clock = createVirtualClock();
    const { url } = await startApi({}, { clock });
    const silent = createConnection(Number(new URL(url).port), '127.0.0.1');
    silent.resume().on('error', () => {});
    // Accepted by now, as the later one is answered.
    await once(silent, 'connect');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const cut = once(silent, 'close');
    clock.advance(10_000);
    await cut;
  });

  test('cuts a connection that says nothing when it stops, and one that says nonsense at once', async () => {
    const { clock: real } = createState({ stores: [createMemoryStore()] });
    const { url, api } = await startApi({}, { clock: real });
    const port = Number(new URL(url).port);
    const silent = createConnection(port, '127.0.0.1');
    await once(silent, 'connect');
    const half = createConnection(port, '127.0.0.1');
    half.end('PR');
    const nonsense = createConnection(port, '127.0.0.1');
    nonsense.write('PRI nonsense\r\n\r\n'.repeat(10));
    const odd = createConnection(port, '127.0.0.1');
    odd.write('\0\0\0\0\r\n\r\n');
    for (const socket of [half, nonsense, odd]) {
      socket.resume().on('error', () => {});
      await once(socket, 'close');
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    silent.on('error', () => {});
    const cut = once(silent, 'close');
    await api.close();
    await cut;
  });

  test('describes itself in OpenAPI, each route with a summary', async () => {
    const { url } = await startApi({ allowWrites: true });
    const { openapi, paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { summary?: string }>>;
    };
    expect(openapi).toBe('3.1.0');
    expect(paths['/v1/events/guilds/{guild}/members_with_role/{role}']?.['get']?.summary).toContain('role');
    expect(Object.keys(paths)).toHaveLength(37);
    for (const path of Object.values(paths))
      for (const { summary } of Object.values(path)) expect(summary).toBeTruthy();
  });

  test('shows counts and statistics, and can be under another path', async () => {
    const { url, write } = await startApi({ base: '/state' });
    write(put(guildRef(G), { id: G }), roles(G, 3));
    expect(await (await fetch(`${url}/state/counts`)).json()).toMatchObject({ guild: 1, role: 3, member: 0 });
    const statistics = await (await fetch(`${url}/state/statistics`)).json();
    expect(statistics).toMatchObject({ phase: 'running', objects: { role: 3 }, stores: [{ name: 'memory' }] });
  });

  test('stops within its time, though an answer never ends', async () => {
    const { clock: real } = createState({ stores: [createMemoryStore()] });
    let isAsked = false;
    const list = (): Promise<never> => {
      isAsked = true;
      return new Promise(() => {});
    };
    const { api, get } = await startApi({}, { clock: real, list });
    const hanging = get(`/guilds/${G}/roles`).catch((error: unknown) => error);
    await expect.poll(() => isAsked).toBe(true);
    const begun = performance.now();
    await api.close();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await hanging).toBeInstanceOf(Error);
    await api.close();
  });

  test('names the address it cannot listen on', async () => {
    const { url, state } = await startApi();
    const second = createStateApi({ state, port: Number(new URL(url).port) });
    await expect(second.listen()).rejects.toThrow('cannot be listened on');
    await second.close();
  });
});

/** Fetch refuses to send some headers. */
function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/events/counts`, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject).end();
  });
}
