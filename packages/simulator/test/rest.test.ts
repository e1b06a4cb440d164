import { describe, expect, it } from 'vitest';
import type { RestAnswer, Simulator } from '../src/index.ts';
import { createBed } from './bed.ts';

const authorization = 'Bot abc';

function request(
  simulator: Simulator,
  method: string,
  path: string,
  options: { body?: unknown; authorization?: string } = {},
): Promise<RestAnswer> {
  const headers = { authorization: 'authorization' in options ? options.authorization : authorization };
  return simulator.fetch({
    method,
    path: `/api${path}`,
    headers,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
}

const json = (answer: RestAnswer): any => JSON.parse(answer.body);

describe('/gateway', () => {
  it('/gateway/bot tells URL, shards and budget, in v9 and v10', async () => {
    const { simulator, clock } = createBed({ guilds: 2_400, maxConcurrency: 16, identifyRemaining: 900 });
    for (const path of ['/v10/gateway/bot', '/v9/gateway/bot', '/gateway/bot?x=1']) {
      const answer = await request(simulator, 'GET', path);
      expect(answer.status).toBe(200);
      expect(json(answer)).toEqual({
        url: simulator.addresses.main,
        shards: 3,
        session_start_limit: { total: 1_000, remaining: 900, reset_after: 0, max_concurrency: 16 },
      });
      clock.advance(1_000);
    }
    expect(json(await simulator.fetchGatewayBot()).shards).toBe(3);
  });

  it('the recommendation is a multiple where one is required, or what it was set to', async () => {
    const { simulator } = createBed({ guilds: 17_000, requiredShardMultiple: 16 });
    expect(json(await simulator.fetchGatewayBot()).shards).toBe(32);
    simulator.configure({ shards: 7, trailingSlash: true });
    expect(json(await simulator.fetchGatewayBot())).toMatchObject({ shards: 7, url: 'wss://gateway.discord.gg/' });
  });

  it('the window opens with the first identify', async () => {
    const bed = createBed();
    bed.ready();
    bed.clock.advance(1_000);
    const { session_start_limit: limit } = json(await bed.simulator.fetchGatewayBot());
    expect(limit.remaining).toBe(999);
    expect(limit.reset_after).toBeGreaterThan(86_390_000);
    expect(Number.isInteger(limit.reset_after)).toBe(true);
  });

  it('/gateway needs no token, /gateway/bot a good one', async () => {
    const { simulator } = createBed({ token: 'abc' });
    expect(json(await request(simulator, 'GET', '/v10/gateway', { authorization: '' }))).toEqual({
      url: simulator.addresses.main,
    });
    for (const wrong of ['', 'Bot abd', 'abc', 'Bearer abc']) {
      const answer = await request(simulator, 'GET', '/v10/gateway/bot', { authorization: wrong });
      expect([answer.status, json(answer)]).toEqual([401, { message: '401: Unauthorized', code: 0 }]);
    }
    expect((await simulator.fetchGatewayBot()).status).toBe(200);
    simulator.resetToken();
    expect((await simulator.fetchGatewayBot()).status).toBe(401);
    simulator.acceptToken('new');
    expect((await simulator.fetchGatewayBot('new')).status).toBe(200);
  });

  it('unknown routes are 404 and old versions 400, in the shape of Discord', async () => {
    const { simulator } = createBed();
    const missing = await request(simulator, 'GET', '/v10/guilds/1');
    expect([missing.status, json(missing)]).toEqual([404, { message: '404: Not Found', code: 0 }]);
    expect((await request(simulator, 'POST', '/v10/gateway/bot')).status).toBe(404);
    expect((await request(simulator, 'GET', '/v5/gateway/bot')).status).toBe(400);
  });
});

describe('a first bot', () => {
  it('can read itself, send messages and answer interactions', async () => {
    const { simulator } = createBed({ application: { name: 'tidebot' } });
    expect(json(await request(simulator, 'GET', '/v10/users/@me'))).toMatchObject({ username: 'tidebot', bot: true });
    const sent = await request(simulator, 'POST', '/v10/channels/118013520000200000/messages', {
      body: { content: 'ahoy' },
    });
    expect(json(sent)).toMatchObject({
      channel_id: '118013520000200000',
      content: 'ahoy',
      author: { username: 'tidebot' },
    });
    const empty = await request(simulator, 'POST', '/v10/channels/118013520000200000/messages', { body: {} });
    expect([empty.status, json(empty).code]).toEqual([400, 50006]);
    const answered = await request(simulator, 'POST', '/v10/interactions/13/to-ken/callback', {
      body: { type: 5 },
      authorization: '',
    });
    expect([answered.status, answered.body]).toEqual([204, '']);
  });
});

describe('rate limits', () => {
  it('count down in the headers and end in 429 with the wait, for each channel by itself', async () => {
    const { simulator, clock } = createBed();
    const send = (channel: string): Promise<RestAnswer> =>
      request(simulator, 'POST', `/v10/channels/${channel}/messages`, { body: { content: 'a' } });
    const remaining: (string | undefined)[] = [];
    for (let count = 0; count < 5; count += 1) remaining.push((await send('11')).headers['x-ratelimit-remaining']);
    expect(remaining).toEqual(['4', '3', '2', '1', '0']);
    clock.advance(1_000);
    const refused = await send('11');
    expect([refused.status, json(refused)]).toEqual([
      429,
      { message: 'You are being rate limited.', retry_after: 4, global: false },
    ]);
    expect(refused.headers).toMatchObject({
      'retry-after': '4',
      'x-ratelimit-scope': 'user',
      'x-ratelimit-limit': '5',
      'x-ratelimit-reset-after': '4.000',
    });
    expect((await send('12')).status).toBe(200);
    clock.advance(4_000);
    expect((await send('11')).status).toBe(200);
  });

  it('the global one is 50 a second', async () => {
    const { simulator } = createBed();
    const answers = await Promise.all(
      Array.from({ length: 51 }, (_, index) =>
        request(simulator, 'POST', `/v10/channels/${index}1/messages`, { body: { content: 'a' } }),
      ),
    );
    const last = answers.at(-1) as RestAnswer;
    expect(answers.filter(({ status }) => status === 200).length).toBe(50);
    expect([
      last.status,
      json(last).global,
      last.headers['x-ratelimit-global'],
      last.headers['x-ratelimit-bucket'],
    ]).toEqual([429, true, 'true', undefined]);
  });
});

describe('trouble', () => {
  it.each([500, 502, 401, 403])('status %i in the shape of Discord', async (status) => {
    const { simulator } = createBed();
    simulator.fault({ kind: 'rest', status, times: 1 });
    const answer = await simulator.fetchGatewayBot();
    expect([answer.status, json(answer).code]).toEqual([status, 0]);
    expect((await simulator.fetchGatewayBot()).status).toBe(200);
  });

  it('HTML instead of JSON', async () => {
    const { simulator } = createBed();
    simulator.fault({ kind: 'rest', status: 503, html: true, path: '/gateway/bot' });
    const answer = await simulator.fetchGatewayBot();
    expect([answer.status, answer.headers['content-type'], answer.body.startsWith('<!DOCTYPE')]).toEqual([
      503,
      'text/html',
      true,
    ]);
    expect((await request(simulator, 'GET', '/v10/gateway')).status).toBe(200);
  });

  it.each(['user', 'global', 'shared'] as const)('429 in the scope %s', async (scope) => {
    const { simulator } = createBed();
    simulator.fault({ kind: 'rest', status: 429, retryAfterMs: 64_570, scope });
    const answer = await simulator.fetchGatewayBot();
    expect(json(answer)).toMatchObject({ retry_after: 64.57, global: scope === 'global' });
    expect([answer.headers['retry-after'], answer.headers['x-ratelimit-scope']]).toEqual(['65', scope]);
  });

  it('slow answers come when their time has come, or when the simulator closes', async () => {
    const { simulator, clock } = createBed();
    simulator.fault({ kind: 'rest', delayMs: 5_000 });
    let answered = 0;
    const count = (): void => {
      answered += 1;
    };
    const first = simulator.fetchGatewayBot().then(count);
    await clock.advanceAsync(4_999);
    expect(answered).toBe(0);
    await clock.advanceAsync(1);
    await first;
    const second = simulator.fetchGatewayBot().then(count);
    await simulator.close();
    await second;
    expect(answered).toBe(2);
  });
});
