import { describe, expect, it } from 'vitest';
import { assertClean } from '../src/index.ts';
import type { ViolationKind } from '../src/index.ts';
import { createBed, QUERY, sessionOf } from './bed.ts';
import type { Bed, TestClient } from './bed.ts';

function hello(bed: Bed, options: Parameters<Bed['connect']>[0] = {}): TestClient {
  const client = bed.connect(options);
  bed.until(() => client.op(10));
  return client;
}

const presence = { op: 3, d: { since: null, activities: [], status: 'online', afk: false } };

/** A client that does one thing wrong. One row a kind; the type makes it complete. */
const wrongs: Record<ViolationKind, (bed: Bed) => void> = {
  'identify-too-early'(bed) {
    bed.ready({ shard: [0, 2] });
    hello(bed).identify({ shard: [1, 2] });
  },
  'identify-over-budget'(bed) {
    bed.simulator.setIdentifyRemaining(0);
    hello(bed).identify();
  },
  'identify-after-refusal'(bed) {
    for (let tries = 0; tries < 2; tries += 1) {
      hello(bed).identify({ shard: [7, 4] });
      bed.clock.advance(10_000);
    }
  },
  'needless-identify'(bed) {
    bed.ready().socket.terminate();
    bed.clock.advance(6_000);
    hello(bed).identify();
  },
  'already-authenticated'(bed) {
    bed.ready().identify();
  },
  'send-before-ready'(bed) {
    hello(bed).send(presence);
  },
  'send-rate'(bed) {
    const client = hello(bed);
    for (let sent = 0; sent < 121; sent += 1) client.beat();
  },
  'presence-rate'(bed) {
    const client = bed.ready();
    for (let sent = 0; sent < 6; sent += 1) client.send(presence);
  },
  'payload-too-large'(bed) {
    hello(bed).send({ op: 1, d: null, pad: 'x'.repeat(5_000) });
  },
  'compressed-client-frame'(bed) {
    hello(bed).socket.send(Buffer.from([0x78, 0x9c, 0x4b, 0x04, 0x00]));
  },
  'undecodable-payload'(bed) {
    hello(bed).socket.send('{');
  },
  'invalid-payload'(bed) {
    hello(bed).send({ op: 77, d: {} });
  },
  'wrong-url'(bed) {
    hello(bed, { url: bed.simulator.addresses.resume }).identify();
  },
  'resume-after-logout'(bed) {
    bed.simulator.configure({ allowLogout: true });
    const client = bed.ready();
    client.socket.close(1000);
    bed.clock.advance(100);
    hello(bed).resume(sessionOf(client), client.seq);
  },
  'two-live-sockets'(bed) {
    const client = bed.ready();
    bed.resuming(sessionOf(client), client.seq);
  },
  'sequence-ahead'(bed) {
    const client = bed.ready();
    client.beat(client.seq + 1_000);
  },
  'sequence-backwards'(bed) {
    const client = bed.ready();
    bed.clock.advance(100);
    client.beat(5);
    client.beat(null);
  },
  'heartbeat-late'(bed) {
    hello(bed, { beats: false });
    bed.clock.advance(45_400);
  },
  'heartbeat-unjittered'(bed) {
    const clients = Array.from({ length: 8 }, () => hello(bed, { beats: false }));
    bed.clock.advance(41_250);
    for (const client of clients) client.beat();
  },
  logout(bed) {
    bed.ready().socket.close(1001);
  },
};

describe('violations', () => {
  it.each(Object.entries(wrongs))('%s is seen, and nothing else', (kind, act) => {
    const bed = createBed({ token: 'canary-token' });
    bed.simulator.acceptToken();
    act(bed);
    bed.clock.advance(300);
    const found = bed.simulator.check({ jitter: true, needlessIdentifies: true });
    expect(found.map((violation) => violation.kind)).toEqual([kind]);
    expect(found[0]?.at).toBeLessThanOrEqual(bed.clock.now());
    expect(found[0]?.detail).not.toBe('');
  });

  it('have the shard, the time and what happened', () => {
    const bed = createBed({ maxConcurrency: 4 });
    const client = bed.ready({ shard: [3, 4] });
    client.beat(99);
    bed.clock.advance(50);
    const [violation] = bed.simulator.check();
    expect(violation).toMatchObject({ kind: 'sequence-ahead', shard: [3, 4] });
    expect(violation?.detail).toMatch(/heartbeat 99, the last dispatch was \d+/);
  });

  it('never have the token', () => {
    const bed = createBed({ token: 'canary-token' });
    for (const act of [
      (client: TestClient) => client.identify({ token: 'canary-token-2' }),
      (client: TestClient) => client.send({ op: 2, d: { token: 'canary-token', shard: 'x' } }),
      (client: TestClient) => client.socket.send('{"op":2,"d":{"token":"canary-token"'),
      (client: TestClient) => client.resume('x', 1, { token: 'canary' }),
    ]) {
      act(hello(bed));
      bed.clock.advance(10_000);
    }
    const output = JSON.stringify([bed.simulator.check(), bed.simulator.ledger.activity(), bed.simulator.state()]);
    expect(output).not.toContain('canary');
  });

  it('make assertClean throw and name them, and a clean run passes', () => {
    const bed = createBed();
    const client = bed.ready();
    bed.clock.advance(200_000);
    expect(() => assertClean(bed.simulator, { jitter: true, needlessIdentifies: true })).not.toThrow();
    client.identify();
    bed.clock.advance(10);
    expect(() => assertClean(bed.simulator)).toThrow(
      /1 violation\(s\):\n- already-authenticated, shard 0\/1, at \d+ ms: connection 1: op 2/,
    );
    bed.simulator.clearRecords();
    expect(bed.simulator.check()).toEqual([]);
  });

  it('a bad token is forgiven for five seconds, as shards learn of it together', () => {
    const bed = createBed({ token: 'right', maxConcurrency: 4 });
    for (let id = 0; id < 4; id += 1) hello(bed).identify({ token: 'wrong', shard: [id, 4] });
    bed.clock.advance(1_000);
    expect(bed.kinds()).toEqual([]);
    bed.clock.advance(6_000);
    hello(bed).identify({ token: 'wrong', shard: [0, 4] });
    bed.clock.advance(100);
    expect(bed.kinds()).toEqual(['identify-after-refusal']);
  });

  it('a second session of a shard beside a living one is none', () => {
    const bed = createBed({ maxConcurrency: 1 });
    bed.ready();
    bed.clock.advance(5_000);
    bed.ready();
    expect(bed.simulator.check({ needlessIdentifies: true })).toEqual([]);
  });

  it('a URL without version or encoding is one, whatever follows', () => {
    const bed = createBed();
    hello(bed, { query: '/' });
    expect(bed.kinds()).toEqual(['wrong-url']);
    const other = createBed();
    hello(other, { query: QUERY });
    expect(other.kinds()).toEqual([]);
  });

  it('a heartbeat within interval and slack is in time; one lapse is one violation', () => {
    const bed = createBed({ heartbeatIntervalMs: 10_000, heartbeatSlackMs: 1_000, heartbeatTimeoutMs: 100_000 });
    const client = hello(bed, { beats: false });
    for (let round = 0; round < 5; round += 1) {
      bed.clock.advance(10_900);
      client.beat();
    }
    expect(bed.kinds()).toEqual([]);
    bed.clock.advance(40_000);
    client.beat();
    bed.clock.advance(100);
    expect(bed.kinds()).toEqual(['heartbeat-late']);
    bed.clock.advance(20_000);
    expect(bed.kinds()).toEqual(['heartbeat-late', 'heartbeat-late']);
  });

  it('heartbeats are not judged while the server does not read', () => {
    const bed = createBed({ heartbeatIntervalMs: 1_000 });
    const client = bed.ready();
    bed.simulator.fault({ kind: 'stall-reading', forMs: 20_000 });
    bed.clock.advance(25_000);
    expect([bed.kinds(), client.closes]).toEqual([[], []]);
  });
});
