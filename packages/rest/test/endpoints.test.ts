import { describe, expect, expectTypeOf, it } from 'vitest';
import { BASE_URL, endpoints } from '../src/index.ts';
import type { GatewayBotData, RestManager } from '../src/index.ts';

const fixed = {
  GATEWAY_BOT: '/gateway/bot',
  GUILDS: '/guilds',
  VOICE_REGIONS: '/voice/regions',
  USER_BOT: '/users/@me',
  USER_GUILDS: '/users/@me/guilds',
  USER_DM: '/users/@me/channels',
  USER_CONNECTIONS: '/users/@me/connections',
  DISCOVERY_CATEGORIES: '/discovery/categories',
  DISCOVERY_VALID_TERM: '/discovery/valid-term',
  OAUTH2_APPLICATION: '/oauth2/applications/@me',
  STAGE_INSTANCES: '/stage-instances',
} as const;

describe('endpoints', () => {
  it('has the 94 names of Discordeno 13', () => {
    expect(Object.keys(endpoints)).toHaveLength(94);
  });

  it.each(Object.entries(fixed))('%s is a value and a call', (name, path) => {
    const route = endpoints[name as keyof typeof fixed];
    expect(String(route)).toBe(path);
    expect(route()).toBe(path);
    expect(JSON.stringify({ route })).toBe(JSON.stringify({ route: path }));
  });

  it('builds every other entry as a path or a file address without an undefined part', () => {
    for (const [name, entry] of Object.entries(endpoints)) {
      if (name in fixed) continue;
      const built = (entry as (...ids: string[]) => string)('11', '22', '33', '44');
      expect(built, name).toMatch(/^(\/|https:\/\/cdn\.discordapp\.com\/)[^\s]+$/);
      expect(built, name).not.toContain('undefined');
      expect(built, name).toContain('11');
    }
  });

  it('takes ids as bigint and as string', () => {
    expect(endpoints.CHANNEL_MESSAGE(123n, '456')).toBe('/channels/123/messages/456');
    expect(endpoints.UPDATE_VOICE_STATE(1n)).toBe('/guilds/1/voice-states/@me');
  });

  it('encodes an emoji once, given raw or encoded', () => {
    const path = '/channels/1/messages/2/reactions/%F0%9F%91%8D/@me';
    expect(endpoints.CHANNEL_MESSAGE_REACTION_ME(1n, 2n, '👍')).toBe(path);
    expect(endpoints.CHANNEL_MESSAGE_REACTION_ME(1n, 2n, '%F0%9F%91%8D')).toBe(path);
  });

  it.each([undefined, '', '..', 5])('refuses %j as an id', (id) => {
    expect(() => endpoints.CHANNEL_BASE(id as string)).toThrow(TypeError);
  });

  it('keeps a parameter inside its part of the path', () => {
    expect(endpoints.INVITE('a/../../users/@me?x#y')).toBe('/invites/a%2F..%2F..%2Fusers%2F@me%3Fx%23y');
  });

  it('knows Discord', () => {
    expect(BASE_URL).toBe('https://discord.com/api');
  });
});

describe('types of runMethod', () => {
  // Compiled, never run: the snippet of the tutorial.
  const snippet = (rest: RestManager) =>
    rest.runMethod(rest, 'get', endpoints.GATEWAY_BOT).then((res) => ({
      url: res.url,
      shards: res.shards,
      sessionStartLimit: {
        total: res.session_start_limit.total,
        remaining: res.session_start_limit.remaining,
        resetAfter: res.session_start_limit.reset_after,
        maxConcurrency: res.session_start_limit.max_concurrency,
      },
    }));

  it('types the answer of GATEWAY_BOT, as a value and as a call', () => {
    const value = (rest: RestManager) => rest.runMethod(rest, 'get', endpoints.GATEWAY_BOT);
    const call = (rest: RestManager) => rest.runMethod(rest, 'GET', endpoints.GATEWAY_BOT());
    expectTypeOf(value).returns.resolves.toEqualTypeOf<GatewayBotData>();
    expectTypeOf(call).returns.resolves.toEqualTypeOf<GatewayBotData>();
    expectTypeOf(snippet).returns.resolves.toHaveProperty('shards').toEqualTypeOf<number>();
  });

  it('leaves other routes loose, lets a call name its type, and knows the verbs', () => {
    const loose = (rest: RestManager) => rest.runMethod(rest, 'get', endpoints.CHANNEL_BASE(1n));
    const named = (rest: RestManager) => rest.runMethod<{ id: string }>(rest, 'post', '/channels/1/messages', {});
    expectTypeOf(loose).returns.resolves.toBeAny();
    expectTypeOf(named).returns.resolves.toEqualTypeOf<{ id: string }>();
    // @ts-expect-error a verb Discord does not know
    const wrong = (rest: RestManager) => rest.runMethod(rest, 'fetch', '/x');
    expectTypeOf(wrong).toBeFunction();
  });

  it('types a replacement from the method it replaces', () => {
    const replace = (rest: RestManager): void => {
      rest.sendRequest = async (manager, request) => {
        expectTypeOf(manager).toEqualTypeOf<RestManager>();
        expectTypeOf(request.path).toEqualTypeOf<string>();
        return { status: 204, headers: {}, body: Buffer.alloc(0) };
      };
    };
    expectTypeOf(replace).toBeFunction();
  });
});
