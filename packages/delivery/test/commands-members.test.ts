import type { GatewayOptions } from '@shardgate/gateway';
import { assertClean } from '@shardgate/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandError } from '../src/commands/command-error.ts';
import type { CommandIntakeOptions } from '../src/commands/command-intake.ts';
import { ALICE, BERTHA, codeOf, createCommandBed } from './commands-bed.ts';
import type { CommandBed } from './commands-bed.ts';

const beds: CommandBed[] = [];

/** 2,500 members: three chunks. */
async function createBed(
  options: Partial<CommandIntakeOptions> = {},
  gatewayOptions: Partial<GatewayOptions> = {},
): Promise<CommandBed> {
  const guildShape = { members: 2_500, channels: 5, roles: 3, emojis: 0, presences: 2 };
  const bed = await createCommandBed({ guildShape, guilds: 4 }, options, gatewayOptions);
  beds.push(bed);
  return bed;
}

afterEach(async () => {
  for (const bed of beds.splice(0)) {
    assertClean(bed.simulator);
    await bed.end();
  }
});

const everyone = (bed: CommandBed) => ({ type: 'requestMembers', guildId: bed.guild() });
const requests = (bed: CommandBed) => bed.sent.filter(({ op }) => op === 8);
const refusals = (bed: CommandBed) => bed.simulator.ledger.dispatches({ t: 'RATE_LIMITED' }).length;

describe('requestMembers', () => {
  it('gives every chunk in order and resolves after the last one', async () => {
    const bed = await createBed();
    const chunks: { chunk_index: number; members: unknown[]; guild_id: string }[] = [];
    const done = bed.intake.execute(ALICE, everyone(bed), (chunk) => chunks.push(chunk as never));
    expect(await bed.outcome(done)).toEqual({ chunks: 3, members: 2_500, notFound: [] });
    expect(chunks.map(({ chunk_index, members }) => [chunk_index, members.length])).toEqual([
      [0, 1_000],
      [1, 1_000],
      [2, 500],
    ]);
    expect(bed.intake.status()).toEqual({ queued: 0, memberRequests: 0 });
    expect(bed.intake.wants('GUILD_MEMBERS_CHUNK')).toBe(false);
  });

  it('understands chunks that come as ETF', async () => {
    const bed = await createBed({}, { encoding: 'etf', compression: 'zlib-stream' });
    const chunks: { chunk_index: number; members: { user: { id: unknown } }[]; guild_id: unknown }[] = [];
    const done = bed.intake.execute(ALICE, everyone(bed), (chunk) => chunks.push(chunk as never));
    expect(await bed.outcome(done)).toEqual({ chunks: 3, members: 2_500, notFound: [] });
    expect(chunks.map(({ chunk_index, members, guild_id }) => [chunk_index, members.length, guild_id])).toEqual([
      [0, 1_000, bed.guild()],
      [1, 1_000, bed.guild()],
      [2, 500, bed.guild()],
    ]);
    expect(typeof chunks[0]?.members[0]?.user.id).toBe('string');
    expect(requests(bed).map(({ d }) => d['guild_id'])).toEqual([bed.guild()]);
  });

  it('asks under a nonce of its own, 32 bytes long, and takes none from a client', async () => {
    const bed = await createBed();
    expect(codeOf(await bed.outcome(bed.intake.execute(ALICE, { ...everyone(bed), nonce: 'mine' })))).toBe('invalid');
    await bed.outcome(bed.intake.execute(ALICE, { ...everyone(bed), query: 'otter1' }));
    await bed.outcome(bed.intake.execute(ALICE, { ...everyone(bed), query: 'otter2' }));
    const nonces = requests(bed).map(({ d }) => String(d['nonce']));
    expect(nonces.map((nonce) => Buffer.byteLength(nonce))).toEqual([32, 32]);
    expect(new Set(nonces).size).toBe(2);
  });

  it('names the ids that are nobody in the guild', async () => {
    const bed = await createBed();
    const all: unknown[] = [];
    const userIds = ['1180000000000000999', '1180000000000000998', '1180000000000000999'];
    const done = bed.intake.execute(ALICE, { ...everyone(bed), userIds }, (chunk) => all.push(chunk));
    expect(await bed.outcome(done)).toEqual({ chunks: 1, members: 0, notFound: [userIds[1], userIds[0]] });
  });

  it('sends equal requests of two clients once, and both get all chunks', async () => {
    const bed = await createBed();
    const seen = { alice: 0, bertha: 0 };
    const first = bed.intake.execute(ALICE, everyone(bed), () => (seen.alice += 1));
    const second = bed.intake.execute(BERTHA, { ...everyone(bed), query: '', limit: 0 }, () => (seen.bertha += 1));
    expect(await bed.outcome(first)).toEqual(await bed.outcome(second));
    expect(seen).toEqual({ alice: 3, bertha: 3 });
    expect(requests(bed)).toHaveLength(1);
  });

  it('lets a request that comes after the first chunk wait for its turn, 30 seconds after the first', async () => {
    const bed = await createBed();
    let second: Promise<unknown> | undefined;
    const first = bed.intake.execute(ALICE, everyone(bed), () => {
      second ??= bed.intake.execute(BERTHA, everyone(bed));
    });
    await bed.outcome(first);
    expect(await bed.outcome(second ?? first)).toMatchObject({ chunks: 3 });
    const [one, two] = requests(bed);
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeLessThan(31_000);
    expect(refusals(bed)).toBe(0);
  });

  it('lets other guilds and other questions pass meanwhile', async () => {
    const bed = await createBed();
    await bed.outcome(bed.intake.execute(ALICE, everyone(bed)));
    const guildId = bed.simulator.guilds.ids()[1] ?? '';
    const other = bed.intake.execute(ALICE, { type: 'requestMembers', guildId });
    const named = bed.intake.execute(ALICE, { ...everyone(bed), query: 'otter12' });
    expect(await bed.outcome(other, 5_000)).toMatchObject({ members: 2_500 });
    expect(await bed.outcome(named, 5_000)).toMatchObject({ members: 100 });
  });

  it('refuses at once, with the time, what cannot have its turn before it expires', async () => {
    const bed = await createBed();
    await bed.outcome(bed.intake.execute(ALICE, everyone(bed)));
    const error = await bed.outcome(bed.intake.execute(BERTHA, { ...everyone(bed), expiresAfterMs: 5_000 }), 1);
    expect(error).toMatchObject({ code: 'rateLimited' });
    expect((error as CommandError).retryAfterMs).toBeGreaterThan(29_000);
  });

  it('understands RATE_LIMITED and asks again when Discord said', async () => {
    const bed = await createBed();
    // Somebody else, whom the intake does not know of, has asked already.
    await bed.gateway.sendShardMessage(bed.gateway, 0, { op: 8, d: { guild_id: bed.guild(), query: '', limit: 0 } });
    await bed.advance(10_000);
    const done = bed.intake.execute(ALICE, everyone(bed));
    expect(await bed.outcome(done)).toMatchObject({ chunks: 3 });
    expect(refusals(bed)).toBe(1);
    expect(requests(bed)).toHaveLength(3);
    expect(requests(bed)[1]?.d['nonce']).not.toBe(requests(bed)[2]?.d['nonce']);
  });

  it('gives RATE_LIMITED on when the client would not wait so long', async () => {
    const bed = await createBed();
    await bed.gateway.sendShardMessage(bed.gateway, 0, { op: 8, d: { guild_id: bed.guild(), query: '', limit: 0 } });
    await bed.advance(1_000);
    const error = await bed.outcome(bed.intake.execute(ALICE, { ...everyone(bed), expiresAfterMs: 10_000 }), 1_000);
    expect(error).toMatchObject({ code: 'rateLimited' });
    expect(bed.intake.status().memberRequests).toBe(0);
  });

  it('a raw op 8 for everyone keeps to the same 30 seconds', async () => {
    const bed = await createBed();
    const d = { guild_id: bed.guild(), query: '', limit: 0, nonce: 'of the bot' };
    const raw = { type: 'SHARD_PAYLOAD', shardId: 0, data: { op: 8, d } };
    const both = [bed.intake.execute(ALICE, raw), bed.intake.execute(BERTHA, raw)];
    const outcomes = [];
    for (const one of both) outcomes.push(codeOf(await bed.outcome(one, 1)));
    expect(outcomes).toEqual([{}, 'rateLimited']);
    expect(codeOf(await bed.outcome(bed.intake.execute(ALICE, raw)))).toBe('rateLimited');
    expect(await bed.outcome(bed.intake.execute(ALICE, everyone(bed)))).toMatchObject({ chunks: 3 });
    expect(refusals(bed)).toBe(0);
    const forged = { ...raw, data: { op: 8, d: { ...d, nonce: String(requests(bed)[1]?.d['nonce']) } } };
    expect(codeOf(await bed.outcome(bed.intake.execute(BERTHA, forged)))).toBe('invalid');
  });

  it('times out when the answer does not come, and is not counted any more', async () => {
    const bed = await createBed();
    bed.simulator.fault({ kind: 'half-open' });
    const done = bed.intake.execute(ALICE, { ...everyone(bed), expiresAfterMs: 20_000 });
    expect(codeOf(await bed.outcome(done, 21_000))).toBe('timeout');
    expect(bed.intake.status()).toEqual({ queued: 0, memberRequests: 0 });
  });

  it('asks again on the new session when the old one ended before the first chunk', async () => {
    const bed = await createBed();
    bed.simulator.fault({ kind: 'stall-reading', forMs: 60_000 });
    const done = bed.intake.execute(ALICE, everyone(bed));
    await bed.until('sent', () => requests(bed).length === 1);
    bed.simulator.fault({ kind: 'close', code: 4000, endSession: true });
    expect(await bed.outcome(done)).toMatchObject({ chunks: 3 });
    const [one, two] = requests(bed);
    expect(requests(bed)).toHaveLength(2);
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
  });

  it('says so when the session ends between two chunks', async () => {
    const bed = await createBed();
    const done = bed.intake.execute(ALICE, everyone(bed), () => {
      if (bed.intake.wants('READY')) bed.intake.accept({ t: 'READY', d: { shard: [0, 1] } });
    });
    expect(codeOf(await bed.outcome(done))).toBe('notReady');
  });

  it('a client whose receiver throws is given up, the others get their answer', async () => {
    const bed = await createBed();
    let calls = 0;
    const broken = bed.intake.execute(ALICE, everyone(bed), () => {
      calls += 1;
      throw new Error('gone');
    });
    const whole = bed.intake.execute(BERTHA, everyone(bed));
    expect(codeOf(await bed.outcome(broken))).toBe('closed');
    expect(await bed.outcome(whole)).toMatchObject({ chunks: 3 });
    expect(calls).toBe(1);
  });

  it('a client that joined a request does not fail with the one whose queue is full', async () => {
    const bed = await createBed({ maxQueuedPerClient: 1, maxUnderWayPerClient: 1 });
    await bed.outcome(bed.intake.execute(ALICE, everyone(bed)));
    const joined = [bed.intake.execute(ALICE, everyone(bed)), bed.intake.execute(BERTHA, everyone(bed))];
    bed.simulator.fault({ kind: 'drop' });
    bed.simulator.fault({ kind: 'refuse-connect', forMs: 50_000 });
    await bed.until('gone', () => bed.gateway.shards.get(0)?.ready === false);
    const voice = { type: 'voiceState', guildId: bed.guild(), channelId: null, selfMute: false, selfDeaf: false };
    const flood = [1, 2].map(() => bed.intake.execute(ALICE, voice));
    const outcomes = [];
    for (const one of [...joined, ...flood]) outcomes.push(codeOf(await bed.outcome(one)));
    expect(outcomes).toEqual(['queueFull', { chunks: 3, members: 2_500, notFound: [] }, {}, {}]);
  });

  it('takes so many requests of a client and of all', async () => {
    const bed = await createBed({ maxMemberRequestsPerClient: 2, maxMemberRequests: 3 });
    const ask = (client: typeof ALICE, query: string) => bed.intake.execute(client, { ...everyone(bed), query });
    const held = [ask(ALICE, 'x'), ask(ALICE, 'y'), ask(BERTHA, 'z')];
    expect(codeOf(await bed.outcome(ask(ALICE, 'w'), 1))).toBe('queueFull');
    expect(codeOf(await bed.outcome(ask(BERTHA, 'w'), 1))).toBe('queueFull');
    for (const one of held) expect(await bed.outcome(one)).toMatchObject({ chunks: 1 });
  });

  it('ignores answers that are broken or not its own', async () => {
    const bed = await createBed();
    const done = bed.intake.execute(ALICE, everyone(bed));
    await bed.until('sent', () => requests(bed).length === 1);
    const nonce = requests(bed)[0]?.d['nonce'];
    const chunk = { guild_id: bed.guild(), nonce, chunk_index: 0, chunk_count: 1, members: [] };
    const rubbish: unknown[] = [
      null,
      'x',
      [],
      { ...chunk, nonce: 5 },
      { ...chunk, nonce: 'shardgate-other' },
      { ...chunk, guild_id: '1' },
      { ...chunk, chunk_index: 1 },
      { ...chunk, chunk_index: -1 },
      { ...chunk, chunk_count: 1.5 },
      { ...chunk, members: 'all' },
      { ...chunk, not_found: {} },
    ];
    for (const d of rubbish) bed.intake.accept({ t: 'GUILD_MEMBERS_CHUNK', d });
    for (const d of [null, {}, { meta: null }, { meta: { nonce }, retry_after: Number.NaN }, { meta: { nonce } }])
      bed.intake.accept({ t: 'RATE_LIMITED', d });
    const unreadable = {
      t: 'GUILD_MEMBERS_CHUNK',
      get d(): unknown {
        throw new Error('malformed');
      },
    };
    bed.intake.accept(unreadable);
    expect(await bed.outcome(done)).toMatchObject({ chunks: 3, members: 2_500 });
  });

  it('close ends every wait', async () => {
    const bed = await createBed();
    const waiting = [
      bed.intake.execute(ALICE, everyone(bed)),
      bed.intake.execute(ALICE, { ...everyone(bed), presences: true }),
    ];
    bed.intake.close();
    bed.intake.close();
    for (const one of waiting) expect(codeOf(await bed.outcome(one, 1))).toBe('closed');
    expect(codeOf(await bed.outcome(bed.intake.execute(ALICE, { type: 'status' }), 1))).toBe('closed');
  });
});
