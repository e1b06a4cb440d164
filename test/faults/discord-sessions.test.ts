import type { Fault } from '@shardgate/simulator';
import { describe, expect, it } from 'vitest';
import {
  activityOf,
  createFaultBed,
  endUnharmed,
  endWithGaps,
  expectNothingLost,
  expectOnlyDeclaredLoss,
  ownCloseCodes,
} from './outcome.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** What our own close says when a new connection takes over. */
const RESUMING = 3064;

describe('D1 op 7 (reconnect)', () => {
  it('D1 op 7 to a ready shard is answered by a close that keeps the session, and RESUME', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(5_000);
    bed.simulator.fault({ kind: 'reconnect', closeAfterMs: 30_000 });
    await bed.until('hung up at once', () => bed.told('shardDisconnected').length === 1, 100);
    await bed.until('back', bed.allReady, 2_000);
    expect(ownCloseCodes(bed.simulator)).toEqual([RESUMING]);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    await endUnharmed(bed);
  });

  it('D1 op 7 instead of HELLO is answered by another connection; a session is kept', async () => {
    const bed = createFaultBed();
    bed.simulator.fault({ kind: 'reconnect-instead-of-hello', times: 3 });
    await bed.ready();
    expect(bed.identifies()).toBe(1);
    bed.simulator.fault({ kind: 'reconnect-instead-of-hello', times: 3 });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('three refused greetings', () => activityOf(bed.simulator, 'connect').length >= 8);
    await bed.until('back', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    expect(ownCloseCodes(bed.simulator)).toEqual(Array.from({ length: 6 }, () => RESUMING));
    await endUnharmed(bed);
  });

  it('D1 op 7 to a shard that waits for its turn to identify costs no identify', async () => {
    const bed = createFaultBed({ shards: 3 });
    bed.start();
    await bed.until('the last shard waits', () => bed.gateway.shards.get(2)?.status === 'queued');
    bed.simulator.fault({ kind: 'reconnect' });
    await bed.until('ready', bed.allReady);
    // Shard 0 had sent its IDENTIFY, which is lost with the connection.
    expect(bed.identifies()).toBeLessThanOrEqual(4);
    await endWithGaps(bed);
  });

  it('D1 op 7 between IDENTIFY and READY leads to one more IDENTIFY, in its turn', async () => {
    const bed = createFaultBed();
    bed.simulator.fault({ kind: 'withhold-ready', times: 1 });
    bed.start();
    await bed.until('identifying', () => bed.identifies() === 1);
    bed.simulator.fault({ kind: 'reconnect' });
    await bed.until('ready', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([2, 0]);
    await endUnharmed(bed);
  });

  it('D1 op 7 in the middle of a replay leads to another RESUME', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(5_000);
    bed.simulator.fault({ kind: 'withhold-resumed', times: 1 });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('resuming', () => bed.resumes() === 1);
    await bed.advance(100);
    bed.simulator.fault({ kind: 'reconnect' });
    await bed.until('back', bed.allReady, 10_000);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 2]);
    await endUnharmed(bed);
  });
});

describe('D2 to D4 op 9 (invalid session)', () => {
  it('D2 op 9 true is answered by RESUME after 1 to 5 random seconds; the session is kept', async () => {
    const bed = createFaultBed();
    await bed.ready();
    const pauses: number[] = [];
    for (let round = 0; round < 20; round++) {
      await bed.advance(70_000);
      const before = bed.resumes();
      bed.simulator.fault({ kind: 'invalid-session', resumable: true });
      await bed.until('noticed', () => !bed.allReady());
      const noticedAt = bed.clock.now();
      await bed.until('resumed', () => bed.resumes() > before);
      pauses.push(bed.clock.now() - noticedAt);
      await bed.until('back', bed.allReady);
    }
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_100);
    expect(Math.max(...pauses) - Math.min(...pauses), 'they are spread').toBeGreaterThan(2_000);
    expect(bed.identifies()).toBe(1);
    expect(bed.told('gap')).toEqual([]);
    await endUnharmed(bed);
  });

  it('D3 op 9 false after RESUME is told as a gap before anything else, then IDENTIFY on the main URL', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 });
    await bed.ready();
    await bed.advance(20_000);
    const lost = bed.gateway.shards.get(0)?.sessionId;
    const lastSequence = bed.gateway.shards.get(0)?.tracker.received;
    bed.simulator.fault({ kind: 'refuse-resume', resumable: false, shard: 0 });
    bed.simulator.fault({ kind: 'drop', shard: 0 });
    await bed.until('the new session', () => bed.identifies() === 3);
    expect(bed.told('gap')).toMatchObject([{ shardId: 0, sessionId: lost }]);
    expect(bed.told('gap')[0]?.lastSequence).toBeGreaterThanOrEqual(lastSequence ?? Infinity);
    const names = bed.life.told.map(({ name }) => name);
    expect(names.indexOf('gap')).toBeLessThan(names.lastIndexOf('shardIdentifying'));
    expect(activityOf(bed.simulator, 'connect').at(-1)?.door).toBe('main');
    await bed.until('ready', bed.allReady);
    expect(bed.told('protocolError'), 'a fresh zlib context').toEqual([]);
    await endWithGaps(bed);
  });

  it('D3 a lost session is not resumed by the next process either', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(20_000);
    bed.simulator.fault({ kind: 'withhold-ready', times: 1 });
    bed.simulator.fault({ kind: 'invalid-session', resumable: false });
    await bed.until('the gap is told', () => bed.told('gap').length === 1);
    await bed.advance(2_000);
    bed.life.kill();
    await bed.ready();
    expect(bed.resumes()).toBe(0);
    await endWithGaps(bed);
  });

  it('D4 op 9 to every IDENTIFY of 16 shards for 24 hours: pauses grow, the budget is spared, and READY comes once Discord lets it', async () => {
    const bed = createFaultBed({ shards: 16, maxConcurrency: 1, eventsPerSecond: 0 }, { checkpointInterval: 60_000 });
    bed.simulator.fault({ kind: 'refuse-identify', forMs: DAY_MS });
    bed.start();
    await bed.advance(DAY_MS);
    const times = activityOf(bed.simulator, 'identify').map(({ at }) => at);
    expect(times.length).toBeGreaterThan(16);
    expect(times.length, '20 % of 1,000').toBeLessThanOrEqual(200);
    const apart = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(5_000);
    expect(times.filter((at) => at > DAY_MS / 2).length, 'about one an hour in the end').toBeLessThanOrEqual(20);
    await bed.until('ready after the trouble', bed.allReady, 3 * 60 * MINUTE_MS);
    await endWithGaps(bed);
  });

  it('D4 after op 9 to an IDENTIFY the next one comes 5 s later at the earliest', async () => {
    const bed = createFaultBed();
    bed.simulator.fault({ kind: 'refuse-identify', times: 2 });
    bed.start();
    await bed.until('refused', () => bed.told('shardDisconnected').length === 1);
    const refusedAt = bed.clock.now();
    await bed.until('asked again', () => bed.identifies() === 2);
    expect(bed.clock.now() - refusedAt).toBeGreaterThanOrEqual(5_000);
    await bed.until('ready', bed.allReady);
    await endUnharmed(bed);
  });
});

describe('D13 to D18 what does not come in time', () => {
  it('D13 a HELLO that never comes is given up after 15 s; the session is resumed elsewhere', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(5_000);
    bed.simulator.fault({ kind: 'withhold-hello', times: 2 });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('back', () => bed.resumes() === 1, 60_000);
    expect(
      bed
        .told('shardDisconnected')
        .map(({ cause }) => cause)
        .slice(1),
    ).toEqual(['HELLO timed out', 'HELLO timed out']);
    expect(bed.identifies()).toBe(1);
    await endUnharmed(bed);
  });

  it.each([undefined, null, 0, -1, 0.5, 999, 600_001, 1e12, '41250', {}, [41_250]])(
    'D13 a HELLO with the interval %j starts no timer and another connection is made',
    async (interval) => {
      const bed = createFaultBed();
      bed.simulator.fault({ kind: 'hello-interval', interval, times: 2 });
      bed.start();
      await bed.until('ready', bed.allReady);
      const [first, second, third] = activityOf(bed.simulator, 'connect').map(({ connection }) => connection);
      const beats = activityOf(bed.simulator, 'heartbeat').map(({ connection }) => connection);
      expect(beats.filter((connection) => connection === first || connection === second)).toEqual([]);
      expect(third, 'two were refused').toBeDefined();
      expect(bed.told('protocolError').map(({ code }) => code)).toEqual(['badHello', 'badHello']);
      expect(bed.identifies()).toBe(1);
      await endUnharmed(bed);
    },
  );

  it('D13 a second HELLO does not start a second heartbeat', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    bed.simulator.fault({ kind: 'hello-twice', times: 1 });
    await bed.ready();
    await bed.advance(10 * 41_250);
    const beats = activityOf(bed.simulator, 'heartbeat').length;
    expect(beats).toBeGreaterThanOrEqual(9);
    expect(beats).toBeLessThanOrEqual(11);
    await endUnharmed(bed);
  });

  it('D14 a READY that does not come is waited for, for five minutes with heartbeats, and its identify counted once', async () => {
    const bed = createFaultBed();
    bed.simulator.fault({ kind: 'withhold-ready', times: 1 });
    bed.start();
    await bed.advance(299_000);
    expect(bed.identifies(), 'not again every 15 s').toBe(1);
    expect(activityOf(bed.simulator, 'heartbeat').length).toBeGreaterThanOrEqual(6);
    expect(bed.gateway.runtime.governor.status.spentLast24h).toBe(1);
    await bed.until('ready', bed.allReady);
    expect(bed.identifies()).toBe(2);
    await endUnharmed(bed);
  });

  it('D15 a RESUMED that does not come is given up after 30 s without progress; the next RESUME is free', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(30_000);
    bed.simulator.fault({ kind: 'withhold-resumed', times: 2 });
    bed.simulator.fault({ kind: 'drop' });
    const droppedAt = bed.clock.now();
    await bed.until('back', () => bed.told('resumed').length === 1, 120_000);
    expect(bed.clock.now() - droppedAt).toBeLessThan(2 * 61_000 + 5_000);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 3]);
    expect(
      bed
        .told('shardDisconnected')
        .map(({ cause }) => cause)
        .slice(1),
    ).toEqual(['RESUMED timed out', 'RESUMED timed out']);
    await endUnharmed(bed);
  });

  it('D15 a replay that is cut off again and again is gone on with, each dispatch delivered once', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    await bed.ready();
    await bed.advance(5_000);
    bed.simulator.fault({ kind: 'drop' });
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 40 });
    bed.simulator.fault({ kind: 'cut-replay', after: 10, times: 3 });
    await bed.until('back', () => bed.told('resumed').length === 1);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 4]);
    expect(activityOf(bed.simulator, 'resume').map(({ seq }, _index, [first]) => seq - (first?.seq ?? 0))).toEqual([
      0, 10, 20, 30,
    ]);
    await endUnharmed(bed);
  });

  it('D16 a session whose RESUMEs are all reset for 90 s is kept and resumed', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(5_000);
    bed.simulator.fault({ kind: 'brick-resume', forMs: 90_000 });
    bed.simulator.fault({ kind: 'drop' });
    await bed.advance(90_000);
    expect(bed.resumes()).toBeGreaterThan(4);
    expect(bed.resumes(), 'with back-off').toBeLessThan(30);
    await bed.until('back', bed.allReady);
    expect(bed.identifies()).toBe(1);
    await endUnharmed(bed);
  });

  it('D16 a session whose RESUMEs are reset for longer than two minutes is given up, told, and one IDENTIFY follows', async () => {
    const bed = createFaultBed();
    await bed.ready();
    bed.simulator.fault({ kind: 'brick-resume' });
    bed.simulator.fault({ kind: 'drop' });
    await bed.advance(115_000);
    expect([bed.identifies(), bed.told('gap').length]).toEqual([1, 0]);
    await bed.until('a new session', () => bed.allReady() && bed.identifies() === 2, 120_000);
    expect(bed.told('gap')).toMatchObject([{ cause: 'resume not answered' }]);
    await endWithGaps(bed);
  });

  it('D17 a heartbeat that Discord asks for comes at once, with the settled sequence, and does not disturb the schedule', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(100_000);
    const beats = () => activityOf(bed.simulator, 'heartbeat');
    const regular = beats().at(-1)?.at ?? 0;
    await bed.advance(5_000);
    for (let ask = 0; ask < 3; ask++) {
      bed.simulator.fault({ kind: 'request-heartbeat' });
      await bed.advance(10);
    }
    expect(
      beats()
        .slice(-3)
        .every(({ at }) => bed.clock.now() - at <= 30),
    ).toBe(true);
    const asked = beats().at(-1);
    expect(asked?.seq).toBe(bed.gateway.shards.get(0)?.heartbeatSequence);
    expect(asked?.seq).toBeGreaterThan(1);
    const before = beats().length;
    await bed.advance(regular + 3.5 * 41_250 - bed.clock.now());
    const later = beats()
      .slice(before)
      .map(({ at }) => Math.round(((at - regular) / 41_250) * 100) / 100);
    expect(later).toEqual([1, 2, 3]);
    await endUnharmed(bed);
  });

  it('D18 a quiet connection whose heartbeat is not acknowledged within an interval is dropped and resumed', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    await bed.ready();
    await bed.advance(100_000);
    bed.simulator.fault({ kind: 'withhold-ack', times: 1 } satisfies Fault);
    await bed.until('noticed', () => bed.told('shardDisconnected').length === 1);
    const unanswered = activityOf(bed.simulator, 'heartbeat').find(({ acknowledged }) => !acknowledged);
    expect(bed.clock.now() - (unanswered?.at ?? 0)).toBeLessThanOrEqual(41_250);
    expect(bed.clock.now() - (unanswered?.at ?? 0)).toBeGreaterThan(41_000);
    await bed.until('back', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    await endUnharmed(bed);
  });

  it('D14, D15 and D16 leave nothing undeclared when they come together', async () => {
    const bed = createFaultBed({ shards: 4, maxConcurrency: 2 });
    bed.simulator.fault({ kind: 'withhold-ready', times: 2 });
    bed.simulator.fault({ kind: 'withhold-resumed', times: 3 });
    bed.simulator.fault({ kind: 'brick-resume', times: 3 });
    bed.start();
    await bed.advance(10 * MINUTE_MS);
    bed.simulator.fault({ kind: 'drop' });
    await bed.advance(10 * MINUTE_MS);
    expectOnlyDeclaredLoss(bed);
    expectNothingLost(bed);
    await endWithGaps(bed);
  });
});
