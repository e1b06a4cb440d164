import { fetchGatewayBot } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { activityOf, createFaultBed, dials, endUnharmed, endWithGaps, ownCloseCodes } from './outcome.ts';

const INTERVAL_MS = 41_250;
const MINUTE_MS = 60_000;

describe('network faults, in virtual time', () => {
  it.each(['drop', 'reset'] as const)(
    'N1 a connection that breaks (%s) is answered by RESUME after a back-off, and nothing is lost',
    async (kind) => {
      const bed = createFaultBed();
      await bed.ready();
      const waits: number[] = [];
      for (let round = 0; round < 20; round++) {
        await bed.advance(3_000);
        bed.simulator.fault({ kind });
        await bed.until('the break is noticed', () => !bed.allReady());
        waits.push(bed.told('shardDisconnected').at(-1)?.retryInMs ?? -1);
        await bed.until('back', bed.allReady);
      }
      expect(bed.identifies()).toBe(1);
      expect(bed.resumes()).toBe(20);
      expect(new Set(waits).size, 'each back-off is drawn anew').toBe(20);
      // The back-off doubles with connections that do not stay, but a success holds it at 2^3.
      expect(Math.max(...waits)).toBeLessThanOrEqual(4_000 * 2);
      expect(
        activityOf(bed.simulator, 'connect')
          .slice(1)
          .map(({ door }) => door),
      ).toEqual(Array.from({ length: 20 }, () => 'resume'));
      await endUnharmed(bed);
    },
  );

  it('N2 a half-open connection is found out within two intervals and resumed', async () => {
    const bed = createFaultBed();
    await bed.ready();
    await bed.advance(100_000);
    bed.simulator.fault({ kind: 'half-open' });
    const silentAt = bed.clock.now();
    await bed.until('the zombie is found', () => bed.told('shardDisconnected').length === 1);
    expect(bed.told('shardDisconnected')[0]?.cause).toBe('no sign of life');
    expect(bed.clock.now() - silentAt).toBeGreaterThan(INTERVAL_MS);
    expect(bed.clock.now() - silentAt).toBeLessThanOrEqual(2 * INTERVAL_MS);
    await bed.until('back', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    await endUnharmed(bed);
  });

  it('N2 a busy connection whose heartbeats are not acknowledged is reported and not killed', async () => {
    const bed = createFaultBed({ eventsPerSecond: 5 });
    await bed.ready();
    bed.simulator.fault({ kind: 'withhold-ack', forMs: 10 * MINUTE_MS });
    await bed.advance(10 * MINUTE_MS);
    expect(bed.told('acknowledgementLate').length).toBeGreaterThan(5);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'])(
    'N3 dials that fail with %s back off, ask REST again after a few, and keep the session',
    async (errorCode) => {
      let asked = 0;
      const bed = createFaultBed(
        {},
        {
          fetchGatewayBot: (gateway) => {
            asked += 1;
            return fetchGatewayBot(gateway);
          },
        },
      );
      await bed.ready();
      const before = { dials: dials(bed.simulator), asked };
      bed.simulator.fault({ kind: 'refuse-connect', errorCode, forMs: 2 * MINUTE_MS });
      bed.simulator.fault({ kind: 'drop' });
      await bed.advance(2 * MINUTE_MS);
      const failed = dials(bed.simulator) - before.dials;
      expect(failed).toBeGreaterThan(3);
      expect(failed, 'no hot loop').toBeLessThan(40);
      expect(asked, 'REST is asked for a fresh address').toBeGreaterThan(before.asked);
      expect(asked - before.asked, 'but not at each failure').toBeLessThanOrEqual(failed - 3);
      expect(
        activityOf(bed.simulator, 'refused-connect')
          .map(({ door }) => door)
          .slice(0, 3),
        'the resume URL twice, then the main one',
      ).toEqual(['resume', 'resume', 'main']);
      await bed.until('back', bed.allReady, 3 * MINUTE_MS);
      expect(bed.identifies()).toBe(1);
      expect(bed.told('gap')).toEqual([]);
      await endUnharmed(bed);
    },
  );

  it('N3 no address at all at the start: no hot loop, and all shards come up once there is one', async () => {
    const bed = createFaultBed({ shards: 4, maxConcurrency: 4 });
    bed.simulator.fault({ kind: 'refuse-connect', errorCode: 'ENOTFOUND', forMs: 60 * MINUTE_MS });
    bed.start();
    await bed.advance(60 * MINUTE_MS);
    expect(bed.identifies()).toBe(0);
    expect(dials(bed.simulator), 'an hour at a minute at most, for four shards').toBeLessThan(4 * 160);
    await bed.until('up', bed.allReady, 3 * MINUTE_MS);
    expect(bed.identifies()).toBe(4);
    await endUnharmed(bed);
  });

  it('N6 latency of 2 to 15 s each way and bursts of 30 s are not taken for a dead connection', async () => {
    const bed = createFaultBed({ eventsPerSecond: 2, heartbeatSlackMs: 20_000 });
    await bed.ready();
    bed.simulator.configure({ latencyMs: [2_000, 15_000] });
    await bed.advance(20 * MINUTE_MS);
    bed.simulator.configure({ latencyMs: [1, 3] });
    bed.simulator.fault({ kind: 'lag', delayMs: 30_000, forMs: 10 * MINUTE_MS });
    await bed.advance(11 * MINUTE_MS);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });

  it('N6 a replay over a slow link may take minutes as long as it goes on', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    let slow = false;
    await bed.ready({
      openSocket: (url, handlers) => {
        let due = 0;
        return bed.simulator.openSocket(url, {
          ...handlers,
          onMessage(data, isBinary) {
            if (!slow) return handlers.onMessage(data, isBinary);
            due = Math.max(due, bed.clock.now()) + 10_000;
            bed.clock.setTimer(() => handlers.onMessage(data, isBinary), due - bed.clock.now());
          },
        });
      },
    });
    await bed.advance(1_000);
    slow = true;
    bed.simulator.fault({ kind: 'drop' });
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 12 });
    await bed.until('the slow replay ends', () => bed.told('resumed').length === 1, 5 * MINUTE_MS);
    expect(bed.told('resumed')[0]?.replayed).toBe(12);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    slow = false;
    await bed.advance(2 * MINUTE_MS);
    await endUnharmed(bed);
  });

  it('N7 a handler that is slow for a while pauses its socket; heartbeats go on and nothing breaks', async () => {
    let handlingMs = 0;
    const bed = createFaultBed(
      { shards: 2, maxConcurrency: 2, eventsPerSecond: 200 },
      { maxInFlight: { events: 100 } },
      () => handlingMs,
    );
    await bed.ready();
    await bed.advance(50_000);
    for (let round = 0; round < 3; round++) {
      handlingMs = 20_000;
      await bed.until('paused', () => bed.told('shardPaused').length > round * 2);
      for (let second = 0; second < 5; second++) {
        await bed.advance(1_000);
        for (const { inFlightEvents } of bed.gateway.shards.values()) {
          expect(inFlightEvents, 'I8, though 100 more come each second').toBeLessThanOrEqual(110);
        }
      }
      handlingMs = 0;
      await bed.advance(60_000);
    }
    expect(bed.told('shardPaused').length).toBe(bed.told('shardUnpaused').length);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });

  it('N7 a handler that is stuck for longer than an interval costs a resumable close, no 4009, no zombie and no event', async () => {
    let stuckUntil = 0;
    const bed = createFaultBed(
      { shards: 4, maxConcurrency: 4, guilds: 40, eventsPerSecond: 40 },
      { maxInFlight: { events: 50 } },
      () => Math.max(0, stuckUntil - bed.clock.now()),
    );
    await bed.ready();
    stuckUntil = bed.clock.now() + 55_000;
    await bed.advance(60_000);
    await bed.until('back', bed.allReady);
    const causes = new Set(bed.told('shardDisconnected').map(({ cause }) => cause));
    expect([...causes]).toEqual(['handler overloaded']);
    expect(new Set(ownCloseCodes(bed.simulator))).toEqual(new Set([3069]));
    expect(activityOf(bed.simulator, 'close').filter(({ by }) => by === 'server')).toEqual([]);
    expect(bed.identifies()).toBe(4);
    await endUnharmed(bed);
  });

  it('N8 a thousand shards that drop within a second come back spread, by RESUME alone, with REST asked at most once in 5 s', async () => {
    let asked = 0;
    const bed = createFaultBed(
      { shards: 1_000, maxConcurrency: 200, guilds: 1_000, identifyTotal: 3_000, eventsPerSecond: 50 },
      {
        fetchGatewayBot: (gateway) => {
          asked += 1;
          return fetchGatewayBot(gateway);
        },
      },
    );
    await bed.ready();
    asked = 0;
    const droppedAt = bed.clock.now();
    bed.simulator.fault({ kind: 'refuse-connect', forMs: 20_000 });
    bed.simulator.fault({ kind: 'drop', spreadMs: 1_000 });
    await bed.advance(2_000);
    await bed.until('all back', bed.allReady, 3 * MINUTE_MS);
    expect(bed.identifies()).toBe(1_000);
    expect(bed.resumes()).toBe(1_000);
    expect(asked).toBeLessThanOrEqual(Math.ceil((bed.clock.now() - droppedAt) / 5_000) + 1);
    const times = [...activityOf(bed.simulator, 'connect'), ...activityOf(bed.simulator, 'refused-connect')]
      .map(({ at }) => at)
      .filter((at) => at >= droppedAt)
      .sort((a, b) => a - b);
    const inOneSecond = times
      .map((at, index) => times.slice(index).findIndex((later) => later >= at + 1_000))
      .filter((count) => count >= 0);
    expect(Math.max(...inOneSecond), 'dials in any second: 100, and a burst of 20').toBeLessThanOrEqual(121);
    await endUnharmed(bed);
  });

  it(
    'N9 a link that is up for 30 s and down for 30 s for 24 hours costs no identify while sessions live',
    { timeout: 90_000 },
    async () => {
      const bed = createFaultBed({ guilds: 4, eventsPerSecond: 0.05 }, { checkpointInterval: 20_000 });
      await bed.ready();
      for (let minute = 0; minute < 24 * 60; minute++) {
        bed.simulator.fault({ kind: 'refuse-connect', forMs: 30_000 });
        bed.simulator.fault({ kind: 'drop' });
        await bed.advance(60_000);
      }
      expect(bed.told('gap')).toEqual([]);
      expect(bed.identifies()).toBe(1);
      expect(bed.resumes(), 'one for nearly each minute').toBeGreaterThan(23 * 60);
      expect(
        bed.told('shardDisconnected').length / (24 * 60),
        'the back-off is not reset by 30 s of luck',
      ).toBeLessThan(7);
      await endUnharmed(bed);
    },
  );

  it('N9 where the link is down too long for Discord to keep the session, the loss is told and one identify per shard follows', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 });
    await bed.ready();
    bed.simulator.fault({ kind: 'refuse-connect', forMs: 10 * MINUTE_MS });
    bed.simulator.fault({ kind: 'drop' });
    await bed.advance(10 * MINUTE_MS);
    expect(bed.identifies()).toBe(2);
    await bed.until('back', bed.allReady, 3 * MINUTE_MS);
    expect(bed.identifies()).toBe(4);
    expect(bed.told('gap').length).toBe(2);
    await endWithGaps(bed);
  });
});
