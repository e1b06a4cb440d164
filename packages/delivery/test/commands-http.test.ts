import { inspect } from 'node:util';
import { systemClock } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../src/commands/command-error.ts';
import { createCommandServer } from '../src/commands/http/command-server.ts';
import { head, KEY, post, raw, start } from './command-server-bed.ts';

describe('POST /commands', () => {
  it('gives the result and the chunks of one command', async () => {
    const { url, seen } = await start((_, onChunk) => {
      onChunk({ chunk_index: 0 });
      onChunk({ chunk_index: 1 });
      return { chunks: 2 };
    });
    const reply = await post(`${url}/commands`, { type: 'requestMembers' }, { authorization: `Bearer ${KEY}` });
    expect(reply).toMatchObject({
      status: 200,
      body: { ok: true, result: { chunks: 2 }, chunks: [{ chunk_index: 0 }, { chunk_index: 1 }] },
    });
    expect(seen).toEqual([{ client: { name: 'http', id: 'http:127.0.0.1' }, command: { type: 'requestMembers' } }]);
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answers an array with an array, errors in their place', async () => {
    const { url } = await start(({ n }) => {
      if (n === 2) throw new CommandError('queueFull', 'full', { retryAfterMs: 5 });
      return n;
    });
    const { status, body } = await post(`${url}/commands`, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(status).toBe(200);
    expect(body).toEqual([
      { ok: true, result: 1 },
      { ok: false, error: { code: 'queueFull', message: 'full', retryAfterMs: 5 } },
      { ok: true, result: 3 },
    ]);
    expect((await post(`${url}/commands`, [])).status).toBe(400);
    expect(
      (
        await post(
          `${url}/commands`,
          Array.from({ length: 101 }, () => ({})),
        )
      ).status,
    ).toBe(400);
  });

  it.each([
    ['invalid', 400],
    ['forbidden', 403],
    ['foreignShard', 404],
    ['tooLarge', 413],
    ['queueFull', 429],
    ['notReady', 503],
    ['expired', 504],
    ['timeout', 504],
    ['closed', 503],
  ] as const)('%s has the status %i', async (code, status) => {
    const { url } = await start(() => {
      throw new CommandError(code, 'no');
    });
    expect(await post(`${url}/commands`, {})).toMatchObject({ status, body: { ok: false, error: { code } } });
  });

  it('rateLimited says when in Retry-After', async () => {
    const { url } = await start(() => {
      throw new CommandError('rateLimited', 'later', { retryAfterMs: 1_200 });
    });
    const reply = await post(`${url}/commands`, {});
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '2']);
  });

  it('what an intake throws beyond that is not shown', async () => {
    const { url } = await start(() => {
      throw new Error(KEY);
    });
    const reply = await post(`${url}/commands`, {});
    expect(reply.status).toBe(503);
    expect(JSON.stringify(reply.body)).not.toContain(KEY);
  });

  it('an answer that does not fit is tooLarge, and its room is free again', async () => {
    const run = (command: Record<string, unknown>, onChunk: (payload: unknown) => void): string => {
      for (let chunk = 0; chunk < Number(command['chunks']); chunk += 1) onChunk('x'.repeat(98));
      return 'done';
    };
    const { url } = await start(run, { maxReplyBytes: 1_000, maxBufferedBytes: 1_500 });
    for (let round = 0; round < 20; round += 1)
      expect((await post(`${url}/commands`, { chunks: 10 })).status, `round ${round}`).toBe(200);
    expect(await post(`${url}/commands`, { chunks: 11 })).toMatchObject({ status: 413 });
  });
});

describe('POST /', () => {
  it('answers as the gateway of Discordeno 13 and of its main branch', async () => {
    const infos = [{ workerId: 0, shardId: 0, rtt: 40, state: 0 }];
    const { url, seen } = await start(({ type }) => (type === 'GET_SHARD_INFO' ? infos : { shardId: 0, rtt: 40 }));
    const payload = { op: 4, d: {} };
    const processing = { status: 200, body: { processing: true } };
    // fetch sends a text without a type as text/plain.
    const plain = { 'content-type': 'text/plain;charset=UTF-8' };
    expect(await post(url, { type: 'SHARD_PAYLOAD', shardId: 0, data: payload }, plain)).toMatchObject(processing);
    expect(await post(url, { type: 'ShardPayload', shardId: 0, payload })).toMatchObject(processing);
    expect(await post(url, { type: 'EditShardsPresence', payload: {} })).toMatchObject(processing);
    expect(await post(url, { type: 'GET_SHARD_INFO' })).toMatchObject({ status: 200, body: infos });
    expect(await post(url, { type: 'ShardInfoFromGuild' })).toMatchObject({ body: { shardId: 0, rtt: 40 } });
    expect(seen).toHaveLength(5);
  });

  it('refuses with 401 and 400, and { processing, error, message }', async () => {
    const { url, seen } = await start(() => {
      throw new CommandError('invalid', 'not so');
    });
    const refusal = { processing: false, error: expect.any(Boolean), message: expect.any(String) };
    expect(await post(url, { type: 'GET_SHARD_INFO' }, { authorization: 'wrong' })).toMatchObject({
      status: 401,
      body: refusal,
    });
    expect(await post(url, '')).toMatchObject({ status: 400, body: refusal });
    expect(await post(url, '{"type":')).toMatchObject({ status: 400, body: refusal });
    expect(await post(url, { type: 'reconnect', shardId: 0 })).toMatchObject({ status: 400, body: refusal });
    expect(await post(url, [{ type: 'SHARD_PAYLOAD' }])).toMatchObject({ status: 400, body: refusal });
    expect(seen).toEqual([]);
    const failed = await post(url, { type: 'SHARD_PAYLOAD' });
    expect(failed).toMatchObject({ status: 400, body: { processing: false, error: true, message: 'not so' } });
  });
});

describe('who is let in', () => {
  it.each([
    ['no key', {}],
    ['an empty key', { authorization: '' }],
    ['a beginning of the key', { authorization: KEY.slice(0, -1) }],
    ['a longer key', { authorization: `${KEY}x` }],
    ['another scheme', { authorization: `Basic ${KEY}` }],
    ['two keys', { authorization: `${KEY}\r\nauthorization: ${KEY}` }],
    ['a key of 7 KiB', { authorization: 'k'.repeat(7_000) }],
  ])('S1 %s is answered with 401', async (_, headers) => {
    const { port, seen } = await start();
    const answer = await raw(
      port,
      head({ ...headers, 'content-type': 'application/json', 'content-length': '2' }) + '{}',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(seen).toEqual([]);
  });

  it.each([
    ['a foreign Host', { host: 'evil.tld' }, 421],
    ['a Host that only begins right', { host: '127.0.0.1.evil.tld' }, 421],
    ['a broken Host', { host: 'a b' }, 421],
    ['two of them', { host: '127.0.0.1\r\nhost: evil.tld' }, 421],
    ['an Origin', { origin: 'http://127.0.0.1' }, 403],
    ['the Origin null', { origin: 'null' }, 403],
    ['a form', { 'content-type': 'text/plain' }, 415],
  ])('S14 %s is refused', async (_, headers, status) => {
    const { port, seen } = await start();
    const all = { authorization: KEY, 'content-type': 'application/json', 'content-length': '2', ...headers };
    expect(await raw(port, head(all) + '{}')).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(seen).toEqual([]);
  });

  it('S14 names that are allowed, and no others', async () => {
    const { port } = await start(undefined, { allowedHosts: ['Gateway.internal'] });
    const all = { authorization: KEY, 'content-type': 'application/json', 'content-length': '2' };
    expect(await raw(port, head({ ...all, host: 'gateway.internal:8080' }) + '{}')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await raw(port, head(all) + '{}')).toMatch(/^HTTP\/1\.1 421 /);
  });

  it('other paths and verbs are 404 and 405', async () => {
    const { url } = await start();
    expect((await post(`${url}/../commands/x`, {})).status).toBe(404);
    const get = await fetch(`${url}/commands`, { headers: { authorization: KEY } });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${url}/commands`, { method: 'OPTIONS' })).status).toBe(405);
  });

  it('the key can be changed while it listens, and stands in no output', async () => {
    const { url, server } = await start();
    server.secretKey = 'another-key';
    expect((await post(`${url}/commands`, {})).status).toBe(401);
    expect((await post(`${url}/commands`, {}, { authorization: 'another-key' })).status).toBe(200);
    expect(() => (server.secretKey = '')).toThrow(TypeError);
    expect(inspect(server, { showHidden: true, depth: 9 }) + JSON.stringify(server)).not.toContain('another-key');
  });

  it.each([
    [{ secretKey: undefined }, TypeError],
    [{ secretKey: '' }, TypeError],
    [{ secretKey: 'with space' }, TypeError],
    [{ port: 70_000 }, RangeError],
    [{ prot: 1 }, TypeError],
    [{ intake: {} }, TypeError],
  ])('options %j are refused at creation', (options, type) => {
    const intake = { execute: async () => undefined };
    const good = { intake, clock: systemClock, port: 0, secretKey: KEY };
    const create = () => createCommandServer({ ...good, ...options } as never);
    expect(create).toThrow(type);
    expect(create).not.toThrow(KEY);
  });
});
