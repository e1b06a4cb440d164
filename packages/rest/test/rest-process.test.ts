import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createRestProcess, endpoints } from '../src/index.ts';
import type { RestProcess, RestProcessMethods } from '../src/index.ts';
import { failureOf, json, startStandIn, until, unusedPort } from './http-stand-in.ts';
import { openManager, SECRET, startProcess, TOKEN } from './parts.ts';

const withKey = { authorization: SECRET };

/** Sends bytes as they are and gives the first line of the answer. */
function rawRequest(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      socket.end();
    });
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}

describe('the REST process', () => {
  it('puts the bot token in place of the key and gives status, headers and body as they are', async () => {
    const body = { message: 'Missing Access', code: 50001 };
    const discord = await startStandIn((_, response) => json(response, 403, body, { 'x-ratelimit-bucket': 'abc' }));
    const { url } = await startProcess(`${discord.url}/api`);
    const response = await fetch(`${url}/v9/channels/1/messages?limit=2&x=%41`, {
      headers: { ...withKey, cookie: 'c=1' },
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-ratelimit-bucket')).toBe('abc');
    expect(await response.json()).toEqual(body);
    expect(discord.seen[0]).toMatchObject({ method: 'GET', url: '/api/v9/channels/1/messages?limit=2&x=%41' });
    expect(discord.seen[0]?.headers).toMatchObject({ authorization: `Bot ${TOKEN}` });
    expect(discord.seen[0]?.headers['user-agent']).toMatch(/^DiscordBot \(http/);
    expect(discord.seen[0]?.headers).not.toHaveProperty('cookie');
    expect(JSON.stringify(discord.seen)).not.toContain(SECRET);
  });

  it('carries the audit-log reason, the query and 204 through a manager', async () => {
    const discord = await startStandIn((_, response) => response.writeHead(204).end());
    const { rest } = await startProcess(discord.url);
    const done = await rest.runMethod(rest, 'delete', `${endpoints.CHANNEL_BASE(1n)}?a=1`, undefined, {
      reason: 'größer ✓',
    });
    expect(done).toBe(undefined);
    expect(discord.seen[0]).toMatchObject({ method: 'DELETE', url: '/v10/channels/1?a=1' });
    expect(discord.seen[0]?.headers['x-audit-log-reason']).toBe(encodeURIComponent('größer ✓'));
  });

  it('passes a form on byte for byte', async () => {
    const discord = await startStandIn((_, response) => json(response, 200, { id: '1' }));
    const { url } = await startProcess(discord.url);
    const type = 'multipart/form-data; boundary="odd boundary"';
    const body = Buffer.concat([
      Buffer.from('--odd boundary\r\nContent-Disposition: form-data; name="files[0]"; filename="a"\r\n\r\n'),
      randomBytes(300_000),
      Buffer.from('\r\n--odd boundary--\r\n'),
    ]);
    const response = await fetch(`${url}/v10/channels/1/messages`, {
      method: 'POST',
      headers: { ...withKey, 'content-type': type },
      body,
    });
    expect(response.status).toBe(200);
    expect(discord.seen[0]?.headers['content-type']).toBe(type);
    const digest = (bytes: Buffer | undefined) =>
      createHash('sha256')
        .update(bytes ?? '')
        .digest('hex');
    expect(digest(discord.seen[0]?.body)).toBe(digest(body));
  });

  it('waits out a 429 and sends the same upload again, so that the caller sees one success', async () => {
    const discord = await startStandIn((_, response, index) =>
      index === 0
        ? json(
            response,
            429,
            { message: 'limited', retry_after: 0.1, global: false },
            { 'retry-after': '0.1', 'x-ratelimit-scope': 'user' },
          )
        : json(response, 200, { id: '7' }),
    );
    const { rest } = await startProcess(discord.url);
    const files = [{ name: 'a.bin', data: randomBytes(5_000) }];
    expect(await rest.runMethod(rest, 'post', endpoints.CHANNEL_MESSAGES(1n), { content: 'x' }, { files })).toEqual({
      id: '7',
    });
    expect(discord.seen).toHaveLength(2);
    expect(discord.seen[1]?.body.equals(discord.seen[0]?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it('sends what waits in a used-up bucket only after its reset', async () => {
    const times: number[] = [];
    const discord = await startStandIn((_, response) => {
      times.push(performance.now());
      const headers = {
        'x-ratelimit-limit': '1',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset-after': '0.2',
        'x-ratelimit-bucket': 'b',
      };
      json(response, 200, {}, headers);
    });
    const { rest } = await startProcess(discord.url);
    const post = () => rest.runMethod(rest, 'post', endpoints.CHANNEL_MESSAGES('123456789012345678'), {});
    // The first answer tells the bucket's name, the second that it is used up.
    for (let count = 0; count < 3; count += 1) await post();
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThan(190);
  });

  it('A39 answers 502 with JSON when Discord cannot be reached, and lives', async () => {
    const port = await unusedPort();
    const { url, rest } = await startProcess(`http://127.0.0.1:${port}`);
    const response = await fetch(`${url}/v10/gateway/bot`, { headers: withKey });
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({ error: 'Discord cannot be reached.', code: 'unreachable' });
    await startStandIn((_, reply) => json(reply, 200, { back: true }), port);
    expect(await rest.runMethod<unknown>(rest, 'get', '/gateway/bot')).toEqual({ back: true });
  });

  it('A39 answers 504 with JSON when Discord does not answer, and sends a POST once', async () => {
    const discord = await startStandIn(() => undefined);
    const { url } = await startProcess(discord.url, { timeout: 50 });
    const response = await fetch(`${url}/v10/guilds/1/channels`, { method: 'POST', headers: withKey, body: '{}' });
    expect(response.status).toBe(504);
    expect(await response.json()).toEqual({ error: 'Discord did not answer in time.', code: 'timeout' });
    expect(discord.seen).toHaveLength(1);
  });

  it('repeats a GET that broke off', async () => {
    const discord = await startStandIn((_, response, index) =>
      index === 0 ? response.destroy() : json(response, 200, { index }),
    );
    const { rest } = await startProcess(discord.url);
    expect(await rest.runMethod<unknown>(rest, 'get', '/x')).toEqual({ index: 1 });
  });

  it('answers 504 when a request was held longer than holdTimeout', async () => {
    const discord = await startStandIn((_, response) =>
      json(response, 429, { retry_after: 0.5 }, { 'retry-after': '0.5' }),
    );
    const { url } = await startProcess(discord.url, { holdTimeout: 50 });
    expect((await fetch(`${url}/v10/x`, { headers: withKey })).status).toBe(504);
  });

  it('never sends a waiting request whose client has left', async () => {
    const discord = await startStandIn((_, response, index) =>
      index === 0 ? json(response, 429, { retry_after: 0.2 }, { 'retry-after': '0.2' }) : json(response, 200, {}),
    );
    const { url, rest, restProcess } = await startProcess(discord.url);
    const leaving = new AbortController();
    const left = fetch(`${url}/v10/channels/1/messages`, {
      method: 'POST',
      headers: withKey,
      body: '{"n":1}',
      signal: leaving.signal,
    });
    await until('Discord limited it', () => discord.seen.length === 1);
    leaving.abort();
    await failureOf(left);
    await until('it was let go', () => restProcess.server.requests.size === 0);
    await rest.runMethod(rest, 'post', '/channels/1/messages', { n: 2 });
    expect(discord.seen.map((request) => request.body.toString())).toEqual(['{"n":1}', '{"n":2}']);
  });
});

describe('the door of the REST process', () => {
  const refused = async (url: string, lines: string[]): Promise<void> => {
    expect(await rawRequest(url, ['GET /v10/x HTTP/1.1', 'Host: x', ...lines, '', ''].join('\r\n'))).toBe(
      'HTTP/1.1 401 Unauthorized',
    );
  };

  it.each([
    ['none', []],
    ['an empty', ['Authorization:']],
    ['the beginning of the', [`Authorization: ${SECRET.slice(0, -1)}`]],
    ['a longer', [`Authorization: ${SECRET}x`]],
    ['another case of the', [`Authorization: ${SECRET.toUpperCase()}`]],
    ['a Latin-1', ['Authorization: canary-secr\u00e9t-key-0815']],
    ['a repeated', [`Authorization: ${SECRET}`, `Authorization: ${SECRET}`]],
    ['a 10 KB', [`Authorization: ${'x'.repeat(10_000)}`]],
  ])('refuses %s key with 401 and lives', async (_, lines) => {
    const discord = await startStandIn((_request, response) => json(response, 200, {}));
    const { url, rest } = await startProcess(discord.url);
    await refused(url, lines);
    expect(discord.seen).toHaveLength(0);
    expect(await rest.runMethod<unknown>(rest, 'get', '/x')).toEqual({});
  });

  it('says why in the words of the original', async () => {
    const { url } = await startProcess('http://127.0.0.1:1');
    const response = await fetch(`${url}/v10/x`, { headers: { authorization: 'wrong' } });
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('{"error":"Invalid authorization key."}');
  });

  it('tells its health without a key', async () => {
    const { url } = await startProcess('http://127.0.0.1:1');
    const response = await fetch(`${url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"status":"ok"}');
  });

  it.each([
    ['TRACE /v10/x', '405 Method Not Allowed'],
    ['GET //evil.example/x', '400 Bad Request'],
    ['GET http://evil.example/x', '400 Bad Request'],
  ])('answers "%s" with %s', async (line, status) => {
    const { url } = await startProcess('http://127.0.0.1:1');
    expect(await rawRequest(url, `${line} HTTP/1.1\r\nHost: x\r\nAuthorization: ${SECRET}\r\n\r\n`)).toBe(
      `HTTP/1.1 ${status}`,
    );
  });

  it('refuses a body over its limit with 413, declared or not, and one over the common limit with 503', async () => {
    const discord = await startStandIn((_, response) => json(response, 200, {}));
    const { url, restProcess } = await startProcess(discord.url, { maxBodyBytes: 1_000 });
    const post = async (body: string | ReadableStream) =>
      (await fetch(`${url}/v10/x`, { method: 'POST', headers: withKey, body, duplex: 'half' } as RequestInit)).status;
    expect(await post('x'.repeat(1_001))).toBe(413);
    expect(await post('x'.repeat(5_000_000))).toBe(413);
    expect(await post(new Blob(['x'.repeat(5_000_000)]).stream())).toBe(413);
    expect(await post(new Blob(['x'.repeat(1_001)]).stream())).toBe(413);
    restProcess.maxBufferedBytes = 500;
    expect(await post('x'.repeat(501))).toBe(503);
    expect(await post('x'.repeat(500))).toBe(200);
    expect(await post('x'.repeat(500))).toBe(200);
    expect(discord.seen).toHaveLength(2);
  });

  it('answers 503 above maxInFlight', async () => {
    const discord = await startStandIn(() => undefined);
    const { url } = await startProcess(discord.url, { maxInFlight: 1, timeout: 300, maxRetryCount: 0 });
    const first = fetch(`${url}/v10/x`, { headers: withKey });
    await until('the first is at Discord', () => discord.seen.length === 1);
    expect((await fetch(`${url}/v10/y`, { headers: withKey })).status).toBe(503);
    expect((await first).status).toBe(504);
  });

  it('without a key refuses what a web page could send', async () => {
    const discord = await startStandIn((_, response) => json(response, 200, {}));
    const { url } = await startProcess(discord.url, { secretKey: undefined });
    const status = (lines: string) => rawRequest(url, `GET /v10/x HTTP/1.1\r\n${lines}\r\n\r\n`);
    expect(await status('Host: localhost:1')).toBe('HTTP/1.1 200 OK');
    expect(await status('Host: evil.example')).toBe('HTTP/1.1 401 Unauthorized');
    expect(await status('Host: localhost:1\r\nOrigin: http://evil.example')).toBe('HTTP/1.1 401 Unauthorized');
  });
});

describe('stopping the REST process', () => {
  it('finishes the requests in flight, takes no new ones, then has closed its port', async () => {
    let finish = (): void => undefined;
    const discord = await startStandIn((_, response) => {
      finish = () => json(response, 200, { done: true });
    });
    const { restProcess, url, rest } = await startProcess(discord.url, { stopTimeout: 5_000 });
    const answer = rest.runMethod<unknown>(rest, 'post', '/x', {});
    await until('the request is at Discord', () => discord.seen.length === 1);
    const stopped = restProcess.stop(restProcess);
    expect(await failureOf(fetch(`${url}/v10/y`, { headers: withKey }))).toBeInstanceOf(TypeError);
    finish();
    expect(await answer).toEqual({ done: true });
    await stopped;
    expect(restProcess.server.state).toBe('stopped');
    expect(discord.seen).toHaveLength(1);
  });

  it('answers 503 to what is not finished at the deadline', async () => {
    let torn = false;
    const discord = await startStandIn((_, response) => void response.on('close', () => (torn = true)));
    const { restProcess, rest } = await startProcess(discord.url, { stopTimeout: 50 });
    const failure = failureOf(rest.runMethod(rest, 'post', '/x', {}));
    await until('the request is at Discord', () => discord.seen.length === 1);
    await restProcess.stop(restProcess);
    expect(await failure).toMatchObject({ status: 503, body: { error: 'The REST process is stopping.' } });
    await until('the connection to Discord is closed', () => torn);
  });

  it('can be asked twice, and before a start', async () => {
    const restProcess = createRestProcess({ token: TOKEN, port: 0 });
    await Promise.all([restProcess.stop(restProcess), restProcess.stop(restProcess)]);
    expect(await failureOf(restProcess.start(restProcess))).toMatchObject({ code: 'closed' });
  });
});

describe('creating and starting a REST process', () => {
  it.each([
    [{ token: TOKEN, port: 0, host: '0.0.0.0' }, /secretKey is needed/],
    [{ token: TOKEN, port: 0, host: '::' }, /secretKey is needed/],
    [{ token: TOKEN, port: 65_536 }, /port: expected a whole number from 0 to 65535/],
    [{ token: TOKEN }, /port is needed/],
    [{ port: 0 }, /token is needed/],
    [{ token: TOKEN, port: 0, discordUrl: 'discord.com' }, /discordUrl/],
    [{ token: TOKEN, port: 0, secretkey: SECRET }, /did you mean "secretKey"/],
  ])('refuses %j', (options, message) => {
    expect(() => createRestProcess(options as { token: string; port: number })).toThrow(message);
  });

  it('takes any host with a key', () => {
    expect(createRestProcess({ token: TOKEN, secretKey: SECRET, port: 0, host: '0.0.0.0' }).host).toBe('0.0.0.0');
  });

  it('rejects when the port is taken', async () => {
    const other = await startStandIn(() => undefined);
    const restProcess = createRestProcess({ token: TOKEN, port: other.port });
    expect(await failureOf(restProcess.start(restProcess))).toMatchObject({ cause: { code: 'EADDRINUSE' } });
  });
});

describe('the methods of a REST process', () => {
  const ask = async (restProcess: RestProcess): Promise<void> => {
    const { url } = await restProcess.start(restProcess);
    const rest = openManager({ secretKey: SECRET, customUrl: url });
    await rest.runMethod(rest, 'get', '/x');
    await restProcess.stop(restProcess);
  };
  const names = {
    start: 1,
    stop: 1,
    handleRequest: 1,
    checkAuthorization: 1,
    callDiscord: 1,
    debug: 1,
  } satisfies Record<keyof RestProcessMethods, 1>;

  it.each(Object.keys(names) as (keyof RestProcessMethods)[])(
    '%s is replaceable as an option and by assignment',
    async (name) => {
      const discord = await startStandIn((_, response) => json(response, 200, {}));
      const options = { token: TOKEN, secretKey: SECRET, port: 0, discordUrl: discord.url };
      const original = createRestProcess(options)[name];
      let calls = 0;
      const spy = (...args: unknown[]): unknown => {
        calls += 1;
        return Reflect.apply(original, undefined, args);
      };
      await ask(createRestProcess({ ...options, [name]: spy }));
      expect(calls).toBeGreaterThan(0);
      calls = 0;
      const restProcess = createRestProcess(options);
      Object.assign(restProcess, { [name]: spy });
      await ask(restProcess);
      expect(calls).toBeGreaterThan(0);
    },
  );

  it.each(['handleRequest', 'checkAuthorization', 'callDiscord'] as const)(
    'a %s that throws is answered with 500 and the process lives',
    async (name) => {
      const { url, restProcess } = await startProcess('http://127.0.0.1:1');
      const original = restProcess[name];
      Object.assign(restProcess, {
        [name]: () => {
          throw new Error(`oops ${TOKEN}`);
        },
      });
      const response = await fetch(`${url}/v10/x`, { headers: withKey });
      expect(response.status).toBe(500);
      expect(await response.text()).toBe('{"error":"Internal error."}');
      Object.assign(restProcess, { [name]: original });
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
    },
  );
});
