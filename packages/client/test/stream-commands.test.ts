import { describe, expect, it } from 'vitest';
import { startServer, testClient, TRANSPORTS } from './stream-server.ts';
import type { Far, Message } from './stream-server.ts';
import type { EventClient } from '../src/stream/event-client.ts';

async function answered(far: Far, result?: unknown): Promise<unknown> {
  const { id, command } = await far.next('command');
  far.send({ op: 'reply', id, ok: true, ...(result === undefined ? {} : { result }) });
  return command;
}

describe.each(TRANSPORTS)('the commands of a client over %s', (transport) => {
  it('are sent in the words of the gateway', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    const [far] = await Promise.all([server.welcome(), client.connect()]);
    const presence = { since: null, activities: [], status: 'idle', afk: false } as never;
    const rows: [(client: EventClient) => Promise<unknown>, object][] = [
      [(c) => c.command({ type: 'shardOf', guildId: '1' }), { type: 'shardOf', guildId: '1' }],
      [
        (c) => c.sendToShard(3, { op: 4, d: { x: 1 } } as never),
        { type: 'shardPayload', shardId: 3, data: { op: 4, d: { x: 1 } } },
      ],
      [(c) => c.updatePresence(presence), { type: 'presence', data: presence }],
      [(c) => c.updatePresence(presence, { shardId: 0 }), { type: 'presence', shardId: 0, data: presence }],
      [
        (c) => c.updateVoiceState({ guildId: '1', channelId: null }),
        { type: 'voiceState', guildId: '1', channelId: null, selfMute: false, selfDeaf: false },
      ],
      [(c) => c.requestSoundboardSounds(['1', '2']), { type: 'requestSoundboard', guildIds: ['1', '2'] }],
    ];
    for (const [call, body] of rows) {
      const calling = call(client);
      expect(await answered(far)).toEqual(
        'type' in body && body.type === 'shardOf' ? body : { ...body, expiresAfterMs: 15_000 },
      );
      await calling;
    }
    const info = { shardCount: 2, shards: [{ shardId: 0, status: 'ready', rtt: 41, guilds: 7 }] };
    const asking = client.shardInfo();
    expect(await answered(far, info)).toEqual({ type: 'status', expiresAfterMs: 15_000 });
    expect(await asking).toEqual(info);
  });

  it('put the parts of an answer together', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    const [far] = await Promise.all([server.welcome(), client.connect()]);
    const chunks: unknown[] = [];
    const asking = client.requestMembers(
      '1',
      { query: '', limit: 0, presences: true },
      { onChunk: (chunk) => chunks.push(chunk) },
    );
    const { id, command } = await far.next('command');
    const selection = { query: '', limit: 0, presences: true };
    expect(command).toEqual({ type: 'requestMembers', guildId: '1', ...selection, expiresAfterMs: 120_000 });
    far.send({ op: 'chunk', id: 'other', payload: { members: ['x'] } });
    far.send({ op: 'chunk', id, payload: { members: ['a', 'b'], presences: ['p'] } });
    far.send({ op: 'chunk', id, payload: { members: ['c'], not_found: ['9'] } });
    far.send({ op: 'reply', id, ok: true, result: {} });
    expect(await asking).toEqual({ members: ['a', 'b', 'c'], presences: ['p'], notFound: ['9'] });
    expect(chunks).toHaveLength(2);
  });

  it('settle: refused, late, without a connection, with a lost one, when the client closes', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url, { maxCommands: 3 });
    const early = client.command({ type: 'status' }, { deadlineMs: 40 });
    await expect(early).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('no connection') });
    const waiting = client.command({ type: 'status' });
    const [far] = await Promise.all([server.welcome({ maxMessageBytes: 2_000 }), client.connect()]);
    const { id } = await far.next('command');
    far.send({ op: 'reply', id, ok: false, error: { code: 'rateLimited', message: 'slow', retryAfterMs: 9 } });
    await expect(waiting).rejects.toMatchObject({ name: 'ClientError', code: 'rateLimited', retryAfterMs: 9 });
    await expect(client.command({ type: 'x', d: 'x'.repeat(3_000) })).rejects.toMatchObject({ code: 'tooLarge' });
    await expect(client.command({ type: 'x', d: 1n })).rejects.toMatchObject({ code: 'invalid' });
    await expect(client.command({ type: 'x' }, { deadlineMs: 40 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('no answer'),
    });
    const lost = client.command({ type: 'y' });
    await far.next('command');
    far.cut();
    await expect(lost).rejects.toMatchObject({ code: 'disconnected' });
    const three = [1, 2, 3].map(() => client.command({ type: 'z' }));
    await expect(client.command({ type: 'z' })).rejects.toMatchObject({ code: 'queueFull' });
    await client.close({ drain: false });
    for (const command of three) await expect(command).rejects.toMatchObject({ code: 'closed' });
    await expect(client.command({ type: 'z' })).rejects.toMatchObject({ code: 'closed' });
  });

  it('are never more at a time than the gateway takes', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    const [far] = await Promise.all([server.welcome({ maxCommands: 2 }), client.connect()]);
    const results = [0, 1, 2, 3, 4].map((n) => client.command({ type: 'x', n }));
    const seen: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      const { id, command }: Message = await far.next('command');
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(far.left.filter(({ op }) => op === 'command').length).toBeLessThan(2);
      seen.push((command as { n: number }).n);
      far.send({ op: 'reply', id, ok: true, result: n });
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4]);
  });
});
