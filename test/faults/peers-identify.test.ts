import { requestIdentify, type IdentifyPermit } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';
import { watchSpawn } from './watched-spawn.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function connects(bed: VirtualBed): number[] {
  return bed.simulator.ledger.activity({ kind: 'connect' }).map(({ at }) => at);
}

describe('A12 an identify limiter that fails', () => {
  it('A12 while requestIdentify rejects nothing identifies; it is asked again with a back-off, and each failure is told', async () => {
    const asked: number[] = [];
    let isDown = true;
    const bed = createVirtualBed();
    bed.start({
      requestIdentify: (gateway, shardId, signal) => {
        asked.push(bed.clock.now());
        return isDown ? Promise.reject(new Error('store down')) : requestIdentify(gateway, shardId, signal);
      },
    });
    await bed.advance(10 * MINUTE_MS);
    expect(bed.identifies()).toBe(0);
    expect(bed.told('hookError').map(({ method }) => method)).toEqual(asked.map(() => 'requestIdentify'));
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...pauses), 'the bound grows').toBeGreaterThan(10_000);
    expect(connects(bed), 'the connection is kept meanwhile').toHaveLength(1);

    isDown = false;
    await bed.until('ready', bed.allReady);
    expect(bed.identifies()).toBe(1);
    bed.clean();
    await bed.end();
  });

  it('A12 a permit asked for on a connection that broke is not used on the next one: one IDENTIFY goes out', async () => {
    const waiting: ((permit: IdentifyPermit) => void)[] = [];
    const released: number[] = [];
    const permitOf = (number: number): IdentifyPermit => ({
      shardId: 0,
      used: () => {},
      release: () => void released.push(number),
    });
    const bed = createVirtualBed();
    bed.start({ requestIdentify: () => new Promise((resolve) => waiting.push(resolve)) });
    await bed.until('the first question', () => waiting.length === 1);
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('the second question', () => waiting.length === 2);
    waiting[0]?.(permitOf(1));
    await bed.advance(5_000);
    expect(bed.identifies()).toBe(0);
    expect(released).toEqual([1]);
    waiting[1]?.(permitOf(2));
    await bed.until('ready', bed.allReady);
    expect(bed.identifies()).toBe(1);
    bed.clean();
    await bed.end();
  });
});

describe('A13 a server that wants no one', () => {
  it('A13 connections closed with 1000 before HELLO are tried again ever later, up to a minute, without an IDENTIFY', async () => {
    const bed = createVirtualBed({ helloDelayMs: 1_000 });
    bed.start();
    for (let attempt = 0; attempt < 40; attempt++) {
      await bed.until('another connection', () => bed.gateway.shards.get(0)?.status === 'greeting', 62_000);
      bed.simulator.fault({ kind: 'close', code: 1000 });
      await bed.until('it is closed', () => bed.gateway.shards.get(0)?.status === 'waiting');
    }
    const waits = bed.told('shardDisconnected').map(({ retryInMs }) => retryInMs);
    expect(waits).toHaveLength(40);
    expect(Math.max(...waits.slice(0, 3))).toBeLessThanOrEqual(2_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    const late = waits.slice(8);
    expect(late.reduce((sum, wait) => sum + wait, 0) / late.length, 'half of the cap on average').toBeGreaterThan(
      15_000,
    );
    expect(new Set(waits).size, 'jitter').toBe(40);
    expect(bed.identifies()).toBe(0);

    bed.simulator.configure({ helloDelayMs: 0 });
    await bed.until('ready', bed.allReady);
    bed.clean();
    await bed.end();
  });

  it('A13 a bot whose every IDENTIFY is refused spends at most ten in an hour, and the status shows it', async () => {
    const bed = createVirtualBed();
    bed.simulator.fault({ kind: 'refuse-identify' });
    bed.start();
    await bed.advance(HOUR_MS);
    expect(bed.identifies()).toBeGreaterThanOrEqual(3);
    expect(bed.identifies()).toBeLessThanOrEqual(10);
    expect(bed.told('identifyRefused').at(-1)).toMatchObject({ shardId: 0, reason: 'breaker' });
    expect(bed.allReady()).toBe(false);
    bed.clean();
    await bed.end();
  });
});

describe('A14 no identify left, all sessions stored', () => {
  it('A14 every session is resumed and nothing identifies', async () => {
    const bed = createVirtualBed({ shards: 4, maxConcurrency: 4 });
    await bed.ready();
    await bed.advance(2_000);
    bed.life.kill();
    bed.simulator.setIdentifyRemaining(0);
    const { outcome, spawnShards } = watchSpawn();
    await bed.ready({ spawnShards }, 15_000);
    await bed.until('spawnShards resolves', () => outcome() !== 'pending');
    expect(outcome()).toBe('resolved');
    expect([bed.identifies(), bed.resumes()]).toEqual([4, 4]);
    bed.clean();
    await bed.end();
  });
});

describe('A15 no identify left, no session', () => {
  it('A15 the gateway waits for the reset, says so, and starts then by itself', async () => {
    const bed = createVirtualBed({ identifyWindowMs: 2 * HOUR_MS });
    bed.simulator.setIdentifyRemaining(0);
    bed.start();
    await bed.advance(2 * HOUR_MS - 1_000);
    expect(bed.identifies()).toBe(0);
    expect(bed.told('identifyRefused')).toMatchObject([{ shardId: 0, reason: 'reserve' }]);
    await bed.until('ready', bed.allReady, 5 * MINUTE_MS);
    expect(bed.identifies()).toBe(1);
    bed.clean();
    await bed.end();
  });

  it('A15 what is left above the reserve is spent, the reserve is not', async () => {
    const bed = createVirtualBed({ shards: 4, maxConcurrency: 4, identifyTotal: 1_000, identifyWindowMs: 2 * HOUR_MS });
    bed.simulator.setIdentifyRemaining(102);
    bed.start();
    await bed.advance(HOUR_MS);
    expect(bed.identifies()).toBe(2);
    expect(bed.simulator.state().sessionStartLimit.remaining).toBe(100);
    await bed.until('ready', bed.allReady, 2 * HOUR_MS);
    expect(bed.identifies()).toBe(4);
    bed.clean();
    await bed.end();
  });

  it('A15 the wait ends when the gateway is stopped, and spawnShards rejects', async () => {
    const bed = createVirtualBed({ identifyWindowMs: 24 * HOUR_MS });
    bed.simulator.setIdentifyRemaining(0);
    const { outcome, spawnShards } = watchSpawn();
    bed.start({ spawnShards });
    await bed.advance(MINUTE_MS);
    await bed.end();
    expect(outcome()).toMatchObject({ code: 'stopped' });
    expect(bed.identifies()).toBe(0);
    bed.clean();
  });
});
