import { assertClean } from '@shardgate/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandRole } from '../src/commands/command.ts';
import type { CommandError } from '../src/commands/command-error.ts';
import { createCommandIntake } from '../src/commands/command-intake.ts';
import { shardIdOf } from '../src/commands/shard-lookup.ts';
import { ALICE, codeOf, createCommandBed } from './commands-bed.ts';
import type { CommandBed } from './commands-bed.ts';

const beds: CommandBed[] = [];

async function createBed(...parts: Parameters<typeof createCommandBed>): Promise<CommandBed> {
  const bed = await createCommandBed(...parts);
  beds.push(bed);
  return bed;
}

afterEach(async () => {
  for (const bed of beds.splice(0)) {
    assertClean(bed.simulator);
    await bed.end();
  }
});

const run = (bed: CommandBed, command: unknown, ms?: number) => bed.outcome(bed.intake.execute(ALICE, command), ms);
/** Commands that went to Discord. */
const commands = (bed: CommandBed) => bed.sent.filter(({ op }) => ![1, 2, 6].includes(op));

const online = { since: null, activities: [{ name: 'chess', type: 0 }], status: 'online', afk: false };

describe('the vocabulary', () => {
  it('sends payloads of ops 3, 4, 8, 31 and 43 as they are', async () => {
    const bed = await createBed();
    const guildId = bed.guild();
    const payloads = [
      { op: 3, d: online },
      { op: 4, d: { guild_id: guildId, channel_id: null, self_mute: true, self_deaf: false } },
      { op: 8, d: { guild_id: guildId, user_ids: ['1180000000000000701'], nonce: 'mine' } },
      { op: 31, d: { guild_ids: [guildId] } },
      { op: 43, d: { guild_id: guildId, fields: ['status'] } },
    ];
    for (const data of payloads)
      expect(await run(bed, { type: 'shardPayload', shardId: 0, data }), `op ${data.op}`).toEqual({});
    expect(commands(bed).map(({ op, d }) => ({ op, d }))).toEqual(payloads);
  });

  it('voiceState, requestChannelInfo and requestSoundboard go to the shards of their guilds', async () => {
    const bed = await createBed({ shards: 4, guilds: 40 });
    const guildIds = [0, 1, 2, 3].flatMap((shardId) => bed.simulator.guilds.ids({ shardId, shardCount: 4, limit: 3 }));
    const voice = { type: 'voiceState', guildId: guildIds[9], channelId: guildIds[9], selfMute: false, selfDeaf: true };
    expect(await run(bed, voice)).toEqual({});
    expect(await run(bed, { type: 'requestChannelInfo', guildId: guildIds[0], fields: ['status'] })).toEqual({});
    expect(await run(bed, { type: 'requestSoundboard', guildIds: [...guildIds, ...guildIds] })).toEqual({ sent: 4 });
    await bed.advance(1_000);
    const answers = (t: string) => bed.simulator.ledger.dispatches({ t }).map(({ shardId }) => shardId);
    expect(answers('VOICE_STATE_UPDATE')).toEqual([3]);
    expect(answers('CHANNEL_INFO')).toEqual([0]);
    expect(answers('SOUNDBOARD_SOUNDS').sort((a, b) => a - b)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  it('a thousand soundboards fit into payloads that Discord takes', async () => {
    const bed = await createBed();
    const guildIds = Array.from({ length: 1_000 }, (_, index) => String(18_000_000_000_000_000_000n + BigInt(index)));
    expect(await run(bed, { type: 'requestSoundboard', guildIds })).toEqual({ sent: 7 });
    expect(commands(bed).flatMap(({ d }) => d['guild_ids'])).toEqual(guildIds);
  });

  it('a presence goes to one shard or to all', async () => {
    const bed = await createBed({ shards: 3, guilds: 30 });
    expect(await run(bed, { type: 'presence', data: { activities: [], status: 'idle' } })).toEqual({
      sent: 3,
      failed: 0,
    });
    expect(await run(bed, { type: 'presence', shardId: 2, data: online })).toEqual({ sent: 1, failed: 0 });
    expect(await run(bed, { type: 'EditShardsPresence', payload: online })).toEqual({ sent: 3, failed: 0 });
    expect(commands(bed).map(({ d }) => d['status'])).toEqual([
      ...['idle', 'idle', 'idle', 'online', 'online', 'online', 'online'],
    ]);
    expect(commands(bed)[0]?.d).toEqual({ since: null, activities: [], status: 'idle', afk: false });
  });

  it('status and shardOf tell what a bot needs, and no session', async () => {
    const bed = await createBed({ shards: 2, guilds: 10 });
    await bed.advance(60_000);
    const status = (await run(bed, { type: 'status' })) as { shards: { guilds: number; rtt: number }[] };
    expect(status).toMatchObject({ shardCount: 2, shards: [{ shardId: 0, status: 'ready' }, { shardId: 1 }] });
    expect(status.shards.map(({ guilds }) => guilds).reduce((sum, guilds) => sum + guilds)).toBe(10);
    expect(status.shards[0]?.rtt).toBeGreaterThan(0);
    expect(JSON.stringify(status)).not.toContain(bed.gateway.shards.get(0)?.sessionId);
    const guildId = bed.guild(1);
    expect(await run(bed, { type: 'shardOf', guildId })).toMatchObject({ shardId: 1, shardCount: 2 });
    expect(await run(bed, { type: 'ShardInfoFromGuild', guildId })).toEqual({ shardId: 1, rtt: expect.any(Number) });
    expect(await run(bed, { type: 'ShardInfoFromGuild' })).toEqual({ shardId: 0, rtt: expect.any(Number) });
    expect(await run(bed, { type: 'GET_SHARD_INFO' })).toEqual([
      { workerId: 1, shardId: 0, rtt: expect.any(Number), state: 0 },
      { workerId: 1, shardId: 1, rtt: expect.any(Number), state: 0 },
    ]);
  });

  it.each([
    ['197038439483310086', [2, 3, 16, 720, 1024], [0, 2, 2, 50, 706]],
    ['613425648685547541', [3, 16, 32, 720, 1024], [2, 8, 24, 104, 632]],
    ['81384788765712384', [3, 16, 720, 1024], [1, 2, 658, 770]],
  ])('guild %s is on the shard Discord puts it on', (guildId, counts, shards) => {
    expect(counts.map((count) => shardIdOf(guildId, count))).toEqual(shards);
  });
});

describe('roles', () => {
  const admin = { type: 'reconnect', shardId: 0 };
  const send = { type: 'presence', data: online };
  const look = { type: 'status' };

  it.each<[CommandRole | 'none', unknown[]]>([
    ['none', ['forbidden', 'forbidden', 'forbidden']],
    ['events', [expect.anything(), 'forbidden', 'forbidden']],
    ['commands', [expect.anything(), { sent: 1, failed: 0 }, 'forbidden']],
    ['admin', [expect.anything(), { sent: 1, failed: 0 }, {}]],
  ])('%s may do what it may, and no more', async (role, expected) => {
    const bed = await createBed({}, { roles: () => (role === 'none' ? [] : [role]) });
    const outcomes = [];
    for (const command of [look, send, admin]) outcomes.push(codeOf(await run(bed, command)));
    expect(outcomes).toEqual(expected);
  });

  it('nobody is an administrator unless told, and roles that cannot be told are none', async () => {
    const bed = await createBed();
    expect(codeOf(await run(bed, admin))).toBe('forbidden');
    const broken = [
      () => {
        throw new Error('no roles today');
      },
      () => 'admin',
      () => undefined,
      () => [{ toString: () => 'admin' }],
    ];
    for (const roles of broken) {
      const intake = createCommandIntake({ gateway: bed.gateway, roles: roles as never });
      expect(codeOf(await bed.outcome(intake.execute(ALICE, look)))).toBe('forbidden');
    }
  });

  it('reconnect resumes the shard once, however many ask', async () => {
    const bed = await createBed({}, { roles: () => ['admin'] });
    const { resume } = bed.gateway;
    let calls = 0;
    bed.gateway.resume = (gateway, shardId) => {
      calls += 1;
      return resume(gateway, shardId);
    };
    const outcomes = await Promise.all([1, 2, 3].map(() => run(bed, admin)));
    expect(calls).toBe(1);
    expect(outcomes).toEqual([{}, {}, {}]);
    expect(bed.simulator.ledger.activity({ kind: 'resume' })).toHaveLength(1);
    expect(bed.simulator.ledger.activity({ kind: 'identify' })).toHaveLength(1);
    bed.simulator.fault({ kind: 'refuse-connect', forMs: 60_000 });
    expect(codeOf(await run(bed, { ...admin, expiresAfterMs: 5_000 }))).toBe('timeout');
  });
});

describe('what cannot be done', () => {
  it('C10 a shard that is elsewhere, or a guild of another shard, is refused', async () => {
    const bed = await createBed({ shards: 4, guilds: 40 }, {}, { firstShardId: 1, lastShardId: 2 });
    const raw = (shardId: number, guildId: string) => ({
      type: 'shardPayload',
      shardId,
      data: { op: 43, d: { guild_id: guildId, fields: ['status'] } },
    });
    expect(codeOf(await run(bed, raw(0, bed.guild(0))))).toBe('foreignShard');
    expect(codeOf(await run(bed, raw(99, bed.guild(1))))).toBe('foreignShard');
    expect(codeOf(await run(bed, raw(1, bed.guild(2))))).toBe('invalid');
    expect(codeOf(await run(bed, { type: 'requestMembers', guildId: bed.guild(3) }))).toBe('foreignShard');
    const some = { type: 'requestSoundboard', guildIds: [bed.guild(1), bed.guild(3)] };
    expect(codeOf(await run(bed, some))).toBe('foreignShard');
    expect(commands(bed)).toEqual([]);
    expect(await run(bed, raw(1, bed.guild(1)))).toEqual({});
    expect(await run(bed, { type: 'shardOf', guildId: bed.guild(3) })).toEqual({
      shardId: 3,
      shardCount: 4,
      rtt: null,
    });
  });

  it('what cannot be sent before it expires never is', async () => {
    const bed = await createBed();
    bed.simulator.fault({ kind: 'drop' });
    bed.simulator.fault({ kind: 'refuse-connect', forMs: 30_000 });
    await bed.until('gone', () => bed.gateway.shards.get(0)?.ready === false);
    const data = { op: 31, d: { guild_ids: [bed.guild()] } };
    const command = { type: 'shardPayload', shardId: 0, data };
    const short = bed.intake.execute(ALICE, { ...command, expiresAfterMs: 5_000 });
    const long = bed.intake.execute(ALICE, { ...command, expiresAfterMs: 300_000 });
    expect(codeOf(await bed.outcome(short, 5_001))).toBe('expired');
    expect(await bed.outcome(long)).toEqual({});
    await bed.advance(10_000);
    expect(commands(bed)).toHaveLength(1);
  });

  it('a stopped gateway is notReady, and so is one that was never started', async () => {
    const bed = await createBed();
    const waiting = bed.intake.execute(ALICE, { type: 'requestChannelInfo', guildId: bed.guild(), fields: ['status'] });
    void bed.gateway.stopGateway(bed.gateway);
    expect([{}, 'notReady']).toContainEqual(codeOf(await bed.outcome(waiting)));
    await bed.advance(6_000);
    expect(codeOf(await run(bed, { type: 'presence', data: online }))).toBe('notReady');
    expect(codeOf(await run(bed, { type: 'requestMembers', guildId: bed.guild() }))).toBe('notReady');
  });

  it('a sendShardMessage that throws, or never settles, ends as an error of the command', async () => {
    const bed = await createBed();
    const { sendShardMessage } = bed.gateway;
    bed.gateway.sendShardMessage = () => {
      throw new Error('canary');
    };
    const error = await run(bed, { type: 'presence', data: online });
    expect(error).toMatchObject({ code: 'notReady' });
    expect((error as CommandError).message).not.toContain('canary');
    bed.gateway.sendShardMessage = () => new Promise(() => {});
    expect(codeOf(await run(bed, { type: 'presence', data: online }))).toBe('expired');
    bed.gateway.sendShardMessage = sendShardMessage;
    expect(await run(bed, { type: 'presence', data: online })).toEqual({ sent: 1, failed: 0 });
  });

  it('options that do not exist or are wrong are refused at once', async () => {
    const { gateway } = await createBed();
    const create = (options: object) => () => createCommandIntake({ gateway, ...options } as never);
    expect(create({ maxQueue: 5 })).toThrow(/has no option 'maxQueue'; did you mean 'maxQueued'/);
    expect(create({ maxQueued: 0 })).toThrow(RangeError);
    expect(create({ roles: 'admin' })).toThrow(TypeError);
    expect(create({ gateway: {} })).toThrow(TypeError);
  });
});
