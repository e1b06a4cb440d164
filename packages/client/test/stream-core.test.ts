import { createRequire } from 'node:module';
import { Client, GatewayDispatchEvents } from '@discordjs/core';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { EventClient } from '../src/stream/event-client.ts';
import { createCoreGateway } from '../src/stream/core-gateway.ts';
import { eventsMessage, startServer, testClient } from './stream-server.ts';
import type { Far } from './stream-server.ts';

type ClientOptions = ConstructorParameters<typeof Client>[0];

/** What core itself uses; it is not among this package's own dependencies. */
const fromCore = createRequire(createRequire(import.meta.url).resolve('@discordjs/core'));
const { REST } = fromCore('@discordjs/rest') as { REST: new () => ClientOptions['rest'] };

async function coreBot(): Promise<{ core: Client; client: EventClient; far: Far }> {
  const server = await startServer('websocket');
  const client = testClient(server.url);
  const core = new Client({ rest: new REST(), gateway: createCoreGateway(client) });
  const [far] = await Promise.all([server.welcome(), client.connect()]);
  far.send({ op: 'lease', lane: '1/2', epoch: 1 });
  await vi.waitUntil(() => client.shardCount !== undefined);
  return { core, client, far };
}

describe('a bot of @discordjs/core on an event client', () => {
  it('gets its events with the shard they come from', async () => {
    const { core, far } = await coreBot();
    const got: unknown[] = [];
    core.on(GatewayDispatchEvents.MessageCreate, ({ data, shardId, api }) => {
      expectTypeOf(data.content).toBeString();
      got.push([data.content, shardId, typeof api.channels.createMessage]);
    });
    far.send(eventsMessage([[1, '1', { content: 'hi' }]], { lane: '1/2' }));
    expect(await far.next('ack')).toMatchObject({ lane: '1/2', offset: 1 });
    expect(got).toEqual([['hi', 1, 'function']]);
  });

  it('sends commands to the shard of the guild', async () => {
    const { core, far } = await coreBot();
    // 1 << 22: shard 1 of 2.
    const sending = core.updateVoiceState({ guild_id: '4194304', channel_id: null, self_mute: false, self_deaf: true });
    const { id, command } = await far.next('command');
    expect(command).toMatchObject({
      type: 'shardPayload',
      shardId: 1,
      data: { op: 4, d: { guild_id: '4194304', channel_id: null, self_mute: false, self_deaf: true } },
    });
    far.send({ op: 'reply', id, ok: true });
    await sending;
    const failing = core.updatePresence(0, { since: null, activities: [], status: 'online', afk: false } as never);
    const second = await far.next('command');
    far.send({ op: 'reply', id: second['id'], ok: false, error: { code: 'foreignShard', message: 'not here' } });
    await expect(failing).rejects.toMatchObject({ code: 'foreignShard' });
  });

  it('gets the members it asked for, although its nonce never reaches Discord', async () => {
    const { core, far } = await coreBot();
    const asking = core.requestGuildMembers({ guild_id: '4194304', query: 'a', limit: 5 } as never);
    const { id, command } = await far.next('command');
    expect(command).toMatchObject({ type: 'requestMembers', guildId: '4194304', query: 'a', limit: 5 });
    const chunk = { guild_id: '4194304', nonce: 'gateway', chunk_count: 2 };
    far.send({ op: 'chunk', id, payload: { ...chunk, chunk_index: 0, members: ['m1'], not_found: ['7'] } });
    far.send({ op: 'chunk', id, payload: { ...chunk, chunk_index: 1, members: ['m2'] } });
    far.send({ op: 'reply', id, ok: true, result: { chunks: 2 } });
    expect(await asking).toMatchObject({ members: ['m1', 'm2'], notFound: ['7'] });
  });

  it('asks the gateway for the shards before any lane has come', async () => {
    const server = await startServer('unix');
    const client = testClient(server.url);
    const gateway = createCoreGateway(client);
    const [far] = await Promise.all([server.welcome(), client.connect()]);
    const asking = Promise.all([gateway.getShardCount(), gateway.getShardIds()]);
    for (let n = 0; n < 2; n++) {
      const { id } = await far.next('command');
      far.send({ op: 'reply', id, ok: true, result: { shardCount: 16, shards: [{ shardId: 4 }, { shardId: 5 }] } });
    }
    expect(await asking).toEqual([16, [4, 5]]);
  });
});
