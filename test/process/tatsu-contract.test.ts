import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../beds/certificate.ts';
import { freePort } from '../beds/free-port.ts';
import { SERVICE_TOKEN } from '../beds/service-process.ts';
import { startRedis } from '../services/redis.ts';
import {
  compare,
  startConsumer,
  startContractBed,
  withoutRepeats,
  type ConsumerProcess,
  type ContractBed,
} from './contract-bed.ts';
import { startCommand, type CommandProcess } from './demo-process.ts';

const LONG = process.env['SHARDGATE_LONG'] !== undefined;
const SOON = { timeout: 20_000 };
const EVENTS = LONG ? 100_000 : 2_000;
/** With a call for each event a consumer takes less. */
const PUSHES = LONG ? 100_000 : 500;
/** What the bots of these tests want, those with orders last, so that their answers have lists in front. */
const NAMES = [
  ...['GUILD_CREATE', 'GUILD_DELETE', 'GUILD_MEMBERS_CHUNK', 'VOICE_STATE_UPDATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE'],
  ...['MESSAGE_DELETE_BULK', 'CHANNEL_CREATE', 'CHANNEL_UPDATE', 'CHANNEL_DELETE', 'MESSAGE_CREATE'],
].join(',');

async function startTatsu(
  bed: ContractBed,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandProcess> {
  const own = ['-token', SERVICE_TOKEN, '-shards', '2', '-stop', '2', '-intents', 'all'];
  const service = startCommand(['start', '--profile', 'tatsu', '--admin-port', '0', '--', ...own, ...flags], {
    cwd: bed.folder,
    env: { DISCORD_API_URL: bed.apiUrl, ...env },
  });
  onTestFinished(() => void service.child.kill('SIGKILL'));
  await service.printed(/"admin":"http/);
  return service;
}

/** Discord's side is ready when all guilds were told. */
const guildsTold = (bed: ContractBed): Promise<void> =>
  expect
    .poll(() => bed.simulator.ledger.dispatches({ t: 'GUILD_CREATE' }).length, { timeout: 30_000 })
    .toBe(bed.guildIds.length);

/** The whole story, a join and a leave; each list keeps its order. */
async function followStory(
  bed: ContractBed,
  bot: ConsumerProcess,
  {
    events,
    perSecond,
    repeats,
    by,
  }: { events: number; perSecond: number; repeats: boolean; by: 'channel' | 'channel and name' },
) {
  const { simulator, guildIds } = bed;
  await guildsTold(bed);
  bed.tell(bed.story.begin());
  await bed.goOn(events, perSecond);
  bed.tell(bed.story.end());
  const ofStory = () => {
    const all = bot.handled().filter(({ t }) => t.startsWith('CHANNEL_') || t.startsWith('MESSAGE_'));
    return repeats ? withoutRepeats(all) : all;
  };
  await expect
    .poll(() => ofStory().length, { timeout: LONG ? 600_000 : 60_000, interval: LONG ? 2_000 : 250 })
    .toBe(bed.happened.length);
  const difference = compare(bed.happened, ofStory(), { by, old: false });
  expect(difference).toEqual({ missing: 0, doubled: 0, wrong: [] });
  const [joined = ''] = simulator.guilds.join(1);
  simulator.guilds.leave(guildIds[1] ?? '');
  const seen = (t: string) => bot.handled().filter((event) => event.t === t);
  await expect.poll(() => seen('GUILD_DELETE').map(({ d }) => d['id']), SOON).toEqual([guildIds[1]]);
  // Only the one that is new: of the others it has known since before.
  await expect.poll(() => seen('GUILD_CREATE').map(({ d }) => d['id']), SOON).toEqual([joined]);
  const [channel] = (seen('GUILD_CREATE')[0]?.d['channels'] ?? []) as { id: string }[];
  let messages = 0;
  const say = (content: string): void => {
    const author = { id: '80351110224678912', username: 'nelly' };
    const d = {
      id: `119000000000000000${++messages}`,
      channel_id: channel?.id,
      guild_id: joined,
      author,
      content,
    };
    simulator.emit({ t: 'MESSAGE_CREATE', d });
  };
  return { joined, channelId: channel?.id, seen, say };
}

async function stopped(service: CommandProcess): Promise<void> {
  service.child.kill('SIGTERM');
  expect(await service.ended, service.output()).toBe(0);
}

it(
  `a bot of tatsuworks/gateway pops joins, edits and deletes in the order of each list and channel over ${EVENTS} events, and its commands are answered`,
  { timeout: 400_000 },
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.end());
    const bed = await startContractBed();
    const bot = await startConsumer(bed, 'tatsu-list-consumer', [redis.url, NAMES]);
    const sinks = [{ type: 'redisList', name: 'redis', url: redis.url, commands: {} }];
    await writeFile(join(bed.folder, 'shardgate.config.json'), JSON.stringify({ sinks }));
    const service = await startTatsu(bed, []);
    const { joined, channelId, seen, say } = await followStory(bed, bot, {
      events: EVENTS,
      perSecond: 4_000,
      repeats: false,
      by: 'channel and name',
    });
    say('!members');
    await expect.poll(() => seen('GUILD_MEMBERS_CHUNK').length, SOON).toBeGreaterThan(0);
    expect(seen('GUILD_MEMBERS_CHUNK')[0]?.d).toMatchObject({ guild_id: joined, nonce: 'asked-for' });
    say('!voice');
    await expect.poll(() => seen('VOICE_STATE_UPDATE').length, SOON).toBe(1);
    expect(seen('VOICE_STATE_UPDATE')[0]?.d).toMatchObject({ channel_id: channelId, self_deaf: true });
    await stopped(service);
    expect(bed.simulator.check()).toEqual([]);
  },
);

it(
  `a bot that tatsuworks/gateway pushes to by gRPC gets ${PUSHES} events in the order of each channel, and manages shards, both over TLS`,
  { timeout: 900_000 },
  async () => {
    const bed = await startContractBed();
    const authority = createAuthority('ours');
    const { key, cert } = authority.issue({ host: 'localhost' });
    const path = (name: string): string => join(bed.folder, name);
    for (const [name, text] of Object.entries({ 'ca.pem': authority.cert, 'cert.pem': cert, 'key.pem': key }))
      await writeFile(path(name), text);
    const files = { certFile: path('cert.pem'), keyFile: path('key.pem') };
    const [port, managementPort] = [await freePort(), await freePort()];
    const secretKey = 'canary-grpc-key-0123456789';
    const bot = await startConsumer(bed, 'tatsu-push-consumer', [
      String(port),
      `127.0.0.1:${managementPort}`,
      JSON.stringify({ key, cert, ca: authority.cert, secretKey }),
    ]);
    const tls = { caFile: path('ca.pem'), ...files, serverName: 'localhost' };
    const sinks = [{ type: 'grpcPush', name: 'queue', address: `127.0.0.1:${port}`, tls }];
    const grpc = { ...files, clientCaFile: path('ca.pem'), secretKey };
    await writeFile(path('shardgate.config.json'), JSON.stringify({ sinks, commands: { grpc } }));
    const service = await startTatsu(bed, ['-addr', `127.0.0.1:${managementPort}`]);
    const { joined, seen, say } = await followStory(bed, bot, {
      ...{ events: PUSHES, perSecond: 1_000 },
      // On a busy machine an answer may be late.
      repeats: true,
      by: 'channel',
    });
    const answerTo = async (order: string, method: string): Promise<unknown> => {
      const answers = () => bot.records().filter((record) => record['method'] === method);
      const before = answers().length;
      say(order);
      await expect.poll(() => answers().length, SOON).toBe(before + 1);
      return answers().at(-1);
    };
    expect(await answerTo('!version', 'Version')).toMatchObject({ answer: { version: expect.stringMatching(/^\d/) } });
    expect(await answerTo('!members', 'RequestGuildMembers')).toMatchObject({ code: 0 });
    await expect.poll(() => seen('GUILD_MEMBERS_CHUNK').length, SOON).toBeGreaterThan(0);
    expect(seen('GUILD_MEMBERS_CHUNK')[0]?.d).toMatchObject({ guild_id: joined });
    expect(await answerTo('!stats', 'Stats')).toMatchObject({
      answer: { stats: [{ status: 'CONNECTED' }, { shard: 1, status: 'CONNECTED' }] },
    });
    expect(await answerTo('!restart', 'RestartShard')).toMatchObject({ code: 0 });
    expect(bed.simulator.ledger.activity({ kind: 'resume' })).toHaveLength(1);
    // NOT_FOUND.
    expect(await answerTo('!unknown', 'RestartShard')).toMatchObject({ code: 5 });
    expect(new Set(bot.records().flatMap(({ t, bot: id }) => (t === undefined ? [] : [id])))).toEqual(
      new Set([expect.stringMatching(/^\d{15,20}$/)]),
    );
    await stopped(service);
    expect(service.output()).not.toContain(secretKey);
    expect(bed.simulator.check()).toEqual([]);
  },
);

it(
  `a consumer of spec-tacles/gateway reads ${EVENTS} events from Redis streams in the order of each stream and channel`,
  { timeout: 400_000 },
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.end());
    const bed = await startContractBed();
    const bot = await startConsumer(bed, 'spectacles-consumer', [redis.url, NAMES]);
    const sinks = [{ type: 'redisStream', name: 'redis', url: redis.url, profile: 'spectacles' }];
    const configuration = { sinks, shards: { total: 2 }, filters: { loadedGuilds: false } };
    await writeFile(join(bed.folder, 'shardgate.config.json'), JSON.stringify(configuration));
    const service = startCommand(['start', '--admin-port', '0'], {
      cwd: bed.folder,
      env: { DISCORD_API_URL: bed.apiUrl, DISCORD_TOKEN: SERVICE_TOKEN, SHARDGATE_INTENTS: '65535' },
    });
    onTestFinished(() => void service.child.kill('SIGKILL'));
    await guildsTold(bed);
    bed.tell(bed.story.begin());
    await bed.goOn(EVENTS, 4_000);
    bed.tell(bed.story.end());
    const ofStory = () => bot.handled().filter(({ t }) => t.startsWith('CHANNEL_') || t.startsWith('MESSAGE_'));
    await expect
      .poll(() => ofStory().length, { timeout: LONG ? 600_000 : 60_000, interval: LONG ? 2_000 : 250 })
      .toBe(bed.happened.length);
    const difference = compare(bed.happened, ofStory(), { by: 'channel and name', old: false });
    expect(difference).toEqual({ missing: 0, doubled: 0, wrong: [] });
    await stopped(service);
  },
);
