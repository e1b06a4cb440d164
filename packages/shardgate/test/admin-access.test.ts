import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { AdminServerOptions } from '../src/admin/admin-server.ts';
import { createAdminServer } from '../src/admin/create-admin-server.ts';
import { createMetrics } from '../src/metrics/create-metrics.ts';
import { ACTS, KEY, openAdminBed } from './admin-bed.ts';
import { createHandDrivenService } from './hand-driven-service.ts';

function create(options: object): unknown {
  const service = createHandDrivenService();
  const metrics = createMetrics({ view: service });
  const whole = { view: service, actions: service, metrics, port: 0, ...options };
  return createAdminServer(whole as AdminServerOptions);
}

const bearer = { authorization: `Bearer ${KEY}` };

describe('who may listen where', () => {
  it.each(['0.0.0.0', '::', '10.1.2.3', 'bot.example'])('%s needs a key', (host) => {
    expect(() => create({ host })).toThrow(/secretKey is needed/);
    expect(() => create({ host, secretKey: KEY })).not.toThrow();
  });

  it.each(['127.0.0.1', '::1', 'localhost'])('%s needs none', (host) => {
    expect(() => create({ host })).not.toThrow();
  });

  it('a name by which others may come needs a key', () => {
    expect(() => create({ allowedHosts: ['bot.example'] })).toThrow(/secretKey is needed/);
    expect(() => create({ allowedHosts: ['localhost'] })).not.toThrow();
  });

  it('a wrong option is told by its name, and never by its value', () => {
    expect(() => create({ port: 70_000 })).toThrow(/port: expected a whole number from 0 to 65535/);
    expect(() => create({ port: 70_000 })).toThrow(RangeError);
    expect(() => create({ hots: '::1' })).toThrow(/no option hots/);
    expect(() => create({ view: {} })).toThrow(/view: expected an object with the methods/);
    expect(() => create({ secretKey: `${KEY} with spaces` })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(KEY) }),
    );
  });

  it('an address that is taken is told', async () => {
    const { url } = await openAdminBed();
    const taken = Number(new URL(url).port);
    await expect(openAdminBed({ port: taken })).rejects.toThrow(/cannot be listened on/);
  });

  it('a printed server shows no key', () => {
    expect(inspect(create({ secretKey: KEY }), { depth: Infinity, showHidden: true })).not.toContain(KEY);
  });
});

describe('the key', () => {
  it.each([
    ['none', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['the beginning of it', { authorization: `Bearer ${KEY.slice(0, -1)}` }],
    ['more than it', { authorization: `Bearer ${KEY}x` }],
    ['it with no word before', { authorization: KEY }],
    ['it after another word', { authorization: `Basic ${KEY}` }],
    ['it twice', { authorization: [`Bearer ${KEY}`, `Bearer ${KEY}`] }],
  ])('%s opens nothing', async (_, headers) => {
    const { ask } = await openAdminBed({ secretKey: KEY });
    for (const path of ['/api/overview', '/api/events', '/metrics', '/api/openapi.json', '/nowhere']) {
      const reply = await ask(path, { headers: headers as Record<string, string> });
      expect([path, reply.status]).toEqual([path, 401]);
      expect(reply.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('opens what needs it', async () => {
    const { ask } = await openAdminBed({ secretKey: KEY });
    for (const path of ['/api/overview', '/metrics', '/api/openapi.json']) {
      expect((await ask(path, { headers: bearer })).status).toBe(200);
    }
    expect((await ask(`/api/overview?key=${KEY}`)).status).toBe(401);
  });

  it('is not needed by probes, which are told no causes', async () => {
    const { ask, service } = await openAdminBed({ secretKey: KEY });
    service.show.readiness = { ready: false, causes: ['sink bot is not open'] };
    expect((await ask('/healthz')).json()).toEqual({ status: 'OK' });
    expect((await ask('/healthcheck')).json()).toEqual({ status: 'OK' });
    expect((await ask('/readyz')).json()).toEqual({ ready: false, causes: [] });
    expect((await ask('/readyz', { headers: bearer })).json()).toEqual(service.show.readiness);
  });

  it('stands in no answer and no log', async () => {
    const { ask, logged } = await openAdminBed({ secretKey: KEY });
    const paths = ['/', '/healthz', '/readyz', '/metrics', '/api/overview', '/api/openapi.json', `/${KEY}`, '/api/%zz'];
    const replies = await Promise.all(
      paths.flatMap((path) => [
        ask(path, { headers: bearer }),
        ask(path, { headers: { authorization: `Bearer ${KEY}1` } }),
        ask(path, { method: 'POST', headers: { ...ACTS, ...bearer }, body: `{"${KEY}":` }),
      ]),
    );
    const shown = replies.map(({ text, headers }) => text + JSON.stringify(headers)).join('\n') + logged.join('\n');
    expect(shown).not.toContain(KEY);
  });
});

describe('the name by which it is called', () => {
  const local = '127.0.0.1:1';
  it.each([
    ['127.0.0.1', 200],
    ['localhost:7901', 200],
    ['LOCALHOST', 200],
    ['[::1]:7901', 200],
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['10.0.0.1', 421],
    ['user@localhost', 421],
    ['localhost/path', 421],
  ])('on loopback, %j is answered with %d', async (host, status) => {
    const { ask } = await openAdminBed();
    expect((await ask('/api/overview', { headers: { host } })).status).toBe(status);
    expect((await ask('/healthz', { headers: { host } })).status).toBe(status);
  });

  it('may be one of allowedHosts, in any case', async () => {
    const { ask } = await openAdminBed({ allowedHosts: ['Bot.Example'], secretKey: KEY });
    for (const [host, status] of [
      ['bot.example:443', 200],
      ['bot.example.', 200],
      [local, 200],
      ['other.example', 421],
    ] as const) {
      expect([host, (await ask('/readyz', { headers: { host } })).status]).toEqual([host, status]);
    }
  });

  it('may be any where other machines reach it, unless allowedHosts says which', async () => {
    const open = await openAdminBed({ host: '0.0.0.0', secretKey: KEY });
    expect((await open.ask('/healthz', { headers: { host: 'any.example' } })).status).toBe(200);
    const named = await openAdminBed({ host: '0.0.0.0', secretKey: KEY, allowedHosts: ['bot.example'] });
    expect((await named.ask('/healthz', { headers: { host: 'any.example' } })).status).toBe(421);
    expect((await named.ask('/healthz', { headers: { host: 'bot.example' } })).status).toBe(200);
    expect((await named.ask('/healthz', { headers: { host: '127.0.0.1' } })).status).toBe(200);
  });
});

describe('pages of others', () => {
  it.each([
    ['null', 403],
    ['https://evil.example', 403],
    ['http://localhost:1', 403],
    ['file://localhost:7901', 403],
    ['http://localhost:7901', 200],
    ['https://localhost:7901', 200],
  ])('a page of %s is answered with %d', async (origin, status) => {
    const { ask } = await openAdminBed();
    const reply = await ask('/api/overview', { headers: { host: 'localhost:7901', origin } });
    expect(reply.status).toBe(status);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('cannot even hold a stream open, but may link to the dashboard', async () => {
    const { ask } = await openAdminBed();
    const from = (site: string, mode: string, dest: string) => ({
      headers: { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest },
    });
    expect((await ask('/api/events', from('cross-site', 'no-cors', 'image'))).status).toBe(403);
    expect((await ask('/api/overview', from('same-site', 'cors', 'empty'))).status).toBe(403);
    expect((await ask('/api/overview', from('cross-site', 'navigate', 'iframe'))).status).toBe(403);
    expect((await ask('/api/overview', from('same-origin', 'cors', 'empty'))).status).toBe(200);
    expect((await ask('/api/overview', from('cross-site', 'navigate', 'document'))).status).toBe(200);
  });

  it('get nothing done: actions need a header that no form sends, and JSON', async () => {
    const { ask, service } = await openAdminBed();
    const post = (headers: Record<string, string>) => ask('/api/shards/0/reconnect', { method: 'POST', headers });
    expect((await post({})).status).toBe(403);
    expect((await post({ 'content-type': 'application/json' })).status).toBe(403);
    expect((await post({ 'x-shardgate': '1' })).status).toBe(415);
    expect((await post({ 'x-shardgate': '1', 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post({ 'x-shardgate': '1', 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await post({ ...(ACTS as Record<string, string>), origin: 'https://evil.example' })).status).toBe(403);
    expect(service.done).toEqual([]);
  });

  it('are told by every answer that it is not theirs', async () => {
    const { ask } = await openAdminBed();
    for (const path of ['/api/overview', '/metrics', '/nowhere', '/%']) {
      expect((await ask(path)).headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      });
    }
  });
});
