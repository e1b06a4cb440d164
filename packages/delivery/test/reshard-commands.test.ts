import { createGatewayManager } from '@shardgate/gateway';
import type { GatewayManager } from '@shardgate/gateway';
import { createVirtualClock } from '@shardgate/simulator';
import type { VirtualClock } from '@shardgate/simulator';
import { expect, it } from 'vitest';
import { createCommandIntake } from '../src/index.ts';
import type { CommandIntake, CommandIntakeOptions } from '../src/index.ts';
import { ALICE, codeOf } from './commands-bed.ts';

/** On shard 1 of 2, and on shard 3 of 4. */
const GUILD = String(7n << 22n);

interface Sent {
  readonly shardId: number;
  readonly shardCount: number;
  readonly payload: { readonly op: number; readonly d: Record<string, unknown> };
  /** It was written to the socket. */
  written(): void;
}

interface Bed {
  readonly clock: VirtualClock;
  readonly intake: CommandIntake;
  readonly sent: Sent[];
  /** Other shards run from now on. */
  shards(shardCount: number): void;
  chunk(nonce: unknown): void;
  ready(shardId: number, shardCount: number): void;
}

function createBed(options: Partial<CommandIntakeOptions> = {}): Bed {
  const clock = createVirtualClock();
  const sent: Sent[] = [];
  let running = 2;
  const gateway: GatewayManager = createGatewayManager({
    token: 'a.b.c',
    intents: [],
    clock,
    handleDiscordPayload: () => undefined,
    sendShardMessage: (_gateway, shard, payload) =>
      new Promise((written) => {
        const shardId = typeof shard === 'number' ? shard : shard.id;
        sent.push({ shardId, shardCount: running, payload: payload as Sent['payload'], written });
      }),
  });
  const intake = createCommandIntake({ gateway, clock, ...options });
  const accept = (t: string, d: unknown): void => intake.accept({ t, d });
  const bed: Bed = {
    clock,
    intake,
    sent,
    shards(shardCount) {
      running = shardCount;
      const ids = Array.from({ length: shardCount }, (_, id) => id);
      const value = new Map(ids.map((id) => [id, { id, shardCount, status: 'ready' }]));
      Object.defineProperty(gateway, 'shards', { value, configurable: true });
    },
    chunk: (nonce) =>
      accept('GUILD_MEMBERS_CHUNK', { guild_id: GUILD, nonce, chunk_index: 0, chunk_count: 1, members: [{}] }),
    ready: (shardId, shardCount) => accept('READY', { shard: [shardId, shardCount] }),
  };
  bed.shards(2);
  return bed;
}

const voice = { type: 'voiceState', guildId: GUILD, channelId: null, selfMute: false, selfDeaf: false };
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

it('a command for a guild that waits over a reshard goes to the shard that has the guild then', async () => {
  const { intake, sent, shards, clock } = createBed({ maxUnderWayPerShard: 1 });
  const first = intake.execute(ALICE, voice);
  const second = intake.execute(ALICE, { ...voice, selfMute: true });
  await clock.advanceAsync(1);
  expect(sent.map(({ shardId }) => shardId)).toEqual([1]);
  shards(4);
  sent[0]?.written();
  await clock.advanceAsync(1);
  expect(sent.map(({ shardId }) => shardId)).toEqual([1, 3]);
  expect(sent[1]?.payload.d['self_mute']).toBe(true);
  sent[1]?.written();
  expect(await Promise.all([first, second])).toEqual([{}, {}]);
  expect(intake.status().queued).toBe(0);
});

it('a command for a shard that is gone is refused, with the new count in the message', async () => {
  const { intake, sent, shards, clock } = createBed({ maxUnderWayPerShard: 1 });
  const presence = { type: 'presence', shardId: 1, data: { activities: [], status: 'idle' } };
  void intake.execute(ALICE, presence);
  const waiting = outcome(intake.execute(ALICE, presence));
  await clock.advanceAsync(1);
  shards(4);
  sent[0]?.written();
  await clock.advanceAsync(1);
  const error = await waiting;
  expect(codeOf(error)).toBe('foreignShard');
  expect(String(error)).toMatch(/shard 1 of 2.*4 shards now/);
  const wrong = await outcome(
    intake.execute(ALICE, {
      type: 'shardPayload',
      shardId: 1,
      data: { op: 8, d: { guild_id: GUILD, query: '', limit: 1 } },
    }),
  );
  expect(String(wrong)).toMatch(/shard 3 of 4/);
  shards(1);
  const gone = await outcome(intake.execute(ALICE, presence));
  expect(codeOf(gone)).toBe('foreignShard');
  expect(String(gone)).toMatch(/of 1$/);
});

it('a member request is answered by the old shard after a reshard, though a new shard of the same id is ready', async () => {
  const { intake, sent, shards, clock, chunk, ready } = createBed();
  const answer = intake.execute(ALICE, { type: 'requestMembers', guildId: GUILD, query: 'a' });
  await clock.advanceAsync(1);
  sent[0]?.written();
  await clock.advanceAsync(1);
  shards(4);
  ready(1, 4);
  await clock.advanceAsync(1);
  expect(sent).toHaveLength(1);
  chunk(sent[0]?.payload.d['nonce']);
  expect(await answer).toEqual({ chunks: 1, members: 1, notFound: [] });
});

it('a member request whose old shard loses its session is asked of the new one', async () => {
  const { intake, sent, shards, clock, chunk, ready } = createBed();
  const answer = intake.execute(ALICE, { type: 'requestMembers', guildId: GUILD, query: 'a' });
  await clock.advanceAsync(1);
  sent[0]?.written();
  await clock.advanceAsync(1);
  shards(4);
  ready(1, 2);
  await clock.advanceAsync(1);
  expect(sent.map(({ shardId }) => shardId)).toEqual([1, 3]);
  chunk(sent[1]?.payload.d['nonce']);
  expect(await answer).toMatchObject({ chunks: 1 });
});

it('a member request without an answer fails after the same time as ever', async () => {
  const { intake, sent, shards, clock } = createBed({ chunkTimeoutMs: 1_000 });
  const answer = outcome(intake.execute(ALICE, { type: 'requestMembers', guildId: GUILD, query: 'a' }));
  await clock.advanceAsync(1);
  sent[0]?.written();
  await clock.advanceAsync(1);
  shards(4);
  await clock.advanceAsync(1_001);
  expect(codeOf(await answer)).toBe('timeout');
});
