import { describe, expect, test } from 'vitest';
import { guildRef, messageRef, ownedRef, userRef } from '../../src/index.ts';
import { C, D, G, H, put } from '../store-operations.ts';
import { startApi, type ApiBed } from './api-bed.ts';

const member = (guild: string, id: string, more: object = {}): ReturnType<typeof put> =>
  put(ownedRef('member', guild, id), {
    guild_id: guild,
    roles: [],
    nick: null,
    user: { id, username: `u${id}` },
    ...more,
  });

async function filledApi(): Promise<ApiBed> {
  const bed = await startApi();
  bed.write(
    put(guildRef(G), { id: G, name: 'one' }),
    put(guildRef(H), { id: H, name: 'two' }),
    put(ownedRef('channel', G, C), { id: C, guild_id: G }),
    put(ownedRef('thread', G, '51'), { id: '51', parent_id: C, guild_id: G }),
    put(ownedRef('thread', G, '52'), { id: '52', parent_id: D, guild_id: G }),
    put(ownedRef('thread', H, '53'), { id: '53', parent_id: C, guild_id: H }),
    put(ownedRef('role', G, '7'), { id: '7', name: 'seven' }),
    put(ownedRef('role', G, '8'), { id: '8', name: 'eight' }),
    put(ownedRef('emoji', G, '9'), { id: '9' }),
    put(messageRef(C, '5', G), { id: '5', content: 'ÿ😀' }),
    put(userRef('99'), { id: '99', username: 'bot' }),
    put(ownedRef('presence', G, '1'), { status: 'idle' }),
    member(G, '1', { roles: ['7'], nick: 'Émile' }),
    member(G, '2', { user: { id: '2', username: 'second', global_name: 'Ms. Second' } }),
    member(H, '1', { roles: ['8'] }),
  );
  return bed;
}

describe('the State API answers as tatsu does', () => {
  test('with single objects, as they are kept', async () => {
    const { json } = await filledApi();
    expect(await json(`/guilds/${G}`)).toEqual({ id: G, name: 'one' });
    expect(await json(`/channels/${C}`)).toEqual({ id: C, guild_id: G });
    expect(await json(`/channels/${C}/messages/5`)).toEqual({ id: '5', content: 'ÿ😀' });
    expect(await json('/threads/51')).toEqual({ id: '51', parent_id: C, guild_id: G });
    expect(await json(`/guilds/${G}/roles/7`)).toEqual({ id: '7', name: 'seven' });
    expect(await json(`/guilds/${G}/emojis/9`)).toEqual({ id: '9' });
    expect(await json(`/guilds/${G}/members/1`)).toMatchObject({ nick: 'Émile', user: { id: '1' } });
    expect(await json(`/guilds/${G}/members/1/presence`)).toEqual({ status: 'idle' });
    expect(await json('/users/1')).toEqual({ id: '1', username: 'u1' });
    expect(await json('/users/99')).toEqual({ id: '99', username: 'bot' });
  });

  test('with lists', async () => {
    const { json } = await filledApi();
    const ids = async (path: string): Promise<unknown> =>
      ((await json(path)) as { id?: string; user?: { id: string } }[]).map(({ id, user }) => id ?? user?.id);
    expect(await ids(`/guilds/${G}/channels`)).toEqual([C]);
    expect(await ids(`/guilds/${G}/roles`)).toEqual(['7', '8']);
    expect(await ids(`/guilds/${G}/emojis`)).toEqual(['9']);
    expect(await ids(`/guilds/${G}/threads`)).toEqual(['51', '52']);
    expect(await ids('/threads')).toEqual(['51', '52', '53']);
    expect(await ids(`/channels/${C}/threads`)).toEqual(['51']);
    // A channel that is not cached: all threads are looked through.
    expect(await ids(`/channels/${D}/threads`)).toEqual(['52']);
    expect(await ids(`/guilds/${G}/members`)).toEqual(['1', '2']);
    expect(await ids('/guilds/12345/members')).toEqual([]);
    expect(await json('/guilds_count')).toBe(2);
  });

  test('with objects by name, and a mark for those that are not there', async () => {
    const { json } = await filledApi();
    expect(await json(`/guilds/${G}/roles?id=8&id=404&id=7`)).toEqual([
      { id: '8', name: 'eight' },
      { id: '404', is_empty: true },
      { id: '7', name: 'seven' },
    ]);
    expect(await json(`/guilds/${G}/members?id=404`)).toEqual([{ id: '404', is_empty: true }]);
  });

  test('with members whose name has a text, in any case, of three bytes or more', async () => {
    const { json } = await filledApi();
    const found = async (text: string): Promise<unknown> =>
      ((await json(`/guilds/${G}/members?query=${encodeURIComponent(text)}`)) as { user: { id: string } }[]).map(
        ({ user }) => user.id,
      );
    expect(await found('SECO')).toEqual(['2']);
    expect(await found('ms.')).toEqual(['2']);
    expect(await found('émI')).toEqual(['1']);
    // Three bytes, though two characters; two bytes find nothing.
    expect(await found('Ém')).toEqual(['1']);
    expect(await found('u1')).toEqual([]);
    expect(await json(`/guilds/${G}/members?query=second&limit=0`)).toEqual([]);
  });

  test('with holders of a role, and with names of users', async () => {
    const { json, url } = await filledApi();
    expect(await json(`/guilds/${G}/members_with_role/7`)).toEqual([{ id: '1' }]);
    expect(await json(`/guilds/${G}/members_with_role/8`)).toEqual([]);
    const names = [
      { UserID: '2', Username: 'second' },
      { UserID: '1', Username: 'u1' },
    ];
    expect(await json('/users?userIDs=2,1,404,1')).toEqual(names);
    const posted = await fetch(`${url}/v1/events/users`, { method: 'POST', body: '{"userIDs":["2","1"]}' });
    expect(await posted.json()).toEqual(names);
  });

  test('whether a user is in guilds, and has roles there', async () => {
    const { get, json } = await filledApi();
    const answer = await get(`/user_in_guilds?user_id=2&server_ids=${H},${G}`, { accept: 'application/octet-stream' });
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(await answer.json()).toEqual({ exists: true });
    expect(await json(`/user_in_guilds?user_id=2&server_ids=${H}`)).toEqual({ exists: false });
    const roles = `/user_in_guilds_has_roles?user_id=1&server_ids=${G},${H}&role_ids=`;
    expect(await json(`${roles}6,8`)).toEqual({ exists: true });
    expect(await json(`${roles}6`)).toEqual({ exists: false });
  });

  test('with its version under /healthz while the store answers', async () => {
    const { url, state } = await filledApi();
    const answer = await fetch(`${url}/healthz`);
    expect([answer.status, await answer.text()]).toEqual([200, 'Version: 0.0.0']);
    await state.stop(state);
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
  });
});

describe('the State API refuses', () => {
  test.for([
    ['/guilds/123', 404, 'guild 123 is not in the cache'],
    ['/guilds/abc', 400, 'guild in the path: expected an id'],
    ['/guilds/99999999999999999999999', 400, 'expected an id'],
    ['/channels/1/messages/x', 400, 'message in the path'],
    ['/users', 400, 'the query parameter userIDs is missing'],
    ['/users?userIDs=1,x', 400, 'userIDs: expected an id'],
    ['/user_in_guilds?user_id=1', 400, 'the query parameter server_ids is missing'],
    [`/guilds/${G}/roles?id=x`, 400, 'id: expected an id'],
    [`/guilds/${G}/roles?limit=-1`, 400, 'limit: expected a whole number'],
    ['/nothing', 404, '/openapi.json lists what there is'],
  ] as const)('%s with %d and a sentence', async ([path, status, sentence]) => {
    const { get } = await filledApi();
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain(sentence);
  });

  test('changes, unless they are switched on', async () => {
    const { url } = await filledApi();
    const change = { method: 'POST', body: '{"7":{"id":"7"}}' };
    expect((await fetch(`${url}/v1/events/guilds/${G}/roles`, change)).status).toBe(404);
    expect((await fetch(`${url}/v1/events/guilds/${G}/roles/wipe`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('the State API, where changes are switched on', () => {
  test('sets, deletes and wipes what tatsu lets', async () => {
    const { url, state } = await startApi({ allowWrites: true });
    const send = async (method: string, path: string, body?: unknown): Promise<string> => {
      const answer = await fetch(`${url}/v1/events/guilds/${G}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return `${answer.status} ${await answer.text()}`;
    };
    const kept = async (kind: 'role' | 'member' | 'channel'): Promise<unknown> =>
      (await state.list(state, { kind, guildId: G })).map(({ value }) => JSON.parse(value) as unknown);
    expect(await send('POST', '/roles', { 7: { id: '7' }, 8: { id: '8' } })).toBe('200 Guild roles set successfully');
    expect(await send('POST', '/members', { 1: { nick: 'a' } })).toBe('200 Guild members set successfully');
    expect(await send('POST', '/channels', { [C]: { id: C } })).toBe('200 Guild channels set successfully');
    expect(await kept('member')).toEqual([{ nick: 'a', guild_id: G }]);
    expect(await kept('channel')).toEqual([{ id: C, guild_id: G }]);
    expect(await send('DELETE', '/roles/delete', ['7'])).toBe('200 Guild roles deleted successfully');
    expect(await kept('role')).toEqual([{ id: '8' }]);
    expect(await send('DELETE', '/channels/wipe')).toBe('200 Guild channels deleted successfully');
    expect(await kept('channel')).toEqual([]);
    expect(await send('POST', '/roles', [1])).toContain('400 the body has to be a JSON object');
    expect(await send('POST', '/roles', { 7: 1 })).toContain('400 the body has no object under 7');
    expect(await send('DELETE', '/roles/delete', [7])).toContain('400 an id in the body');
    const broken = await fetch(`${url}/v1/events/guilds/${G}/roles`, { method: 'POST', body: '{' });
    expect([broken.status, await broken.text()]).toEqual([400, 'the body is no JSON']);
  });
});
