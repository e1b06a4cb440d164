import { describe, expect, it } from 'vitest';
import { ACTS, openAdminBed, type AdminBed, type Reply } from './admin-bed.ts';
import { createHandDrivenService } from './hand-driven-service.ts';

const act = ({ ask }: AdminBed, path: string, body?: unknown, method = 'POST'): Promise<Reply> =>
  ask(path, { method, headers: ACTS, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

describe('actions', () => {
  it.each([
    ['/api/shards/1/reconnect', undefined, 'reconnect 1', 202, { accepted: true }],
    ['/api/shards/1/reconnect', {}, 'reconnect 1', 202, { accepted: true }],
    ['/api/shards/0/reidentify', { confirm: true }, 'reidentify 0', 202, { accepted: true }],
    ['/api/sinks/bot/pause', undefined, 'pause bot', 200, { pausedSinks: ['bot'] }],
    ['/api/sinks/bot/resume', {}, 'resume bot', 200, { pausedSinks: [] }],
    ['/api/stop', { confirm: true }, 'stop', 202, { accepted: true }],
    ['/api/reshard', { confirm: true }, 'reshard {}', 202, { accepted: true }],
    ['/api/reshard', { confirm: true, count: 32, last: 15 }, 'reshard {"count":32,"last":15}', 202, { accepted: true }],
  ])('POST %s %j: %s', async (path, body, done, status, answer) => {
    const bed = await openAdminBed();
    const reply = await act(bed, path, body);
    expect([reply.status, reply.json()]).toEqual([status, answer]);
    expect(bed.service.done).toEqual([done]);
    expect(bed.logged.join()).toContain('asked for by an operator');
    expect(bed.logged.join()).toContain('127.0.0.1');
  });

  it('PUT /api/log-level sets one of the levels', async () => {
    const bed = await openAdminBed();
    expect((await act(bed, '/api/log-level', { level: 'debug' }, 'PUT')).json()).toEqual({ level: 'debug' });
    expect((await bed.ask('/api/log-level')).json()).toEqual({ level: 'debug' });
    for (const body of [{ level: 'loud' }, { level: 1 }, {}, { level: 'info', more: 1 }, null, 'info', ['info']]) {
      const reply = await act(bed, '/api/log-level', body, 'PUT');
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('fatal, error, warn, info')]);
    }
    expect(bed.service.logLevel).toBe('debug');
  });

  it.each(['/api/shards/0/reidentify', '/api/stop', '/api/reshard'])('%s has to be confirmed', async (path) => {
    const bed = await openAdminBed();
    for (const body of [undefined, {}, { confirm: false }, { confirm: 'true' }, { confirm: 1 }, [true], null, true]) {
      const reply = await act(bed, path, body);
      expect([body, reply.status, reply.text]).toEqual([body, 400, expect.stringContaining('confirm it with')]);
    }
    expect(bed.service.done).toEqual([]);
  });

  it.each([
    ['/api/shards/7/reconnect', undefined, 'unknownShard'],
    ['/api/shards/7/reidentify', { confirm: true }, 'unknownShard'],
    ['/api/sinks/nobody/pause', undefined, 'unknownSink'],
    ['/api/sinks/__proto__/resume', undefined, 'unknownSink'],
  ])('%s is for what is not here', async (path, body, error) => {
    const reply = await act(await openAdminBed(), path, body);
    expect([reply.status, reply.json()]).toEqual([404, { error, message: expect.any(String) }]);
  });

  it('a reshard that cannot be done is answered with why, and so is one that cannot be given up any more', async () => {
    const bed = await openAdminBed();
    expect((await act(bed, '/api/reshard', undefined, 'DELETE')).json()).toEqual({ accepted: true });
    bed.service.show.answer = { accepted: false, reason: 'another reshard is under way' };
    const refused = { error: 'refused', message: 'another reshard is under way' };
    for (const [body, method] of [
      [{ confirm: true, count: 4 }, 'POST'],
      [undefined, 'DELETE'],
    ] as const) {
      const reply = await act(bed, '/api/reshard', body, method);
      expect([reply.status, reply.json()]).toEqual([409, refused]);
    }
    const asked = [...bed.service.done];
    for (const count of [0, -1, 1.5, 1_000_000, '4', null]) {
      const reply = await act(bed, '/api/reshard', { confirm: true, count });
      expect([count, reply.status, reply.text]).toEqual([count, 400, expect.stringContaining('whole numbers')]);
      if (typeof count === 'number') expect((await bed.ask(`/api/reshard/need?count=${count}`)).status).toBe(400);
    }
    expect(bed.service.done).toEqual(asked);
    for (const query of ['first=-1', 'last=x', 'count=4&count=5', 'more=1'])
      expect([query, (await bed.ask(`/api/reshard/need?${query}`)).status]).toEqual([query, 400]);
    expect((await bed.ask('/api/reshard/need?count=32&first=0&last=31')).json()).toMatchObject({
      maxShards: 32,
      affordable: true,
    });
  });

  it('a sink may have any name', async () => {
    const bed = await openAdminBed();
    bed.service.show.delivery.sinks = [{ name: 'a/b ü', required: true, open: true, ready: true }];
    const reply = await act(bed, `/api/sinks/${encodeURIComponent('a/b ü')}/pause`);
    expect(reply.json()).toEqual({ pausedSinks: ['a/b ü'] });
  });

  it('are not done by reading', async () => {
    const bed = await openAdminBed();
    for (const path of ['/api/shards/1/reconnect', '/api/stop', '/api/sinks/bot/pause']) {
      expect((await bed.ask(path)).status).toBe(404);
    }
    expect(bed.service.done).toEqual([]);
  });

  it('an action that fails is answered with 500, and only the log tells why', async () => {
    const service = createHandDrivenService();
    const reidentify = () => Promise.reject(new Error('ledger on fire'));
    const bed = await openAdminBed({ actions: { ...service, reidentify } });
    const reply = await act(bed, '/api/shards/0/reidentify', { confirm: true });
    expect([reply.status, reply.text]).toEqual([500, expect.not.stringContaining('fire')]);
    expect(bed.logged.join()).toContain('ledger on fire');
  });

  it('bodies are read strictly and not for ever', async () => {
    const bed = await openAdminBed();
    const send = (body: string) => bed.ask('/api/stop', { method: 'POST', headers: ACTS, body });
    for (const body of ['{', '{"confirm":true,"__proto__":{}}', '{"confirm":true,"constructor":{"prototype":{}}}']) {
      expect((await send(body)).status).toBe(400);
    }
    expect((await send(JSON.stringify({ confirm: true, more: 'x'.repeat(20_000) }))).status).toBe(413);
    expect(bed.service.done).toEqual([]);
  });
});
