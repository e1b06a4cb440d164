import { createRedisCommands, type RedisCommands, type RedisCommandsOptions } from '@shardgate/brokers/redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';
import { until } from './broker-bed.ts';
import { startIntake } from './intake-bed.ts';
import { redisConsumer } from './redis-consumer.ts';

let server: RedisServer;
let lists = 0;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.end());

async function startCommands(more: Partial<RedisCommandsOptions> = {}) {
  const bed = await startIntake();
  const list = `ops${++lists}`;
  const commands: RedisCommands = createRedisCommands({ url: server.url, intake: bed.intake, lists: [list], ...more });
  commands.start();
  onTestFinished(() => commands.stop());
  const bot = await redisConsumer(server.url);
  return {
    bed,
    list,
    commands,
    bot,
    push: (message: unknown, to = list) =>
      bot.call('RPUSH', to, typeof message === 'string' ? message : JSON.stringify(message)),
    replies: async (from: string, count = 1) => (await bot.take([from], count)).map(({ data }) => data),
    dead: () => bot.list(`${list}:dead`),
  };
}

describe('a command in a list', () => {
  it('in the manner of tatsu is sent on the shard of its guild', async () => {
    const { bed, push } = await startCommands();
    const guild = bed.guild(1);
    await push({ op: 4, d: { guild_id: guild, channel_id: null, self_mute: false, self_deaf: false } });
    await until(() => bed.sent.some(({ op, d }) => op === 4 && d['guild_id'] === guild));
    await push({ op: 3, d: { since: null, activities: [], status: 'idle', afk: false } });
    await until(() => bed.sent.filter(({ op, d }) => op === 3 && d['status'] === 'idle').length === 2);
    await push({ op: 8, shard: 1, d: { guild_id: guild, query: '', limit: 0 } });
    await until(() => bed.sent.some(({ op }) => op === 8));
  });

  it('is answered in the list that it names, parts first', async () => {
    const { bed, push, replies } = await startCommands();
    await push({ id: 'a', replyTo: 'answers', command: { type: 'shardOf', guildId: bed.guild(1) } });
    expect(await replies('answers')).toEqual([{ id: 'a', ok: true, result: expect.objectContaining({ shardId: 1 }) }]);
    await push({ id: 7, replyTo: 'answers', command: { type: 'requestMembers', guildId: bed.guild(0) } });
    const [first, ...rest] = await replies('answers', 2);
    expect(first).toMatchObject({ id: 7, chunk: { guild_id: bed.guild(0), chunk_index: 0 } });
    expect(rest.at(-1)).toMatchObject({ id: 7, ok: true, result: { chunks: 1 } });
  });

  it('that cannot be carried out is answered with the reason, or kept with it', async () => {
    const { push, replies, dead, bot, list } = await startCommands({ maxBytes: 2_000 });
    await push({ id: 1, replyTo: 'failures', command: { type: 'shardPayload', shardId: 99, data: { op: 3, d: {} } } });
    expect(await replies('failures')).toEqual([
      { id: 1, ok: false, error: { code: 'invalid', message: expect.stringContaining('command.data') } },
    ]);
    const voice = { guild_id: '1', channel_id: null, self_mute: false, self_deaf: false };
    await push({ id: 2, replyTo: 'failures', shard: 99, op: 4, d: voice });
    expect(await replies('failures')).toMatchObject([{ id: 2, ok: false, error: { code: 'foreignShard' } }]);
    await push('not json');
    await push('[]');
    await push({ op: 2, d: { token: 'x' }, shard: 0 });
    await push({ command: { type: 'status', junk: 'x'.repeat(3_000) } });
    await until(async () => (await dead()).length === 4);
    const codes = ((await dead()) as { reason: { code: string }; body: string }[]).map(({ reason }) => reason.code);
    expect(codes.toSorted()).toEqual(['invalid', 'invalid', 'invalid', 'tooLarge']);
    expect(await bot.call('LLEN', list)).toBe(0);
  });

  it('waits in its list while enough are under way', async () => {
    const { bed, push, list, bot, commands } = await startCommands({ maxUnderWay: 20 });
    const guild = bed.guild(0);
    const state = { op: 4, d: { guild_id: guild, channel_id: null, self_mute: true, self_deaf: false } };
    for (let n = 0; n < 100; n++) await push(state);
    expect(commands.status().underWay).toBeLessThanOrEqual(20);
    await until(async () => Number(await bot.call('LLEN', list)) === 0, 20_000);
    await until(() => commands.status().succeeded === 100, 20_000);
  });

  it('that comes while Redis is away is taken when it is back', async () => {
    const own = await startRedis();
    onTestFinished(() => own.end());
    const notes: string[] = [];
    const { commands, bed } = await startCommands({
      url: own.url,
      timeoutMs: 1_000,
      backOff: { baseMs: 20, capMs: 100 },
      report: (level, message) => void notes.push(`${level}: ${message}`),
    });
    const list = `ops${lists}`;
    await own.kill();
    await until(() => notes.some((note) => note.startsWith('error')));
    await own.restart();
    const bot = await redisConsumer(own.url);
    await bot.call('RPUSH', list, JSON.stringify({ replyTo: 'r', command: { type: 'status' } }));
    expect(await bot.take(['r'], 1)).toMatchObject([{ data: { ok: true, result: { shardCount: 2 } } }]);
    expect(notes.at(-1)).toMatch(/^info: Redis .* takes events again/);
    expect(bed.gateway.shards.size).toBe(2);
    await commands.stop();
  });
});
