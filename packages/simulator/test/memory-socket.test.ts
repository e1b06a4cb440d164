import { describe, expect, it } from 'vitest';
import { createLane } from '../src/doors/lane.ts';
import { createRandom, createVirtualClock } from '../src/index.ts';
import { createBed, QUERY, sessionOf } from './bed.ts';

describe('lane', () => {
  it('keeps the order whatever the delays, and counts what is under way', () => {
    const clock = createVirtualClock();
    const random = createRandom(4);
    const lane = createLane(clock, () => random() * 50);
    const arrived: number[] = [];
    for (let parcel = 0; parcel < 3_000; parcel += 1) {
      lane.put(() => arrived.push(parcel), 2);
      if (parcel % 100 === 0) clock.advance(10);
    }
    expect(lane.buffered()).toBe(2 * (3_000 - arrived.length));
    clock.advance(100);
    expect(arrived).toEqual(Array.from({ length: 3_000 }, (_, index) => index));
    expect([lane.buffered(), clock.pending()]).toEqual([0, 0]);
  });

  it('holds everything while paused, even in the middle of an instant, and nothing after a cut', () => {
    const clock = createVirtualClock();
    const lane = createLane(clock, () => 5);
    const arrived: string[] = [];
    lane.put(() => {
      arrived.push('a');
      lane.pause();
    }, 1);
    lane.put(() => arrived.push('b'), 1);
    clock.advance(100);
    expect(arrived).toEqual(['a']);
    lane.resume();
    clock.advance(0);
    expect(arrived).toEqual(['a', 'b']);
    lane.put(() => arrived.push('c'), 1);
    lane.cut();
    clock.advance(100);
    expect(arrived).toEqual(['a', 'b']);
  });
});

describe('in-memory connection', () => {
  it('hears nothing inside the call that opens it, then open, then HELLO', () => {
    const bed = createBed({ latencyMs: [10, 10] });
    const client = bed.connect();
    expect(client.opened).toBe(false);
    bed.clock.advance(19);
    expect(client.opened).toBe(false);
    bed.clock.advance(1);
    expect([client.opened, client.received.length]).toEqual([true, 1]);
  });

  it.each(['close', 'terminate'] as const)(
    '%s while dialling is a failed attempt, and the server never sees it',
    (how) => {
      const bed = createBed();
      const client = bed.connect();
      client.socket[how](4000);
      bed.clock.advance(100);
      expect([client.opened, client.closes]).toEqual([false, [{ code: 1006, reason: '' }]]);
      expect(bed.simulator.ledger.activity()).toEqual([]);
    },
  );

  it('tells its end exactly once, however often and in whatever order it is ended', () => {
    const bed = createBed();
    const client = bed.ready();
    bed.simulator.fault({ kind: 'close', code: 4000 });
    client.socket.close(4001);
    client.socket.terminate();
    client.socket.terminate();
    bed.simulator.fault({ kind: 'drop' });
    bed.clock.advance(1_000);
    expect(client.closes.length).toBe(1);
  });

  it('delivers nothing after terminate, and sends nothing after close', () => {
    const bed = createBed();
    const client = bed.ready();
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    client.socket.terminate();
    bed.clock.advance(1_000);
    expect(client.dispatch('MESSAGE_CREATE')).toBeUndefined();
    const next = bed.resuming(sessionOf(client), client.seq);
    bed.until(() => next.dispatch('RESUMED'));
    next.socket.close(4000);
    next.beat();
    bed.clock.advance(1_000);
    expect(next.op(11)).toBeUndefined();
  });

  it('holds back what comes while paused, the end included', () => {
    const bed = createBed();
    const client = bed.ready();
    bed.clock.advance(100);
    client.socket.pause();
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 3 });
    bed.simulator.fault({ kind: 'close', code: 4000 });
    bed.clock.advance(10_000);
    expect([client.dispatch('MESSAGE_CREATE'), client.closes]).toEqual([undefined, []]);
    client.socket.resume();
    bed.clock.advance(1);
    expect([client.dispatches().filter(({ t }) => t === 'MESSAGE_CREATE').length, client.closes.length]).toEqual([
      3, 1,
    ]);
  });

  it('that lags too far behind is dropped', () => {
    const bed = createBed({ maxLagBytes: 10_000 });
    const client = bed.ready();
    client.socket.pause();
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 30 });
    expect(bed.simulator.state()).toMatchObject({ connections: 0, sessions: [{ connected: false }] });
  });

  it('refuses close codes that cannot be sent', () => {
    const client = createBed().connect();
    for (const code of [999, 1005, 1006, 2000, 5000]) expect(() => client.socket.close(code)).toThrow(RangeError);
  });

  it('finds its address with and without slash, and through another path', () => {
    const bed = createBed();
    const clients = ['', '/', '//x'].map((path) => bed.connect({ query: path + QUERY.slice(1) }));
    bed.clock.advance(100);
    expect(clients.map((client) => client.op(10) !== undefined)).toEqual([true, true, true]);
  });

  it('ends with the simulator, which then refuses new ones', async () => {
    const bed = createBed({ eventsPerSecond: 10 });
    const client = bed.ready();
    await bed.simulator.close();
    const late = bed.connect();
    bed.clock.advance(10_000);
    expect([client.closes[0]?.code, late.errors[0]?.code]).toEqual([1006, 'ECONNREFUSED']);
    expect(bed.clock.pending()).toBe(0);
  });
});

describe('ledger', () => {
  it('can be asked by shard, session, name, number and count', () => {
    const bed = createBed({ guilds: 4, maxConcurrency: 2 });
    const clients = [0, 1].map((id) => bed.ready({ shard: [id, 2] }));
    bed.clock.advance(100);
    const { ledger } = bed.simulator;
    expect(ledger.dispatches({ shardId: 1 }).map(({ t }) => t)).toEqual(['READY', 'GUILD_CREATE', 'GUILD_CREATE']);
    expect(ledger.dispatches({ shardId: 1, shardCount: 3 })).toEqual([]);
    expect(ledger.dispatches({ t: 'READY' }).map(({ sessionId }) => sessionId)).toEqual(clients.map(sessionOf));
    const [, second] = ledger.dispatches({ t: 'READY' });
    expect(ledger.dispatches({ after: second?.number ?? 0, limit: 1 }).length).toBe(1);
    expect(ledger.activity({ shardId: 0, kind: 'identify' })).toMatchObject([
      { shard: [0, 2], intents: expect.any(Number) },
    ]);
    expect(ledger.counts()).toMatchObject({ dispatches: 6, forgotten: 0 });
  });

  it('is bounded by its setting', () => {
    const bed = createBed({ guilds: 4, ledgerLimit: 3 });
    bed.ready();
    bed.clock.advance(100);
    expect(bed.simulator.ledger.dispatches().map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(bed.simulator.ledger.counts()).toMatchObject({ dispatches: 5 });
  });
});
