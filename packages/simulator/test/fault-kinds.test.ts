import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../src/index.ts';
import type { Fault } from '../src/index.ts';
import { createBed, sessionOf } from './bed.ts';
import type { Bed, TestClient } from './bed.ts';

interface Scene {
  readonly bed: Bed;
  readonly client: TestClient;
}

function scene(options: Parameters<typeof createBed>[0] = {}): Scene {
  const bed = createBed({ guilds: 2, ...options });
  const client = bed.ready();
  bed.until(() => client.dispatches().length === 3);
  return { bed, client };
}

/** Resumes the session of a client whose connection has ended. */
function resumed({ bed, client }: Scene): TestClient {
  const next = bed.resuming(sessionOf(client), client.seq);
  bed.until(() => next.dispatch('RESUMED'));
  return next;
}

/** One row a kind: does the fault and asserts what it does. The type makes it complete. */
const faults: Record<Fault['kind'], () => void> = {
  drop() {
    const { bed, client } = scene();
    expect(bed.simulator.fault({ kind: 'drop' })).toEqual({ hit: 1, id: undefined });
    bed.until(() => client.closes.length);
    expect([client.closes, client.errors]).toEqual([[{ code: 1006, reason: '' }], []]);
    resumed({ bed, client });
  },
  reset() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'reset' });
    bed.until(() => client.closes.length);
    expect([client.closes[0]?.code, client.errors[0]?.code]).toEqual([1006, 'ECONNRESET']);
    resumed({ bed, client });
  },
  'half-open'() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'half-open' });
    client.beat();
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 2 });
    bed.clock.advance(30_000);
    expect([client.op(11), client.dispatch('MESSAGE_CREATE'), client.closes]).toEqual([undefined, undefined, []]);
    client.socket.close(4000);
    bed.clock.advance(1_000);
    expect(client.closes).toEqual([]);
    client.socket.terminate();
    bed.clock.advance(10);
    expect(client.closes).toEqual([{ code: 1006, reason: '' }]);
    expect(resumed({ bed, client }).dispatches().length).toBe(3);
    expect(bed.kinds()).toEqual([]);
  },
  reconnect() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'reconnect', closeAfterMs: 2_000 });
    bed.until(() => client.op(7));
    expect(client.op(7)).toEqual({ t: null, s: null, op: 7, d: null });
    bed.until(() => client.closes.length);
    expect(client.closes[0]?.code).toBe(4000);
    resumed({ bed, client });
  },
  'invalid-session'() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'invalid-session', resumable: true });
    bed.until(() => client.op(9));
    expect(client.op(9)?.d).toBe(true);
    client.resume(sessionOf(client), client.seq);
    bed.until(() => client.dispatch('RESUMED'));
    bed.simulator.fault({ kind: 'invalid-session', resumable: true });
    bed.clock.advance(170_000);
    expect(bed.simulator.state().sessions.length).toBe(1);
    bed.clock.advance(11_000);
    expect(bed.simulator.state().sessions).toEqual([]);
    client.identify();
    bed.until(() => client.dispatches().filter(({ t }) => t === 'READY').length === 2);
    bed.simulator.fault({ kind: 'invalid-session', resumable: false });
    bed.clock.advance(10);
    expect(bed.simulator.state().sessions).toEqual([]);
    expect(client.closes).toEqual([]);
  },
  'request-heartbeat'() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'request-heartbeat' });
    bed.until(() => client.op(1));
    expect(client.op(1)).toEqual({ t: null, s: null, op: 1, d: null });
  },
  close() {
    for (const code of [1000, 1001, 1011, 3999, 4000, 4006, 4009, 4900]) {
      const { bed, client } = scene();
      bed.simulator.fault({ kind: 'close', code, reason: 'because' });
      bed.until(() => client.closes.length);
      expect(client.closes).toEqual([{ code, reason: 'because' }]);
      resumed({ bed, client });
    }
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'close', code: 4009, endSession: true });
    bed.until(() => client.closes.length);
    expect(client.closes[0]?.reason).toBe('Session timed out.');
    expect(bed.simulator.state().sessions).toEqual([]);
  },
  garbage() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'garbage', text: '{"op":' });
    bed.simulator.fault({ kind: 'garbage', base64: 'AAEC' });
    bed.simulator.fault({ kind: 'garbage' });
    bed.until(() => client.raw.length === 3);
    expect(client.raw.map((data) => data.length)).toEqual([6, 3, 64]);
  },
  bomb() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'bomb', bytes: 100_000 });
    bed.until(() => client.raw.length);
    expect(client.raw[0]?.length).toBe(100_000);
  },
  'truncate-next'() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'truncate-next' });
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 2 });
    bed.until(() => client.dispatch('MESSAGE_CREATE'));
    expect(client.raw.length).toBe(1);
    expect(client.raw[0]?.toString()).toMatch(/^{"t":"MESSAGE_CREATE","s":4/);
    client.socket.terminate();
    bed.clock.advance(50);
    const next = bed.resuming(sessionOf(client), 3);
    bed.until(() => next.dispatch('RESUMED'));
    expect(next.dispatches()[0]).toMatchObject({ t: 'MESSAGE_CREATE', s: 4 });
  },
  'corrupt-next'() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'corrupt-next' });
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.until(() => client.raw.length);
    expect(client.raw[0]?.includes(0)).toBe(true);
  },
  'stall-reading'() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'stall-reading', forMs: 5_000 });
    client.beat();
    bed.clock.advance(4_900);
    expect(client.op(11)).toBeUndefined();
    bed.clock.advance(200);
    expect(client.op(11)).toBeDefined();
  },
  lag() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'lag', delayMs: 3_000, forMs: 1_000 });
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.clock.advance(1_500);
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.clock.advance(1_400);
    expect(client.dispatch('MESSAGE_CREATE')).toBeUndefined();
    bed.clock.advance(200);
    expect(client.dispatches().map(({ s }) => s)).toEqual([1, 2, 3, 4, 5]);
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.clock.advance(10);
    expect(client.seq).toBe(6);
  },
  'refuse-connect'() {
    const bed = createBed();
    bed.simulator.fault({ kind: 'refuse-connect', times: 1 });
    bed.simulator.fault({ kind: 'refuse-connect', times: 1, errorCode: 'EAI_AGAIN' });
    const dial = (): TestClient => {
      const client = bed.connect();
      bed.clock.advance(100);
      return client;
    };
    const [first, second, third] = [dial(), dial(), dial()];
    expect([first, second].flatMap((client) => client.errors.map(({ code }) => code))).toEqual([
      'ECONNREFUSED',
      'EAI_AGAIN',
    ]);
    expect(first.closes).toEqual([{ code: 1006, reason: '' }]);
    expect(third.op(10)).toBeDefined();
    const dead = scene();
    dead.bed.simulator.fault({ kind: 'refuse-connect', door: 'resume' });
    const atResume = dead.bed.connect({ url: dead.bed.simulator.addresses.resume });
    const atMain = dead.bed.connect();
    dead.bed.clock.advance(100);
    expect([atResume.closes.length, atMain.closes.length]).toEqual([1, 0]);
  },
  'black-hole'() {
    const bed = createBed();
    bed.simulator.fault({ kind: 'black-hole', times: 1 });
    const client = bed.connect();
    bed.clock.advance(60_000);
    expect([client.opened, client.closes]).toEqual([false, []]);
    client.socket.terminate();
    bed.clock.advance(1);
    expect(client.closes).toEqual([{ code: 1006, reason: '' }]);
  },
  'upgrade-status'() {
    const bed = createBed();
    bed.simulator.fault({ kind: 'upgrade-status', status: 429, retryAfterMs: 7_000, forMs: 1_000 });
    const client = bed.connect();
    bed.clock.advance(2_000);
    expect(client.errors[0]).toMatchObject({ status: 429, retryAfterMs: 7_000 });
    expect(client.closes[0]?.code).toBe(1006);
    const later = bed.connect();
    bed.clock.advance(100);
    expect(later.op(10)).toBeDefined();
  },
  'withhold-hello'() {
    const bed = createBed();
    bed.simulator.fault({ kind: 'withhold-hello', times: 1 });
    const client = bed.connect();
    bed.clock.advance(30_000);
    expect([client.opened, client.received]).toEqual([true, []]);
  },
  'hello-twice'() {
    const bed = createBed();
    bed.simulator.fault({ kind: 'hello-twice', times: 1 });
    const client = bed.connect();
    bed.clock.advance(100);
    expect(client.received.map(({ op }) => op)).toEqual([10, 10]);
  },
  'hello-interval'() {
    for (const interval of [null, 0, -5, 'soon', 1e12]) {
      const bed = createBed();
      bed.simulator.fault({ kind: 'hello-interval', interval });
      const client = bed.connect({ beats: false });
      bed.clock.advance(100_000);
      expect(client.op(10)?.d.heartbeat_interval).toBe(interval);
      expect(bed.kinds()).toEqual([]);
    }
  },
  'reconnect-instead-of-hello'() {
    const bed = createBed();
    bed.simulator.fault({ kind: 'reconnect-instead-of-hello', times: 1 });
    const client = bed.connect();
    bed.clock.advance(1_000);
    expect(client.received.map(({ op }) => op)).toEqual([7]);
  },
  'withhold-ready'() {
    const bed = createBed();
    bed.simulator.fault({ kind: 'withhold-ready', shard: 0, times: 1 });
    const client = bed.connect();
    bed.until(() => client.op(10));
    client.identify();
    bed.clock.advance(300_000);
    expect([client.dispatches(), client.closes]).toEqual([[], []]);
    expect(client.op(11)).toBeDefined();
    expect(bed.simulator.state().sessionStartLimit.remaining).toBe(999);
  },
  'refuse-identify'() {
    const bed = createBed();
    bed.simulator.fault({ kind: 'refuse-identify', shard: [0, 5], times: 1 });
    const client = bed.connect();
    bed.until(() => client.op(10));
    client.identify();
    bed.until(() => client.op(9));
    expect([client.op(9)?.d, bed.kinds()]).toEqual([false, []]);
  },
  'withhold-ack'() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'withhold-ack', shard: 1 });
    client.beat();
    bed.until(() => client.op(11));
    bed.simulator.fault({ kind: 'withhold-ack', shard: 0 });
    client.beat();
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.clock.advance(1_000);
    expect(client.received.filter(({ op }) => op === 11).length).toBe(1);
    expect(client.dispatch('MESSAGE_CREATE')).toBeDefined();
  },
  'delay-ack'() {
    const { bed, client } = scene();
    bed.simulator.fault({ kind: 'delay-ack', delayMs: 4_000, times: 1 });
    client.beat();
    bed.clock.advance(3_900);
    expect(client.op(11)).toBeUndefined();
    bed.clock.advance(200);
    expect(client.op(11)).toBeDefined();
  },
  'withhold-resumed'() {
    const { bed, client } = scene();
    client.socket.terminate();
    bed.clock.advance(10);
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 2 });
    bed.simulator.fault({ kind: 'withhold-resumed', times: 1 });
    const stuck = bed.resuming(sessionOf(client), 3);
    bed.clock.advance(1_000);
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    bed.clock.advance(1_000);
    expect(stuck.dispatches().map(({ s, t }) => [s, t])).toEqual([
      [4, 'MESSAGE_CREATE'],
      [5, 'MESSAGE_CREATE'],
    ]);
    stuck.socket.close(4000);
    bed.clock.advance(50);
    expect(resumed({ bed, client }).dispatches().length).toBe(4);
    expect(bed.kinds()).toEqual([]);
  },
  'refuse-resume'() {
    const { bed, client } = scene();
    client.socket.terminate();
    bed.clock.advance(10);
    bed.simulator.fault({ kind: 'refuse-resume', resumable: true, times: 1 });
    const next = bed.resuming(sessionOf(client), 3);
    bed.until(() => next.op(9));
    expect(next.op(9)?.d).toBe(true);
    next.resume(sessionOf(client), 3);
    bed.until(() => next.dispatch('RESUMED'));
    next.socket.terminate();
    bed.clock.advance(10);
    bed.simulator.fault({ kind: 'refuse-resume', resumable: false, times: 1 });
    const last = bed.resuming(sessionOf(client), 3);
    bed.until(() => last.op(9));
    expect([last.op(9)?.d, bed.simulator.state().sessions]).toEqual([false, []]);
  },
  'brick-resume'() {
    const { bed, client } = scene();
    client.socket.terminate();
    bed.clock.advance(10);
    bed.simulator.fault({ kind: 'brick-resume', forMs: 20_000 });
    for (let tries = 0; tries < 3; tries += 1) {
      const next = bed.resuming(sessionOf(client), 3);
      bed.until(() => next.closes.length);
      expect([next.closes[0]?.code, next.dispatches()]).toEqual([1006, []]);
    }
    bed.clock.advance(20_000);
    resumed({ bed, client });
  },
  'cut-replay'() {
    const { bed, client } = scene();
    client.socket.terminate();
    bed.clock.advance(10);
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 5 });
    bed.simulator.fault({ kind: 'cut-replay', after: 2, times: 1 });
    bed.simulator.fault({ kind: 'cut-replay', after: 1, code: 4000, times: 1 });
    const first = bed.resuming(sessionOf(client), 3);
    bed.until(() => first.closes.length);
    expect([first.dispatches().map(({ s }) => s), first.closes[0]?.code]).toEqual([[4, 5], 1006]);
    const second = bed.resuming(sessionOf(client), 5);
    bed.until(() => second.closes.length);
    expect([second.dispatches().map(({ s }) => s), second.closes[0]?.code]).toEqual([[6], 4000]);
    const third = bed.resuming(sessionOf(client), 6);
    bed.until(() => third.dispatch('RESUMED'));
    expect(third.dispatches().map(({ s }) => s)).toEqual([7, 8, 9]);
  },
  rest() {
    // Its forms have a test file of their own.
    const bed = createBed();
    expect(bed.simulator.fault({ kind: 'rest', status: 500 }).id).toBe(1);
  },
};

describe('kinds of faults', () => {
  it('a half-open connection times out unheard, and its session can be resumed until it expires', () => {
    const { bed, client } = scene({ heartbeatIntervalMs: 10_000, sessionLifeMs: 50_000 });
    bed.simulator.fault({ kind: 'half-open' });
    bed.clock.advance(30_000);
    expect([client.closes, bed.kinds()]).toEqual([[], []]);
    expect(bed.simulator.ledger.activity({ kind: 'close' })).toMatchObject([{ code: 4009, by: 'server' }]);
    resumed({ bed, client });
  });

  it.each(Object.entries(faults))('%s', (_kind, act) => act());

  it('every kind has a row', () => {
    expect(Object.keys(faults).toSorted()).toEqual([...FAULT_KINDS].toSorted());
  });
});
