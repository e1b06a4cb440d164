import {
  createGatewayManager,
  createMemoryIdentifyLedger,
  createMemorySessionStore,
  systemClock,
} from '@shardgate/gateway';
import { assertClean, createSimulator } from '@shardgate/simulator';
import type { Simulator } from '@shardgate/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommandIntake } from '../src/commands/command-intake.ts';
import type { CommandIntake } from '../src/commands/command-intake.ts';
import { createCommandServer } from '../src/commands/http/command-server.ts';

const KEY = 'planted-key-nobody-may-see';
const TOKEN = 'canary.token.value';

/** HTTP in front, Discord's WebSocket behind, both over real sockets. */
describe('HTTP commands through a gateway to Discord', () => {
  let simulator: Simulator;
  let intake: CommandIntake;
  let url = '';
  let guildId = '';
  const upstream: { op: number; shardId: number }[] = [];
  const ends: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const guildShape = { members: 1_500, channels: 5, roles: 3, emojis: 0, presences: 2 };
    simulator = createSimulator({ guilds: 8, guildShape, shards: 2, maxConcurrency: 2, token: TOKEN });
    await simulator.start();
    const gateway = createGatewayManager({
      token: TOKEN,
      intents: ['Guilds', 'GuildMembers'],
      rest: { runMethod: async () => JSON.parse(String((await simulator.fetchGatewayBot(TOKEN)).body)) as unknown },
      trustedGatewayHosts: ['127.0.0.1', 'localhost'],
      sessionStore: createMemorySessionStore(),
      identifyLedger: createMemoryIdentifyLedger(),
      handleDiscordPayload: (_, event) => {
        if (intake.wants(event.t)) intake.accept(event);
      },
    });
    const { sendShardMessage } = gateway;
    gateway.sendShardMessage = (manager, shard, message, options) => {
      upstream.push({ op: message.op, shardId: Number(shard) });
      return sendShardMessage(manager, shard, message, options);
    };
    intake = createCommandIntake({ gateway });
    const server = createCommandServer({ intake, clock: systemClock, port: 0, secretKey: KEY });
    ({ url } = await server.start());
    await gateway.spawnShards(gateway);
    guildId = simulator.guilds.ids({ shardId: 1, shardCount: 2 })[0] ?? '';
    ends.push(
      () => server.stop(),
      () => gateway.stopGateway(gateway),
      () => simulator.close(),
    );
  }, 30_000);

  afterAll(async () => {
    intake.close();
    for (const end of ends) await end();
  });

  const post = async (body: unknown, path = '/commands'): Promise<{ status: number; body: unknown }> => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: text });
    return { status: response.status, body: await response.json() };
  };

  it('members come as chunks in the reply', async () => {
    const { status, body } = await post({ type: 'requestMembers', guildId });
    expect(status).toBe(200);
    const { result, chunks } = body as { result: unknown; chunks: { members: unknown[] }[] };
    expect(result).toEqual({ chunks: 2, members: 1_500, notFound: [] });
    expect(chunks.map(({ members }) => members.length)).toEqual([1_000, 500]);
    expect(upstream.splice(0)).toEqual([{ op: 8, shardId: 1 }]);
  });

  it("Discordeno's bodies reach Discord on the shard they name", async () => {
    const d = { guild_id: guildId, channel_id: null, self_mute: false, self_deaf: false };
    expect(await post({ type: 'SHARD_PAYLOAD', shardId: 1, data: { op: 4, d } }, '/')).toEqual({
      status: 200,
      body: { processing: true },
    });
    const infos = await post({ type: 'GET_SHARD_INFO' }, '/');
    expect(infos.body).toMatchObject([
      { shardId: 0, state: 0 },
      { shardId: 1, state: 0 },
    ]);
    expect(upstream.splice(0)).toEqual([{ op: 4, shardId: 1 }]);
  });

  const raw = (shardId: unknown, op: unknown, d: unknown) => ({ type: 'shardPayload', shardId, data: { op, d } });
  const voice = { guild_id: '1', channel_id: null, self_mute: false, self_deaf: false };

  it.each<[string, () => unknown, number]>([
    ['op 1', () => raw(0, 1, 5), 400],
    ['op 2 with a token', () => raw(0, 2, { token: TOKEN, properties: {}, intents: 1 }), 400],
    ['op 6', () => raw(0, 6, { token: TOKEN, session_id: 'x', seq: 1 }), 400],
    ['a foreign shard', () => raw(7, 4, voice), 404],
    ['a guild of another shard', () => raw(0, 4, { ...voice, guild_id: guildId }), 400],
    ['1 MB', () => raw(0, 4, { ...voice, guild_id: 'x'.repeat(1_000_000) }), 413],
    ['100 KB', () => raw(0, 4, { ...voice, guild_id: 'x'.repeat(100_000) }), 413],
    ['deep JSON', () => `{"type":"status","x":${'{"x":'.repeat(20_000)}1${'}'.repeat(20_001)}`, 400],
    ['__proto__', () => '{"type":"status","__proto__":{"type":"reconnect"}}', 400],
    ['a float as an id', () => raw(0, 4, { ...voice, guild_id: 1.18e18 }), 400],
    ['a token field', () => ({ type: 'status', token: TOKEN }), 400],
    ['an administrator’s command', () => ({ type: 'reconnect', shardId: 0 }), 403],
  ])('C10 %s is refused, and nothing goes to Discord', async (_, body, status) => {
    const reply = await post(body());
    expect(reply.status).toBe(status);
    expect(JSON.stringify(reply.body)).not.toContain(TOKEN);
    expect(upstream.splice(0)).toEqual([]);
  });

  it('C10 a flood of requests gets answers, and Discord sees no more than it allows', async () => {
    const command = { type: 'requestChannelInfo', guildId, fields: ['status'], expiresAfterMs: 1_000 };
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => post(Array.from({ length: 50 }, () => command))),
    );
    const codes = replies.flatMap(({ body }) =>
      (body as { ok: boolean; error?: { code: string } }[]).map(({ ok, error }) => (ok ? 'ok' : error?.code)),
    );
    expect(codes).toHaveLength(1_500);
    expect(new Set(codes)).toEqual(new Set(['ok', 'expired', 'queueFull']));
    expect(codes.filter((code) => code === 'ok').length).toBeLessThanOrEqual(117);
    assertClean(simulator);
    expect(simulator.ledger.activity({ kind: 'close' })).toEqual([]);
  });
});
