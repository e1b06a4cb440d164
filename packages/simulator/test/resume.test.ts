import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../src/index.ts';
import { createBed, QUERY, sessionOf } from './bed.ts';
import type { Bed, TestClient } from './bed.ts';

/** A session with its guilds, its connection dropped, and `missed` messages since. */
function dropped(options: SimulatorOptions, missed: number): { bed: Bed; client: TestClient; session: string } {
  const bed = createBed({ guilds: 2, ...options });
  const client = bed.ready();
  bed.until(() => client.dispatches().length === 3);
  client.socket.terminate();
  bed.clock.advance(100);
  for (let count = 0; count < missed; count += 1) bed.simulator.emit({ t: 'MESSAGE_CREATE' });
  return { bed, client, session: sessionOf(client) };
}

const numbers = (client: TestClient): (number | null)[] => client.dispatches().map(({ s }) => s);

describe('RESUME', () => {
  it('replays exactly what was missed, in order, then RESUMED with a number of its own, then goes on', () => {
    const { bed, session } = dropped({}, 5);
    const next = bed.resuming(session, 3);
    bed.until(() => next.dispatch('RESUMED'));
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.until(() => next.seq === 10);
    expect(numbers(next)).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(next.dispatches().map(({ t }) => t)).toEqual([
      ...Array<string>(5).fill('MESSAGE_CREATE'),
      'RESUMED',
      'MESSAGE_CREATE',
    ]);
    expect(next.dispatch('RESUMED')?.d).toEqual({ _trace: [expect.any(String)] });
    expect(bed.kinds()).toEqual([]);
  });

  it('the replayed bytes are those of the first time', () => {
    const bed = createBed({ guilds: 2 });
    const client = bed.ready();
    for (let count = 0; count < 20; count += 1) bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.clock.advance(500);
    client.socket.terminate();
    bed.clock.advance(100);
    const next = bed.resuming(sessionOf(client), 1);
    bed.until(() => next.dispatch('RESUMED'));
    expect(next.dispatches().slice(0, -1)).toEqual(client.dispatches().slice(1));
  });

  it('with nothing missed gives RESUMED alone', () => {
    const { bed, session } = dropped({}, 0);
    const next = bed.resuming(session, 3);
    bed.until(() => next.dispatch('RESUMED'));
    expect(numbers(next)).toEqual([4]);
  });

  it('stops the clock of the session: it lives on while it is connected', () => {
    const { bed, session } = dropped({ sessionLifeMs: 10_000 }, 0);
    const next = bed.resuming(session, 3);
    bed.until(() => next.dispatch('RESUMED'));
    bed.clock.advance(60_000);
    expect(bed.simulator.state().sessions.length).toBe(1);
  });

  it('being answered, another command closes with 4003 and a second RESUME with 4005', () => {
    for (const [payload, code] of [
      [{ op: 31, d: { guild_ids: [] } }, 4003],
      [{ op: 6, d: { token: 'abc', session_id: 'x', seq: 1 } }, 4005],
    ] as const) {
      const { bed, session } = dropped({ resumeDelayMs: 1_000 }, 0);
      const next = bed.resuming(session, 3);
      next.send(payload);
      bed.until(() => next.closes.length);
      expect([next.closes[0]?.code, next.dispatches()]).toEqual([code, []]);
    }
  });

  it('costs neither budget nor bucket', () => {
    const { bed, session } = dropped({}, 0);
    const before = bed.simulator.state().sessionStartLimit.remaining;
    const next = bed.resuming(session, 3);
    bed.until(() => next.dispatch('RESUMED'));
    expect(bed.simulator.state().sessionStartLimit.remaining).toBe(before);
  });

  it('works on the main URL, too', () => {
    const { bed, session } = dropped({}, 1);
    const next = bed.connect();
    bed.until(() => next.op(10));
    next.resume(session, 3);
    bed.until(() => next.dispatch('RESUMED'));
    expect(bed.kinds()).toEqual([]);
  });

  it('is refused when more was dispatched than is kept', () => {
    const { bed, session } = dropped({ replayLimit: 10 }, 11);
    const next = bed.resuming(session, 3);
    bed.until(() => next.op(9));
    expect(next.op(9)?.d).toBe(false);
    expect(next.dispatches()).toEqual([]);
  });

  it('is refused when the buffer is exceeded while the answer is on its way', () => {
    const { bed, session } = dropped({ replayLimit: 10, resumeDelayMs: 1_000 }, 10);
    const next = bed.resuming(session, 3);
    bed.clock.advance(500);
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.until(() => next.op(9));
    expect(next.dispatches()).toEqual([]);
  });

  it('of a client that takes nothing ends in a dropped connection, and the session stays', () => {
    const { bed, session } = dropped({ maxLagBytes: 5_000, resumeDelayMs: 1_000 }, 50);
    const next = bed.resuming(session, 3);
    next.socket.pause();
    bed.clock.advance(2_000);
    expect(bed.simulator.state()).toMatchObject({ connections: 0, sessions: [{ id: session, connected: false }] });
    expect(bed.simulator.ledger.dispatches({ t: 'RESUMED' })).toEqual([]);
  });

  it('works when exactly as much was dispatched as is kept', () => {
    const { bed, session } = dropped({ replayLimit: 10 }, 10);
    const next = bed.resuming(session, 3);
    bed.until(() => next.dispatch('RESUMED'));
    expect(numbers(next).length).toBe(11);
  });

  it('by default 100 to 3,500 dispatches are kept, 75 for each guild', () => {
    for (const [guilds, kept] of [
      [1, 100],
      [10, 750],
      [100, 3_500],
    ] as const) {
      const bed = createBed({ guilds });
      bed.ready();
      bed.clock.advance(1_000);
      bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 4_000 });
      expect(bed.simulator.state().sessions[0]?.replayable).toBe(kept);
    }
  });

  it('is refused when the session has expired, was never there, or was lost by op 9', () => {
    const { bed, session } = dropped({ sessionLifeMs: 10_000 }, 0);
    bed.clock.advance(9_000);
    const inTime = bed.resuming(session, 3);
    bed.until(() => inTime.dispatch('RESUMED'));
    inTime.socket.terminate();
    bed.clock.advance(10_100);
    for (const id of [session, 'f'.repeat(32)]) {
      const late = bed.resuming(id, 3);
      bed.until(() => late.op(9));
      expect(late.op(9)?.d).toBe(false);
    }
    bed.clock.advance(5_000);
    const fresh = bed.ready();
    bed.simulator.fault({ kind: 'invalid-session', resumable: false });
    bed.clock.advance(10);
    fresh.resume(sessionOf(fresh), fresh.seq);
    bed.until(() => fresh.received.filter(({ op }) => op === 9).length === 2);
    expect(bed.kinds()).toEqual([]);
  });

  it('above the last dispatch closes with 4007, and the session is gone', () => {
    const { bed, session } = dropped({}, 0);
    const next = bed.resuming(session, 4);
    bed.until(() => next.closes.length);
    expect(next.closes[0]?.code).toBe(4007);
    expect(bed.simulator.state().sessions).toEqual([]);
    expect(bed.kinds()).toEqual(['sequence-ahead']);
  });

  it('with a wrong token closes with 4004', () => {
    const { bed, session } = dropped({ token: 'abc' }, 0);
    const next = bed.resuming(session, 3, { token: 'abd' });
    bed.until(() => next.closes.length);
    expect(next.closes[0]?.code).toBe(4004);
  });

  it.each(['/?v=9&encoding=json', '/?encoding=json', '/?v=10'])(
    'with the URL parameters %s is a violation and refused',
    (query) => {
      const { bed, session } = dropped({}, 0);
      const next = bed.connect({ url: bed.simulator.addresses.resume, query });
      bed.until(() => next.op(10));
      next.resume(session, 3);
      bed.until(() => next.op(9));
      expect(bed.kinds()).toEqual(['wrong-url']);
    },
  );

  it('with another compression is a violation, and works', () => {
    const { bed, session } = dropped({}, 0);
    const next = bed.connect({ url: bed.simulator.addresses.resume, query: `${QUERY}&compress=zlib-stream` });
    bed.clock.advance(20);
    next.resume(session, 3);
    bed.clock.advance(500);
    expect(bed.kinds()).toEqual(['wrong-url']);
    expect(bed.simulator.state().sessions[0]?.connected).toBe(true);
  });

  it('from a second connection takes the session over; the first is closed with 4000', () => {
    const bed = createBed({ guilds: 2 });
    const client = bed.ready();
    const next = bed.resuming(sessionOf(client), 1);
    bed.until(() => next.dispatch('RESUMED'));
    expect(client.closes[0]?.code).toBe(4000);
    expect(bed.kinds()).toEqual(['two-live-sockets']);
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.until(() => next.dispatch('MESSAGE_CREATE'));
    expect(client.dispatch('MESSAGE_CREATE')).toBeUndefined();
  });

  it('from two connections at once ends with one of them', () => {
    const { bed, session } = dropped({}, 2);
    const [one, two] = [bed.connect(), bed.connect()];
    bed.until(() => one.op(10) && two.op(10));
    one.resume(session, 3);
    two.resume(session, 3);
    bed.clock.advance(1_000);
    expect([one, two].filter(({ closes }) => closes.length === 0).length).toBe(1);
    expect(bed.kinds()).toEqual(['two-live-sockets']);
  });

  it('an IDENTIFY after op 9 on the same connection is accepted', () => {
    const { bed } = dropped({}, 0);
    bed.clock.advance(5_000);
    const next = bed.connect();
    bed.until(() => next.op(10));
    next.resume('f'.repeat(32), 1);
    bed.until(() => next.op(9));
    next.identify();
    bed.until(() => next.dispatch('READY'));
    expect(bed.kinds()).toEqual([]);
  });

  it('the presence of the session survives', () => {
    const bed = createBed();
    const client = bed.ready();
    const presence = { since: null, activities: [{ name: 'tides', type: 3 }], status: 'dnd', afk: false };
    client.send({ op: 3, d: presence });
    bed.clock.advance(10);
    client.socket.terminate();
    bed.clock.advance(10);
    const next = bed.resuming(sessionOf(client), client.seq);
    bed.until(() => next.dispatch('RESUMED'));
    expect(bed.simulator.state().sessions[0]?.presence).toEqual(presence);
  });
});

describe('closing', () => {
  it.each([1000, 1001])('with %i ends the session', (code) => {
    const bed = createBed();
    const client = bed.ready();
    client.socket.close(code);
    bed.until(() => client.closes.length);
    expect(client.closes).toEqual([{ code, reason: '' }]);
    expect(bed.simulator.state().sessions).toEqual([]);
    expect(bed.kinds()).toEqual(['logout']);
  });

  it('with 1000 is no violation where logging out is allowed', () => {
    const bed = createBed({ allowLogout: true });
    bed.ready().socket.close(1000);
    bed.clock.advance(100);
    expect(bed.kinds()).toEqual([]);
  });

  it.each([3000, 4000, 4999])('with %i keeps the session', (code) => {
    const bed = createBed();
    const client = bed.ready();
    client.socket.close(code);
    bed.until(() => client.closes.length);
    const next = bed.resuming(sessionOf(client), client.seq);
    bed.until(() => next.dispatch('RESUMED'));
    expect(bed.kinds()).toEqual([]);
  });
});

describe('the two hypotheses about heartbeats', () => {
  function beaten(trimReplayOnHeartbeat: boolean): { bed: Bed; client: TestClient } {
    const bed = createBed({ guilds: 2, trimReplayOnHeartbeat });
    const client = bed.ready();
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 5 });
    bed.until(() => client.seq >= 8);
    client.beat(6);
    bed.until(() => client.op(11));
    return { bed, client };
  }

  it('with trimming, what a heartbeat told is not replayed', () => {
    const { bed, client } = beaten(true);
    client.socket.terminate();
    bed.clock.advance(50);
    const early = bed.resuming(sessionOf(client), 5);
    bed.until(() => early.op(9));
    expect(early.op(9)?.d).toBe(false);
  });

  it('with trimming, a resume from the heartbeat works', () => {
    const { bed, client } = beaten(true);
    client.socket.terminate();
    bed.clock.advance(50);
    const next = bed.resuming(sessionOf(client), 6);
    bed.until(() => next.dispatch('RESUMED'));
    expect(numbers(next)).toEqual([7, 8, 9]);
  });

  it('with trimming, a lower heartbeat closes with 4007 and ends the session', () => {
    const { bed, client } = beaten(true);
    client.beat(5);
    bed.until(() => client.closes.length);
    expect(client.closes[0]?.code).toBe(4007);
    expect(bed.simulator.state().sessions).toEqual([]);
    expect(bed.kinds()).toEqual(['sequence-backwards']);
  });

  it('without trimming, the whole buffer can be replayed and a lower heartbeat is only written down', () => {
    const { bed, client } = beaten(false);
    client.beat(5);
    bed.clock.advance(50);
    expect(client.closes).toEqual([]);
    expect(bed.kinds()).toEqual(['sequence-backwards']);
    client.socket.terminate();
    bed.clock.advance(50);
    const next = bed.resuming(sessionOf(client), 1);
    bed.until(() => next.dispatch('RESUMED'));
    expect(numbers(next).length).toBe(8);
  });

  it('RESUMED is replayed by a later resume, or leaves a hole', () => {
    for (const [replayResumed, expected] of [
      [true, [4, 5, 6]],
      [false, [5, 6]],
    ] as const) {
      const { bed, session } = dropped({ replayResumed }, 0);
      const once = bed.resuming(session, 3);
      bed.until(() => once.dispatch('RESUMED'));
      bed.simulator.emit({ t: 'MESSAGE_CREATE' });
      once.socket.terminate();
      bed.clock.advance(50);
      const twice = bed.resuming(session, 3);
      bed.until(() => twice.seq === 6);
      expect(numbers(twice)).toEqual(expected);
    }
  });
});
