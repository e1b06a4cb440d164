import { describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';

/** What a shard does after the server closed with a code. `probe`: one RESUME, then IDENTIFY. `cool`: RESUME after a pause. */
type Reaction = 'resume' | 'probe' | 'cool' | 'identify' | 'fatal';

/** The table of the gateway protocol, and what is common beside it: Cloudflare's codes, the network's, codes of other libraries. */
const REACTIONS: readonly (readonly [code: number, reaction: Reaction])[] = [
  ...[1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015].map(
    (code) => [code, 'resume'] as const,
  ),
  [3000, 'resume'],
  [4000, 'resume'],
  [4001, 'resume'],
  [4002, 'resume'],
  [4003, 'probe'],
  [4004, 'fatal'],
  [4005, 'resume'],
  [4006, 'identify'],
  [4007, 'identify'],
  [4008, 'cool'],
  [4009, 'probe'],
  [4010, 'fatal'],
  [4011, 'fatal'],
  [4012, 'fatal'],
  [4013, 'fatal'],
  [4014, 'fatal'],
  [4015, 'resume'],
  [4200, 'resume'],
  [4999, 'resume'],
];

const FATAL = REACTIONS.filter(([, reaction]) => reaction === 'fatal').map(([code]) => code);

async function closeWith(code: number, reaction: Reaction): Promise<VirtualBed> {
  const bed = createVirtualBed({ shards: 2, maxConcurrency: 2 });
  await bed.ready();
  bed.simulator.fault({ kind: 'close', code, shard: 0, endSession: reaction === 'identify' });
  await bed.until('the connection is gone', () => bed.gateway.shards.get(0)?.ready === false);
  return bed;
}

describe('A9 the table of close codes', () => {
  it.each(REACTIONS.filter(([, reaction]) => reaction === 'resume' || reaction === 'probe' || reaction === 'cool'))(
    'A9 a connection closed with %i is resumed (%s)',
    async (code, reaction) => {
      const bed = await closeWith(code, reaction);
      expect(bed.told('shardDisconnected')).toMatchObject([{ shardId: 0, cause: `closed by Discord with ${code}` }]);
      await bed.until('the session goes on', bed.allReady, 15_000);
      expect([bed.identifies(), bed.resumes()]).toEqual([2, 1]);
      expect(bed.told('gap')).toEqual([]);
      bed.clean();
      await bed.end();
    },
  );

  it.each(REACTIONS.filter(([, reaction]) => reaction === 'probe'))(
    'A9 a RESUME that is closed with %i once more is followed by a new session and a declared gap',
    async (code, reaction) => {
      const bed = await closeWith(code, reaction);
      bed.simulator.configure({ resumeDelayMs: 1_000 });
      await bed.until('RESUME', () => bed.resumes() === 1);
      bed.simulator.fault({ kind: 'close', code, shard: 0 });
      await bed.until('a new session', () => bed.identifies() === 3 && bed.allReady());
      expect(bed.told('gap')).toMatchObject([{ shardId: 0, cause: `closed by Discord with ${code}` }]);
      bed.clean();
      await bed.end();
    },
  );

  it.each(REACTIONS.filter(([, reaction]) => reaction === 'identify'))(
    'A9 a session closed with %i is over: a new one is identified and the gap declared',
    async (code, reaction) => {
      const bed = await closeWith(code, reaction);
      await bed.until('a new session', bed.allReady);
      expect([bed.identifies(), bed.resumes()]).toEqual([3, 0]);
      expect(bed.told('gap')).toMatchObject([{ shardId: 0, cause: `closed by Discord with ${code}` }]);
      bed.clean();
      await bed.end();
    },
  );

  it.each(FATAL)('A9 after %i the shard stops, and an event says so with the remedy', async (code) => {
    const bed = await closeWith(code, 'fatal');
    expect(bed.told('shardFatal').find(({ shardId }) => shardId === 0)).toMatchObject({
      closeCode: code,
      remedy: expect.stringMatching(/\w{3}/) as string,
    });
    await bed.advance(600_000);
    expect(bed.gateway.shards.get(0)?.status).toBe('fatal');
    // A refused token is everyone's, a refused plan is not.
    expect(bed.gateway.shards.get(1)?.status).toBe(code === 4004 ? 'fatal' : 'ready');
    expect([bed.identifies(), bed.resumes()], 'nothing is tried again').toEqual([2, 0]);
    bed.clean();
    await bed.end();
  });
});

describe('A30 fatal codes', () => {
  it.each(FATAL.filter((code) => code !== 4004))(
    'A30 %i on one shard leaves the living sessions of the others alone',
    async (code) => {
      const bed = await closeWith(code, 'fatal');
      await bed.advance(1_000);
      expect(bed.gateway.shards.get(1)?.status).toBe('ready');
      const guildId = bed.simulator.guilds.ids({ shardId: 1, shardCount: 2 })[0] ?? '';
      const before = bed.received.length;
      bed.simulator.emit({ t: 'MESSAGE_CREATE', guildId, count: 3 });
      await bed.advance(100);
      expect(bed.received.slice(before)).toMatchObject([{ shardId: 1 }, { shardId: 1 }, { shardId: 1 }]);
      // And it may still resume.
      bed.simulator.fault({ kind: 'drop', shard: 1 });
      await bed.until('shard 1 resumes', () => bed.resumes() === 1 && bed.gateway.shards.get(1)?.ready === true);
      bed.clean();
      await bed.end();
    },
  );

  it('A30 4004 on start stops every shard after one IDENTIFY, and spawnShards rejects with what to do', async () => {
    const bed = createVirtualBed({ shards: 3, maxConcurrency: 1 });
    const { gateway } = bed.start({ token: 'wrong.canary.token', maxShards: 3, maxConcurrency: 1 });
    const spawned = gateway.spawnShards(gateway);
    await bed.until('the verdict', () => bed.told('shardFatal').length > 0);
    await expect(spawned).rejects.toMatchObject({ code: 'tokenRejected', status: 4004 });
    expect(bed.told('shardFatal')[0]).toMatchObject({ code: 'tokenRejected', closeCode: 4004 });
    await bed.advance(3_600_000);
    expect(bed.identifies()).toBe(1);
    expect(gateway.shards.find((shard) => shard.status !== 'fatal')).toBeUndefined();
    bed.clean();
    await bed.end();
  });

  it('A30 4014 on a later reconnect stops that shard only', async () => {
    const bed = createVirtualBed(
      { shards: 2, maxConcurrency: 2 },
      { intents: ['Guilds', 'GuildMembers', 'GuildMessages'] },
    );
    await bed.ready();
    bed.simulator.configure({ privilegedIntents: 0 });
    bed.simulator.fault({ kind: 'close', code: 4007, shard: 0, endSession: true });
    await bed.until('the verdict', () => bed.told('shardFatal').length > 0);
    expect(bed.told('shardFatal')).toMatchObject([{ shardId: 0, code: 'configurationRejected', closeCode: 4014 }]);
    await bed.advance(600_000);
    expect(bed.identifies(), 'the refused IDENTIFY is not repeated').toBe(3);
    expect([bed.gateway.shards.get(0)?.status, bed.gateway.shards.get(1)?.status]).toEqual(['fatal', 'ready']);
    bed.clean();
    await bed.end();
  });
});
