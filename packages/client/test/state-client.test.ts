import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createMemoryStore,
  createState,
  guildRef,
  messageRef,
  ownedRef,
  userRef,
  type EntityRef,
  type State,
} from '../../state/src/index.ts';
import { createStateApi } from '../../state/src/api/index.ts';
import { createStateClient, type StateClientOptions } from '../src/state/create-state-client.ts';
import type { StateClient } from '../src/state/state-client.ts';

const G = '197038439483310086';
const H = '613425648685547541';
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A client of a real State API. */
async function connected(
  objects: readonly (readonly [EntityRef, object])[] = [],
  options: Partial<StateClientOptions> = {},
): Promise<{ client: StateClient; state: State; url: string }> {
  const state = createState({ stores: [createMemoryStore()] });
  await state.start(state);
  ends.push(() => state.stop(state));
  const api = createStateApi({ state, port: 0, key: 'K3y' });
  const { url } = await api.listen();
  ends.push(() => api.close());
  const operations = objects.map(
    ([ref, value]) => ({ op: 'put', ref, value: JSON.stringify(value), ifAbsent: false, tellOld: false }) as const,
  );
  void state.runtime.writers[0]?.write(operations);
  return { client: createStateClient({ url, key: 'K3y', ...options }), state, url };
}

/** A client of a server that answers as a test wants. */
async function clientOf(listener: RequestListener, options: Partial<StateClientOptions> = {}): Promise<StateClient> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return createStateClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...options });
}

const member = (guild: string, id: string, more: object = {}): [EntityRef, object] => [
  ownedRef('member', guild, id),
  { guild_id: guild, roles: [], user: { id, username: `name-${id}` }, ...more },
];

describe('a state client', () => {
  test('reads objects, and undefined where there is none', async () => {
    const { client } = await connected([
      [guildRef(G), { id: G, name: 'one' }],
      [ownedRef('channel', G, '10'), { id: '10', guild_id: G }],
      [ownedRef('thread', G, '11'), { id: '11', parent_id: '10', guild_id: G }],
      [ownedRef('role', G, '7'), { id: '7' }],
      [ownedRef('emoji', G, '8'), { id: '8' }],
      [messageRef('10', '5', G), { id: '5', content: 'ÿ😀' }],
      [ownedRef('presence', G, '1'), { status: 'idle' }],
      [userRef('99'), { id: '99', username: 'bot' }],
      member(G, '1'),
    ]);
    expect(await client.guild(G)).toEqual({ id: G, name: 'one' });
    expect(await client.guild(H)).toBeUndefined();
    expect(await client.guilds({ limit: 1 })).toEqual([{ id: G, name: 'one' }]);
    expect(await client.guildCount()).toBe(1);
    expect((await client.channel('10'))?.id).toBe('10');
    expect((await client.thread('11'))?.id).toBe('11');
    expect((await client.threadsOf('10')).map(({ id }) => id)).toEqual(['11']);
    expect((await client.message('10', '5'))?.content).toBe('ÿ😀');
    expect(await client.messages('10', { after: '5' })).toEqual([]);
    expect((await client.role(G, '7'))?.id).toBe('7');
    expect((await client.emoji(G, '8'))?.id).toBe('8');
    expect((await client.presence(G, '1'))?.status).toBe('idle');
    expect((await client.user('99'))?.username).toBe('bot');
    expect((await client.user('1'))?.username).toBe('name-1');
    expect(await client.user('404')).toBeUndefined();
    expect((await client.list(G, 'threads')).map(({ parent_id: parent }) => parent)).toEqual(['10']);
    expect(await client.list(G, 'soundboard_sounds', { limit: 5 })).toEqual([]);
  });

  test('reads many by their ids, a thousand too, in their order', async () => {
    const ids = Array.from({ length: 1_200 }, (_, i) => String(i + 1));
    const { client } = await connected(ids.filter((id) => Number(id) % 2 === 0).map((id) => member(G, id)));
    const found = await client.members(G, ids.toReversed());
    expect(found.map((each) => each?.user.id)).toEqual(
      ids.toReversed().map((id) => (Number(id) % 2 === 0 ? id : undefined)),
    );
    expect(await client.roles(G, ['1'])).toEqual([undefined]);
    expect(await client.members(G, [])).toEqual([]);
    expect((await client.userNames(ids)).size).toBe(600);
  });

  test('searches and asks', async () => {
    const { client } = await connected([
      [guildRef(G), { id: G }],
      member(G, '1', { roles: ['7'], nick: 'The Cat' }),
      member(G, '2'),
      member(H, '1'),
    ]);
    expect((await client.searchMembers(G, 'the c')).map(({ user }) => user.id)).toEqual(['1']);
    expect(await client.searchMembers(G, 'name-', { limit: 1 })).toHaveLength(1);
    expect(await client.membersWithRole(G, '7')).toEqual(['1']);
    expect(await client.isInGuilds('2', [H, G])).toBe(true);
    expect(await client.isInGuilds('2', [H])).toBe(false);
    expect(await client.isInGuilds('2', [])).toBe(false);
    expect(await client.hasRoles('1', ['6', '7'], [G])).toBe(true);
    expect(await client.hasRoles('1', ['7'], [H])).toBe(false);
    expect((await client.counts()).member).toBe(3);
    expect((await client.statistics()).stores[0]?.name).toBe('memory');
  });

  test('reads a snapshot guild by guild, and may stop in the middle', async () => {
    const guilds = Array.from({ length: 300 }, (_, i) => String(BigInt(i + 1) << 22n));
    const { client } = await connected(
      guilds.flatMap((id) => [
        [guildRef(id), { id, name: 'ÿ😀'.repeat(100) }] as const,
        [ownedRef('role', id, '1'), { id: '1' }] as const,
      ]),
    );
    const seen: string[] = [];
    for await (const { id, roles } of client.snapshot()) {
      expect(roles).toEqual([{ id: '1' }]);
      seen.push(id);
    }
    expect(seen.toSorted((one, other) => Number(BigInt(one) - BigInt(other)))).toEqual(guilds);
    let count = 0;
    for await (const { id } of client.snapshot({ shardId: 1, shardCount: 3 })) {
      expect((BigInt(id) >> 22n) % 3n).toBe(1n);
      if (++count === 5) break;
    }
    expect(count).toBe(5);
  });
});

describe('a state client rejects', () => {
  test('what is no id, as the API says', async () => {
    const { client } = await connected();
    for (const id of ['abc', '', '..', '1/2', '123456789012345678901'])
      await expect(client.guild(id)).rejects.toMatchObject({ name: 'ClientError', code: 'invalid' });
  });

  test('with a wrong key, which no message has', async () => {
    const { url } = await connected();
    const failure: unknown = await createStateClient({ url, key: 'S3cret' })
      .counts()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'refused' });
    expect(String(failure)).not.toContain('S3cret');
  });

  test('when nobody is there, when the store fails, and when the answer is cut off or no JSON', async () => {
    const nobody = createStateClient({ url: 'http://127.0.0.1:1' });
    await expect(nobody.counts()).rejects.toMatchObject({ code: 'disconnected' });
    const failing = await clientOf((_, answer) => answer.writeHead(503).end('the cache cannot answer'));
    await expect(failing.counts()).rejects.toMatchObject({ code: 'unavailable' });
    const cut = await clientOf((_, answer) => answer.write('[1,', () => answer.destroy()));
    await expect(cut.guilds()).rejects.toMatchObject({ code: 'disconnected' });
    const html = await clientOf((_, answer) => answer.end('<html>'));
    await expect(html.counts()).rejects.toMatchObject({ code: 'protocol' });
    const half = await clientOf((_, answer) => answer.end('{"id":"1"}\n{"id":'));
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { id } of half.snapshot()) seen.push(id);
    };
    await expect(read()).rejects.toMatchObject({ code: 'disconnected' });
    expect(seen).toEqual(['1']);
  });

  test('when an answer does not go on in time', async () => {
    const silent = await clientOf(() => {}, { timeoutMs: 50 });
    await expect(silent.counts()).rejects.toMatchObject({ code: 'timeout' });
    const stuck = await clientOf((_, answer) => answer.write('['), { timeoutMs: 50 });
    await expect(stuck.guilds()).rejects.toMatchObject({ code: 'timeout' });
  });

  test('options that are wrong, at once', () => {
    expect(() => createStateClient({ url: 'ws://127.0.0.1' })).toThrow("option 'url' is not shown");
    expect(() => createStateClient({ url: 'http://u:p@127.0.0.1' })).toThrow(TypeError);
    expect(() => createStateClient({ url: 'http://127.0.0.1', key: 'a b' })).toThrow("option 'key' is not shown");
    expect(() => createStateClient({ url: 'http://127.0.0.1', timeoutMs: 0 })).toThrow(RangeError);
    expect(() => createStateClient({ url: 'http://127.0.0.1', timeout: 1 } as never)).toThrow("no option 'timeout'");
  });
});
