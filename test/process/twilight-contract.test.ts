import { expect, it, onTestFinished } from 'vitest';
import { SERVICE_TOKEN } from '../beds/service-process.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';
import { startRedis } from '../services/redis.ts';
import { compare, startConsumer, startContractBed } from './contract-bed.ts';
import { startCommand } from './demo-process.ts';

const LONG = process.env['SHARDGATE_LONG'] !== undefined;
const SOON = { timeout: 20_000 };
/** 100,000 take a minute. */
const EVENTS = LONG ? 100_000 : 4_000;
const PER_SECOND = 2_500;

it(
  `a bot of twilight-dispatch sees joins, edits and deletes with what was before, in the order of each channel over ${EVENTS} events, and its commands are answered`,
  { timeout: 300_000 },
  async () => {
    const [broker, cache] = await Promise.all([startRabbitmq(), startRedis()]);
    onTestFinished(() => broker.end());
    onTestFinished(() => cache.end());
    const bed = await startContractBed();
    const { simulator, guildIds } = bed;
    const bot = await startConsumer(bed, 'twilight-consumer', [broker.url, cache.url]);
    const service = startCommand(['start', '--profile', 'twilight-dispatch', '--admin-port', '0'], {
      cwd: bed.folder,
      env: {
        DISCORD_API_URL: bed.apiUrl,
        BOT_TOKEN: SERVICE_TOKEN,
        SHARDS_TOTAL: '2',
        SHARDS_END: '1',
        INTENTS: '65535',
        STATE_OLD: 'true',
        STATE_MESSAGE_TTL: '600000',
        // So that no event goes on without what was before, however busy the machine is.
        SHARDGATE_STATE_WAIT_MS: '60000',
        RABBIT_PORT: String(broker.port),
        REDIS_PORT: String(cache.port),
        PROMETHEUS_PORT: '0',
      },
    });
    onTestFinished(() => void service.child.kill('SIGKILL'));
    const seen = (t: string) => bot.handled().filter((event) => event.t === t);
    const withId = (t: string, id: string | undefined) => seen(t).filter(({ d }) => d['id'] === id);
    await expect.poll(() => seen('GUILD_CREATE').length, { timeout: 30_000 }).toBe(guildIds.length);
    // By this it tells a guild that it was in from a join.
    for (const id of guildIds) expect(withId('GUILD_CREATE', id)[0]?.old).toEqual({ id, unavailable: true });

    bed.tell(bed.story.begin());
    await bed.goOn(EVENTS, PER_SECOND);
    bed.tell(bed.story.end());
    const ofStory = () => bot.handled().filter(({ t }) => t.startsWith('CHANNEL_') || t.startsWith('MESSAGE_'));
    await expect.poll(() => ofStory().length, { timeout: 120_000, interval: 250 }).toBe(bed.happened.length);
    expect(compare(bed.happened, ofStory(), { by: 'channel', old: true })).toEqual({
      missing: 0,
      doubled: 0,
      wrong: [],
    });

    const [joined] = simulator.guilds.join(1);
    await expect.poll(() => withId('GUILD_CREATE', joined).length, SOON).toBe(1);
    expect(withId('GUILD_CREATE', joined)[0]).not.toHaveProperty('old');
    const before = withId('GUILD_CREATE', guildIds[0])[0]?.d;
    simulator.emit({ t: 'GUILD_UPDATE', d: { id: guildIds[0], name: 'renamed' } });
    await expect.poll(() => seen('GUILD_UPDATE').length, SOON).toBe(1);
    expect(seen('GUILD_UPDATE')[0]?.old).toMatchObject({ id: guildIds[0], name: before?.['name'] });
    simulator.guilds.leave(guildIds[1] ?? '');
    await expect.poll(() => seen('GUILD_DELETE').length, SOON).toBe(1);
    expect(seen('GUILD_DELETE')[0]).toMatchObject({ d: { id: guildIds[1] }, old: { id: guildIds[1] } });

    const guildId = joined ?? '';
    const [channel] = (withId('GUILD_CREATE', joined)[0]?.d['channels'] ?? []) as { id: string }[];
    let messages = 0;
    const say = (content: string): void => {
      const id = `119000000000000000${++messages}`;
      const author = { id: '80351110224678912', username: 'nelly' };
      simulator.emit({
        t: 'MESSAGE_CREATE',
        d: { id, channel_id: channel?.id, guild_id: guildId, author, content },
      });
    };
    say('!members');
    await expect.poll(() => seen('GUILD_MEMBERS_CHUNK').length, SOON).toBeGreaterThan(0);
    expect(seen('GUILD_MEMBERS_CHUNK')[0]?.d).toMatchObject({ guild_id: guildId, nonce: 'asked-for' });
    say('!voice');
    await expect.poll(() => seen('VOICE_STATE_UPDATE').length, SOON).toBe(1);
    expect(seen('VOICE_STATE_UPDATE')[0]?.d).toMatchObject({ channel_id: channel?.id, self_deaf: true });
    say('!cache');
    await expect.poll(() => bot.records().filter(({ cache: found }) => found !== undefined).length, SOON).toBe(1);
    expect(bot.records().find(({ cache: found }) => found !== undefined)?.['cache']).toMatchObject({
      message: { content: '!cache' },
      channel: { id: channel?.id, guild_id: guildId },
      guild: { id: guildId, unavailable: false },
      channels: expect.arrayContaining([channel?.id]),
      shards: 2,
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      sessions: { 0: { session_id: expect.any(String), sequence: expect.any(Number) } },
      statuses: [
        { shard: 0, status: 'Connected' },
        { shard: 1, status: 'Connected' },
      ],
    });
    say('!restart');
    await expect.poll(() => simulator.ledger.activity({ kind: 'resume' }).length, SOON).toBe(1);
    expect(simulator.check()).toEqual([]);
    service.child.kill('SIGTERM');
    expect(await service.ended, service.output()).toBe(0);
    expect(service.output()).not.toContain('guest:guest');
  },
);
