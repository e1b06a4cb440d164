import { createMemoryIdentifyLedger } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { TOKEN } from '../beds/virtual-bed.ts';
import { activityOf, createFaultBed, dials, endAfterKill, endUnharmed, endWithGaps, ownCloseCodes } from './outcome.ts';

const HOUR_MS = 3_600_000;
/** Lets the gateway identify without asking REST, which would refuse a bad token first. */
const WITHOUT_REST = { maxShards: 1, sessionStartLimitRemaining: 1_000, urlWSS: 'wss://gateway.discord.gg' };
const GUILDS_REQUEST = { op: 8, d: { guild_id: '1', query: '', limit: 1 } } as const;

describe('D5 codes after which the session lives', () => {
  it.each([4000, 4001, 4002, 4005, 4008])('D5 %i is answered by RESUME, and nothing is lost', async (code) => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(10_000);
    bed.simulator.fault({ kind: 'close', code });
    await bed.until('noticed', () => !bed.allReady());
    await bed.until('back', bed.allReady, 15_000);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    expect(bed.told('gap')).toEqual([]);
    await endUnharmed(bed);
  });

  it.each([4001, 4002])(
    'D5 a command after which Discord closed with %i is told and never written again, by no connection and no process',
    async (code) => {
      const bed = createFaultBed();
      await bed.ready();
      await bed.advance(1_000);
      await bed.gateway.sendShardMessage(bed.gateway, 0, GUILDS_REQUEST);
      await bed.advance(10);
      bed.simulator.fault({ kind: 'close', code });
      await bed.until('refused', () => bed.told('commandRefused').length === 1);
      expect(bed.told('commandRefused')).toEqual([{ shardId: 0, op: 8, closeCode: code }]);
      await bed.until('back', bed.allReady);
      bed.simulator.fault({ kind: 'close', code });
      await bed.until('noticed', () => !bed.allReady());
      expect(bed.told('commandRefused'), 'a connection without a command blames none').toHaveLength(1);
      await bed.until('back again', bed.allReady);
      bed.life.kill();
      await bed.ready();
      await bed.advance(60_000);
      expect(activityOf(bed.simulator, 'command')).toHaveLength(1);
      await endAfterKill(bed);
    },
  );

  it('D5 4008 is answered by a pause of five seconds at least; what waited is sent after it, within the limit', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(1_000);
    const commands = Array.from({ length: 150 }, () => bed.gateway.sendShardMessage(bed.gateway, 0, GUILDS_REQUEST));
    bed.simulator.fault({ kind: 'close', code: 4008 });
    await bed.until('noticed', () => !bed.allReady());
    const closedAt = bed.clock.now();
    await bed.until('dialled again', () => activityOf(bed.simulator, 'connect').length === 2);
    expect(bed.clock.now() - closedAt).toBeGreaterThanOrEqual(5_000);
    await bed.advance(180_000);
    await Promise.all(commands);
    expect(bed.identifies()).toBe(1);
    await endUnharmed(bed);
  });
});

describe('D6, D8, D9 codes that doubt the session', () => {
  it.each([4003, 4009])(
    'D6 and D9: %i is answered by one RESUME, and that is all when it is accepted',
    async (code) => {
      const bed = createFaultBed();
      await bed.ready();
      await bed.advance(10_000);
      bed.simulator.fault({ kind: 'close', code });
      await bed.until('noticed', () => !bed.allReady());
      await bed.until('back', bed.allReady);
      expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
      await endUnharmed(bed);
    },
  );

  it.each([
    ['D6', 4003],
    ['D9', 4009],
  ])('%s %i as the answer to that RESUME, too, is answered by one IDENTIFY', async (_row, code) => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(10_000);
    bed.simulator.fault({ kind: 'cut-replay', after: 0, code });
    bed.simulator.fault({ kind: 'close', code });
    await bed.until('noticed', () => !bed.allReady());
    await bed.until('ready anew', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([2, 1]);
    expect(bed.told('gap')).toMatchObject([{ cause: `closed by Discord with ${code}` }]);
    await endWithGaps(bed);
  });

  it('D6 4003 to a shard without a session is no reason for a loop', async () => {
    const bed = createFaultBed();
    bed.simulator.fault({ kind: 'withhold-ready' });
    bed.start();
    for (let round = 0; round < 100; round++) {
      await bed.advance(36_000);
      bed.simulator.fault({ kind: 'close', code: 4003 });
    }
    expect(bed.identifies(), 'an hour').toBeLessThanOrEqual(12);
    bed.simulator.clearFaults();
    await bed.until('ready', bed.allReady, 2 * HOUR_MS);
    await endWithGaps(bed);
  });

  it('D8 4007 ends the session: the gap is told, no RESUME with the same sequence, one IDENTIFY', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(10_000);
    bed.simulator.fault({ kind: 'close', code: 4007, endSession: true });
    await bed.until('noticed', () => !bed.allReady());
    await bed.until('ready anew', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([2, 0]);
    expect(bed.told('gap')).toMatchObject([{ cause: 'closed by Discord with 4007' }]);
    await endWithGaps(bed);
  });

  it('D8 our sequence book-keeping gives Discord no reason for 4007 where it forgets what a heartbeat acknowledged', async () => {
    const bed = createFaultBed({ trimReplayOnHeartbeat: true, eventsPerSecond: 40 }, {}, () => 300);
    await bed.ready();
    for (let round = 0; round < 10; round++) {
      await bed.advance(50_000);
      if (round % 3 === 0) bed.life.kill();
      else bed.simulator.fault({ kind: 'drop' });
      if (round % 3 === 0) await bed.ready();
      await bed.until('back', bed.allReady);
    }
    expect(bed.identifies()).toBe(1);
    await endAfterKill(bed);
  });

  it('D9 4009 to 16 shards whose sessions are gone: 16 RESUMEs first, then identifies in their buckets', async () => {
    const bed = createFaultBed({ shards: 16, maxConcurrency: 1, guilds: 32 });
    await bed.ready();
    await bed.advance(10_000);
    bed.simulator.fault({ kind: 'close', code: 4009, endSession: true });
    await bed.until('all are told', () => bed.told('shardDisconnected').length >= 16);
    const start = bed.clock.now();
    await bed.until('ready anew', bed.allReady, 180_000);
    expect([bed.identifies(), bed.resumes()]).toEqual([32, 16]);
    expect(bed.clock.now() - start, 'in their buckets').toBeGreaterThan(15 * 5_000);
    expect(bed.told('gap')).toHaveLength(16);
    await endWithGaps(bed);
  });
});

describe('D7 4004', () => {
  it('D7 a refused token is tried once by 20 lives with one ledger, and again when it is changed', async () => {
    const bed = createFaultBed({}, { ...WITHOUT_REST, identifyLedger: createMemoryIdentifyLedger() });
    bed.simulator.acceptToken('another.token.value');
    for (let life = 0; life < 20; life++) {
      bed.start();
      await bed.advance(HOUR_MS);
      bed.life.kill();
    }
    expect(activityOf(bed.simulator, 'identify').map(({ answer }) => answer)).toEqual(['4004']);
    expect(dials(bed.simulator)).toBe(1);
    bed.start({ token: 'another.token.value' });
    await bed.until('the changed token', bed.allReady);
    await endUnharmed(bed);
  });

  it('D7 a refused token is tried again when that is asked for', async () => {
    const bed = createFaultBed({}, { ...WITHOUT_REST, identifyLedger: createMemoryIdentifyLedger() });
    bed.simulator.acceptToken('another.token.value');
    bed.start();
    await bed.until('refused', () => bed.told('shardFatal').length === 1);
    await bed.advance(1_000);
    bed.simulator.acceptToken(TOKEN);
    bed.start();
    await bed.advance(60_000);
    expect(bed.identifies()).toBe(1);
    await bed.ready({ retryRejectedToken: true });
    expect(bed.identifies()).toBe(2);
    await endUnharmed(bed);
  });

  it('D7 4004 to one of 8 running shards stops all of them, with the reason, and none dials again', async () => {
    const bed = createFaultBed({ shards: 8, maxConcurrency: 8 });
    await bed.ready();
    await bed.advance(10_000);
    const before = dials(bed.simulator);
    bed.simulator.fault({ kind: 'close', code: 4004, shard: 3 });
    await bed.advance(HOUR_MS);
    expect(Array.from(bed.gateway.shards.values(), ({ status }) => status)).toEqual(
      Array.from({ length: 8 }, () => 'fatal'),
    );
    expect(bed.told('shardFatal')).toHaveLength(8);
    expect(new Set(bed.told('shardFatal').map(({ code }) => code))).toEqual(new Set(['tokenRejected']));
    expect(dials(bed.simulator)).toBe(before);
    expect(ownCloseCodes(bed.simulator).every((code) => code !== 1000 && code !== 1001)).toBe(true);
    bed.clean();
    await bed.end();
  });
});

describe('D10 and D11 a plan or configuration that Discord refuses', () => {
  const fatal = [
    ['D10', 4010, { requiredShardMultiple: 4, shards: 4 }, { maxShards: 3 }, /maxShards/],
    ['D10', 4011, { maxGuildsPerSession: 5, guilds: 50, shards: 2 }, {}, /maxShards/],
    [
      'D11',
      4014,
      { shards: 2, privilegedIntents: 0 },
      { intents: ['Guilds', 'MessageContent'] as const },
      /MessageContent/,
    ],
  ] as const;

  it.each(fatal)(
    '%s %i stops the shard with a message that names the remedy; no attempt follows for an hour',
    async (_row, code, simulated, options, remedy) => {
      const bed = createFaultBed({ maxConcurrency: 16, ...simulated }, options);
      bed.start();
      await bed.advance(HOUR_MS);
      const [first] = bed.told('shardFatal');
      expect(first).toMatchObject({ closeCode: code });
      expect(first?.remedy).toMatch(remedy);
      const answers = activityOf(bed.simulator, 'identify').map(({ answer }) => answer);
      expect(answers.length, 'at most one each that was under way').toBeLessThanOrEqual(bed.gateway.maxShards);
      expect(new Set(answers)).toEqual(new Set([String(code)]));
      expect(new Set(Array.from(bed.gateway.shards.values(), ({ status }) => status))).toEqual(new Set(['fatal']));
      bed.clean();
      await bed.end();
    },
  );

  it.each([
    [4012, /update/],
    [4013, /intents/],
  ])(
    'D11 %i stops a running shard with a message that names the remedy; nothing is dialled for an hour',
    async (code, remedy) => {
      const bed = createFaultBed();
      await bed.ready();
      bed.simulator.fault({ kind: 'close', code });
      await bed.advance(HOUR_MS);
      expect(bed.told('shardFatal')).toMatchObject([{ closeCode: code, code: 'configurationRejected' }]);
      expect(bed.told('shardFatal')[0]?.remedy).toMatch(remedy);
      expect(dials(bed.simulator)).toBe(1);
      bed.clean();
      await bed.end();
    },
  );

  it('D11 intents that Discord would refuse with 4013 are refused here, before anything is sent', () => {
    const bed = createFaultBed();
    expect(() => bed.start({ intents: 2 ** 30 })).toThrow(/option 'intents' is 1073741824/);
    expect(dials(bed.simulator)).toBe(0);
  });

  it('D10 shards with living sessions go on when the plan is refused to another', async () => {
    const bed = createFaultBed({ shards: 4, maxConcurrency: 4 });
    await bed.ready();
    bed.simulator.fault({ kind: 'close', code: 4010, shard: 2 });
    await bed.advance(60_000);
    bed.simulator.fault({ kind: 'drop' });
    await bed.advance(60_000);
    expect(Array.from(bed.gateway.shards.values(), ({ status }) => status)).toEqual([
      'ready',
      'ready',
      'fatal',
      'ready',
    ]);
    expect([bed.identifies(), bed.resumes()]).toEqual([4, 3]);
    bed.clean();
    await bed.end();
  });
});

describe('D12 codes that say nothing', () => {
  const documented = new Set([4003, 4004, 4006, 4007, 4008, 4009, 4010, 4011, 4012, 4013, 4014]);
  const codes = Array.from({ length: 4_000 }, (_, index) => 1_000 + index).filter(
    (code) => !documented.has(code) && (code <= 1_016 || (code >= 3_995 && code <= 4_030) || code % 41 === 0),
  );

  it(`D12 ${codes.length} codes from 1000 to 4999 without a meaning of their own are all answered by RESUME`, async () => {
    const bed = createFaultBed({ eventsPerSecond: 1 });
    await bed.ready();
    for (const [index, code] of codes.entries()) {
      await bed.advance(500);
      bed.simulator.fault({ kind: 'close', code });
      await bed.until(`${code} is noticed`, () => !bed.allReady());
      await bed.until(`back after ${code}`, bed.allReady);
      expect(bed.resumes(), String(code)).toBe(index + 1);
    }
    expect(bed.identifies()).toBe(1);
    await endUnharmed(bed);
  });

  it('D12 4006 ends the session', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(5_000);
    bed.simulator.fault({ kind: 'close', code: 4006, endSession: true });
    await bed.until('noticed', () => !bed.allReady());
    await bed.until('ready anew', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([2, 0]);
    await endWithGaps(bed);
  });
});
