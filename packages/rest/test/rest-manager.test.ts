import { describe, expect, it } from 'vitest';
import { createRestManager, endpoints, RestError } from '../src/index.ts';
import type { RestManager, RestMethods, RunMethodOptions } from '../src/index.ts';
import { failureOf, json, startStandIn, until, unusedPort } from './http-stand-in.ts';
import { openManager, SECRET, TOKEN } from './parts.ts';

const gatewayBot = {
  url: 'wss://gateway.discord.gg',
  shards: 2,
  session_start_limit: { total: 1000, remaining: 998, reset_after: 14_400_000, max_concurrency: 1 },
};

describe('a manager with a customUrl', () => {
  it('asks its REST process with the key and gives the raw answer', async () => {
    const server = await startStandIn((_, response) => json(response, 200, gatewayBot));
    const rest = openManager({ token: TOKEN, secretKey: SECRET, customUrl: server.url });
    expect(await rest.runMethod(rest, 'get', endpoints.GATEWAY_BOT)).toEqual(gatewayBot);
    expect(server.seen).toHaveLength(1);
    const [request] = server.seen;
    expect(request).toMatchObject({ method: 'GET', url: '/v10/gateway/bot' });
    expect(request?.headers).toMatchObject({ authorization: SECRET });
    expect(request?.headers).not.toHaveProperty('content-type');
    expect(request?.body).toHaveLength(0);
    expect(JSON.stringify(request)).not.toContain(TOKEN);
  });

  it('is not disturbed by a second manager with another customUrl', async () => {
    const first = await startStandIn((_, response) => json(response, 200, { from: 'first' }));
    const second = await startStandIn((_, response) => json(response, 200, { from: 'second' }));
    const a = openManager({ token: TOKEN, secretKey: 'a', customUrl: first.url });
    const b = openManager({ token: TOKEN, secretKey: 'b', customUrl: second.url, version: 9 });
    const asked = [a, b, a].map((rest) => rest.runMethod<unknown>(rest, 'get', endpoints.GATEWAY_BOT()));
    expect(await Promise.all(asked)).toEqual([{ from: 'first' }, { from: 'second' }, { from: 'first' }]);
    expect(second.seen[0]).toMatchObject({ url: '/v9/gateway/bot', headers: { authorization: 'b' } });
  });

  it.each(['/v10/users/@me', 'api/v10/users/@me', 'https://discord.com/api/v10/users/@me', 'users/@me'])(
    'never doubles the version of %s',
    async (route) => {
      const server = await startStandIn((_, response) => json(response, 200, {}));
      const rest = openManager({ customUrl: `${server.url}/api/v10/` });
      await rest.runMethod(rest, 'get', route);
      expect(server.seen[0]?.url).toBe('/api/v10/users/@me');
    },
  );

  it('sends no secret to the server of a foreign URL', async () => {
    const foreign = await startStandIn((_, response) => json(response, 200, {}));
    const own = await startStandIn((_, response) => json(response, 200, {}));
    const rest = openManager({ token: TOKEN, secretKey: SECRET, customUrl: own.url });
    expect(await failureOf(rest.runMethod(rest, 'get', `${foreign.url}/v10/users/@me`))).toBeInstanceOf(TypeError);
    expect(foreign.seen).toHaveLength(0);
    expect(own.seen).toHaveLength(0);
  });

  it('does not follow a redirect', async () => {
    const target = await startStandIn((_, response) => json(response, 200, {}));
    const server = await startStandIn((_, response) => response.writeHead(302, { location: target.url }).end());
    const rest = openManager({ secretKey: SECRET, customUrl: server.url });
    expect(await failureOf(rest.runMethod(rest, 'get', '/x'))).toMatchObject({ code: 'httpStatus', status: 302 });
    expect(target.seen).toHaveLength(0);
  });

  it('turns the body of a GET into query parameters and sends none', async () => {
    const server = await startStandIn((_, response) => json(response, 200, []));
    const rest = openManager({ customUrl: server.url });
    await rest.runMethod(
      rest,
      'get',
      '/channels/1/messages?around=%41',
      { limit: 5, before: 7n },
      { query: { x: ['a', 'b'] } },
    );
    expect(server.seen[0]).toMatchObject({ url: '/v10/channels/1/messages?around=%41&limit=5&before=7&x=a&x=b' });
    expect(server.seen[0]?.body).toHaveLength(0);
  });

  it('sends JSON with bigints as strings and the reason as an encoded header', async () => {
    const server = await startStandIn((_, response) => response.writeHead(204).end());
    const rest = openManager({ customUrl: server.url });
    const reason = 'spam 🤖\r\nx: y';
    expect(
      await rest.runMethod(rest, 'put', endpoints.GUILD_BAN(1n, 2n), { id: 12345678901234567890n }, { reason }),
    ).toBe(undefined);
    expect(server.seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-audit-log-reason': encodeURIComponent(reason),
    });
    expect(server.seen[0]?.body.toString()).toBe('{"id":"12345678901234567890"}');
  });

  it.each([
    {
      form: 'files',
      body: { content: 'x' },
      options: { files: [{ name: 'a.bin', data: new Uint8Array([0, 255, 10, 13]) }] },
    },
    {
      form: 'a Discordeno file',
      body: { content: 'x', file: { name: 'a.bin', blob: new Blob([new Uint8Array([0, 255, 10, 13])]) } },
      options: {},
    },
  ])('uploads $form as a form', async ({ body, options }) => {
    const server = await startStandIn((_, response) => json(response, 200, {}));
    const rest = openManager({ customUrl: server.url });
    await rest.runMethod(rest, 'post', endpoints.CHANNEL_MESSAGES(1n), body, options);
    const [request] = server.seen;
    const form = await new Response(request?.body, {
      headers: { 'content-type': request?.headers['content-type'] ?? '' },
    }).formData();
    expect(form.get('payload_json')).toBe('{"content":"x"}');
    const file = form.get('files[0]') as File;
    expect(file.name).toBe('a.bin');
    expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([0, 255, 10, 13]);
  });

  it("keeps Discord's error", async () => {
    const body = { message: 'Missing Permissions', code: 50013 };
    const server = await startStandIn((_, response) => json(response, 403, body, { 'retry-after': '1.5' }));
    const rest = openManager({ customUrl: server.url });
    const error = await failureOf(rest.runMethod(rest, 'post', '/webhooks/1/hushhush/slack'));
    expect(error).toBeInstanceOf(RestError);
    expect(error).toMatchObject({
      code: 'httpStatus',
      status: 403,
      discordCode: 50013,
      body,
      method: 'POST',
      route: '/webhooks/1/:token/slack',
      retryAfterMs: 1500,
      message: 'POST /webhooks/1/:token/slack answered 403: Missing Permissions (Discord code 50013)',
    });
  });

  it('tells an unreachable REST process by code and cause', async () => {
    const rest = openManager({ customUrl: `http://127.0.0.1:${await unusedPort()}` });
    expect(await failureOf(rest.runMethod(rest, 'get', '/x'))).toMatchObject({
      code: 'unreachable',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('rejects when no answer comes in time and does not send again', async () => {
    const server = await startStandIn(() => undefined);
    const rest = openManager({ customUrl: server.url, timeout: 100 });
    expect(await failureOf(rest.runMethod(rest, 'post', '/x', {}))).toMatchObject({ code: 'timeout' });
    expect(server.seen).toHaveLength(1);
  });

  it('rejects a replaced sendRequest that never settles', async () => {
    const rest = openManager({ customUrl: 'http://127.0.0.1:1', sendRequest: () => new Promise(() => undefined) });
    expect(await failureOf(rest.runMethod(rest, 'get', '/x', undefined, { timeout: 20 }))).toMatchObject({
      code: 'timeout',
    });
  });

  it("ends when the caller's signal aborts", async () => {
    const server = await startStandIn(() => undefined);
    const rest = openManager({ customUrl: server.url });
    const controller = new AbortController();
    const failure = failureOf(rest.runMethod(rest, 'get', '/x', undefined, { signal: controller.signal }));
    await until('the request is there', () => server.seen.length === 1);
    controller.abort(new Error('enough'));
    expect(await failure).toMatchObject({ code: 'aborted', cause: { message: 'enough' } });
  });

  it('rejects calls under way and later ones once closed', async () => {
    const server = await startStandIn(() => undefined);
    const rest = openManager({ customUrl: server.url });
    const failure = failureOf(rest.runMethod(rest, 'get', '/x'));
    await until('the request is there', () => server.seen.length === 1);
    await rest.close(rest);
    expect(await failure).toMatchObject({ code: 'closed' });
    expect(await failureOf(rest.runMethod(rest, 'get', '/x'))).toMatchObject({ code: 'closed' });
  });

  it('tells JSON that is none from an answer', async () => {
    const server = await startStandIn((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
    );
    const rest = openManager({ customUrl: server.url });
    expect(await failureOf(rest.runMethod(rest, 'get', '/x'))).toMatchObject({ code: 'invalidReply', status: 200 });
  });
});

describe('a manager without customUrl', () => {
  it('goes straight to Discord with the bot token and waits out a 429', async () => {
    const discord = await startStandIn((_, response, index) =>
      index === 0
        ? json(response, 429, { message: 'limited', retry_after: 0.05, global: false }, { 'retry-after': '0.05' })
        : json(response, 200, gatewayBot),
    );
    const rest = openManager({ token: `Bot ${TOKEN}`, secretKey: SECRET, apiUrl: `${discord.url}/api` });
    expect(await rest.runMethod(rest, 'get', endpoints.GATEWAY_BOT)).toEqual(gatewayBot);
    expect(discord.seen).toHaveLength(2);
    expect(discord.seen[1]).toMatchObject({ url: '/api/v10/gateway/bot', headers: { authorization: `Bot ${TOKEN}` } });
    expect(JSON.stringify(discord.seen)).not.toContain(SECRET);
    expect(JSON.stringify(discord.seen)).not.toContain('x-shardgate-call');
  });

  it("gives Discord's error body, also of a repeated 502", async () => {
    const discord = await startStandIn((_, response) => json(response, 502, { message: 'bad', code: 0 }));
    const rest = openManager({ token: TOKEN, apiUrl: discord.url, random: () => 0, maxRetryCount: 2 });
    expect(await failureOf(rest.runMethod(rest, 'get', '/x'))).toMatchObject({
      status: 502,
      discordCode: 0,
      body: { message: 'bad' },
    });
    expect(discord.seen).toHaveLength(3);
  });

  it('never repeats a POST after a 5xx or a broken connection', async () => {
    const discord = await startStandIn((_, response, index) => {
      if (index === 0) json(response, 500, { message: 'oops', code: 0 });
      else response.destroy();
    });
    const rest = openManager({ token: TOKEN, apiUrl: discord.url, random: () => 0 });
    expect(await failureOf(rest.runMethod(rest, 'post', '/guilds/1/channels', {}))).toMatchObject({ status: 500 });
    expect(await failureOf(rest.runMethod(rest, 'post', '/guilds/1/channels', {}))).toMatchObject({
      code: 'unreachable',
    });
    expect(await failureOf(rest.runMethod(rest, 'post', '/interactions/1/t/callback', {}))).toMatchObject({
      code: 'unreachable',
    });
    expect(discord.seen).toHaveLength(3);
  });

  it('does not send a repeat whose caller has left during the pause', async () => {
    const discord = await startStandIn((_, response, index) => json(response, index === 0 ? 500 : 200, { index }));
    const rest = openManager({ token: TOKEN, apiUrl: discord.url, random: () => 0.999 });
    const leaving = new AbortController();
    const failure = failureOf(rest.runMethod(rest, 'get', '/x', undefined, { signal: leaving.signal }));
    await until('Discord failed once', () => discord.seen.length === 1);
    leaving.abort();
    expect(await failure).toMatchObject({ code: 'aborted' });
    // The same queue: it goes on after the abandoned call.
    expect(await rest.runMethod(rest, 'get', '/x')).toEqual({ index: 1 });
  });

  it('goes on after a 401', async () => {
    const discord = await startStandIn((_, response, index) =>
      json(response, index === 0 ? 401 : 200, { message: 'x', code: 50027 }),
    );
    const rest = openManager({ token: TOKEN, apiUrl: discord.url });
    expect(await failureOf(rest.runMethod(rest, 'get', '/x'))).toMatchObject({ status: 401, discordCode: 50027 });
    expect(await rest.runMethod(rest, 'get', '/x')).toBeDefined();
  });

  it('leaves a rate-limit pause when its time is up and never sends the request afterwards', async () => {
    const discord = await startStandIn((_, response, index) =>
      index === 0
        ? json(response, 429, { retry_after: 0.3 }, { 'retry-after': '0.3' })
        : json(response, 200, { index }),
    );
    const rest = openManager({ token: TOKEN, apiUrl: discord.url });
    expect(await failureOf(rest.runMethod(rest, 'post', '/channels/1/messages', {}, { timeout: 100 }))).toMatchObject({
      code: 'timeout',
    });
    // The next call of the same queue passes the abandoned one.
    expect(await rest.runMethod(rest, 'post', '/channels/1/messages', {})).toEqual({ index: 1 });
    expect(discord.seen).toHaveLength(2);
  });
});

describe('the methods of a manager', () => {
  const drive = {
    runMethod: (rest: RestManager) => rest.runMethod(rest, 'get', '/x'),
    createRequest: (rest: RestManager) => rest.runMethod(rest, 'get', '/x'),
    sendRequest: (rest: RestManager) => rest.runMethod(rest, 'get', '/x'),
    readReply: (rest: RestManager) => rest.runMethod(rest, 'get', '/x'),
    debug: (rest: RestManager) => rest.runMethod(rest, 'get', '/x'),
    close: (rest: RestManager) => rest.close(rest),
  } satisfies Record<keyof RestMethods, (rest: RestManager) => Promise<unknown>>;

  it.each(Object.keys(drive) as (keyof RestMethods)[])(
    '%s is replaceable as an option and by assignment',
    async (name) => {
      const server = await startStandIn((_, response) => json(response, 200, {}));
      const original = createRestManager({ customUrl: server.url })[name];
      let calls = 0;
      const spy = (...args: unknown[]): unknown => {
        calls += 1;
        return Reflect.apply(original, undefined, args);
      };
      await drive[name](openManager({ customUrl: server.url, [name]: spy }));
      expect(calls).toBeGreaterThan(0);
      calls = 0;
      const rest = openManager({ customUrl: server.url });
      Object.assign(rest, { [name]: spy });
      await drive[name](rest);
      expect(calls).toBeGreaterThan(0);
    },
  );

  it('does not let a throwing debug fail a call', async () => {
    const server = await startStandIn((_, response) => json(response, 200, { ok: true }));
    const rest = openManager({
      customUrl: server.url,
      debug: () => {
        throw new Error('log disk full');
      },
    });
    expect(await rest.runMethod(rest, 'get', '/x')).toEqual({ ok: true });
  });
});

describe('wrong arguments of a manager', () => {
  it.each([
    [{ tokn: TOKEN }, /unknown option "tokn", did you mean "token"/],
    [{ customUrl: 'localhost:8000' }, /customUrl/],
    [{ token: TOKEN, timeout: 0 }, /timeout: expected a whole number from 1/],
    [{ token: TOKEN, version: 'latest' }, /version/],
    [{ token: TOKEN, runMethod: 5 }, /runMethod: expected a function/],
    [{ token: TOKEN, secretKey: '' }, /secretKey: is empty/],
    [{ token: `${TOKEN}\n` }, /token: expected visible ASCII/],
    [{}, /token is needed/],
  ])('%j is refused by name, without the token', (options, message) => {
    const create = () => createRestManager(options as object);
    expect(create).toThrow(message);
    expect(create).not.toThrow(new RegExp(TOKEN));
  });

  it.each([
    ['fetch', '/x', undefined, {}, /method: expected one of GET/],
    ['get', '/x', [1], {}, /body: GET has none/],
    ['post', '/x', {}, { reson: 'x' }, /did you mean "reason"/],
    ['post', '/x', {}, { reason: 'x'.repeat(513) }, /reason: expected at most 512/],
    ['post', '/x', {}, { headers: { Authorization: 'x' } }, /"Authorization" is set by the manager/],
    ['post', '/x', {}, { headers: { 'x-y': 'a\r\nb' } }, /"x-y" is expected/],
  ])('%s %s %j %j is refused', async (method, route, body, options, message) => {
    const rest = openManager({ customUrl: 'http://127.0.0.1:1' });
    const error = await failureOf(rest.runMethod(rest, method as 'get', route, body, options as RunMethodOptions));
    expect((error as Error).message).toMatch(message);
  });
});
