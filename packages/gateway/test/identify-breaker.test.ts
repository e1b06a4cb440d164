import { describe, expect, test } from 'vitest';
import { createMemoryIdentifyLedger } from '../src/identify/memory-identify-ledger.ts';
import { FRESH, HOUR, MINUTE, start } from './governor-bed.ts';
import { createTestClock, settled } from './test-clock.ts';

describe('the breakers', () => {
  test('a shard pauses after three identifies without READY, longer each time', async () => {
    const { governor, clock } = start();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect((await governor.spend(0)).granted).toBe(true);
      governor.failed(0);
    }
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      expect(await governor.spend(0)).toEqual({ granted: false, reason: 'breaker', retryAfterMs: minutes * MINUTE });
      expect((await governor.spend(1)).granted).toBe(true);
      governor.succeeded(1);
      await clock.advance(minutes * MINUTE);
      expect((await governor.spend(0)).granted).toBe(true);
      governor.failed(0);
    }
    expect(governor.status.breakerOpenUntil).toBeNull();
  });

  test('a READY ends the pauses of a shard', async () => {
    const { governor, clock } = start();
    for (let attempt = 0; attempt < 3; attempt += 1) await governor.spend(0);
    await clock.advance(MINUTE);
    await governor.spend(0);
    governor.succeeded(0);
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await governor.spend(0)).granted).toBe(true);
    expect((await governor.spend(0)).granted).toBe(false);
  });

  test('the pause begins when the identify is known to have failed', async () => {
    const { governor, clock } = start();
    for (let attempt = 0; attempt < 3; attempt += 1) await governor.spend(0);
    await clock.advance(50_000);
    governor.failed(0);
    expect(await governor.spend(0)).toMatchObject({ retryAfterMs: MINUTE });
  });

  test('a refunded identify was no attempt', async () => {
    const { governor } = start();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await governor.spend(0)).granted).toBe(true);
      governor.refund(0);
    }
  });

  test.each([
    [1000, 50],
    [4000, 200],
    [100, 20],
  ])('with a total of %i all shards pause after more than %i identifies without READY', async (total, barren) => {
    const { governor, clock } = start();
    await governor.open();
    governor.adopt({ total, remaining: total, resetAfter: HOUR });
    for (let spent = 0; spent <= barren; spent += 1) expect((await governor.spend(spent)).granted).toBe(true);
    expect(await governor.spend(9_999)).toEqual({ granted: false, reason: 'breaker', retryAfterMs: MINUTE });
    expect(governor.status.breakerOpenUntil).toBe(clock.wallTime() + MINUTE);
    await clock.advance(MINUTE);
    expect((await governor.spend(9_999)).granted).toBe(true);
    expect(await governor.spend(9_998)).toMatchObject({ reason: 'breaker', retryAfterMs: 2 * MINUTE });
    governor.succeeded(9_999);
    expect((await governor.spend(9_998)).granted).toBe(true);
    expect(governor.status.breakerOpenUntil).toBeNull();
  });

  test('a restart does not close the breaker of the bot, a READY before it does', async () => {
    const { governor, clock, ledger } = start();
    for (let spent = 0; spent <= 50; spent += 1) await governor.spend(spent);
    expect(await start({ ledger, clock }).governor.spend(0)).toMatchObject({ reason: 'breaker' });
    governor.succeeded(0);
    await settled();
    expect((await start({ ledger, clock }).governor.spend(0)).granted).toBe(true);
  });

  test('pauses are up to a quarter shorter at random', async () => {
    const { governor } = start({ random: () => 0.999 });
    for (let attempt = 0; attempt < 3; attempt += 1) await governor.spend(0);
    expect(await governor.spend(0)).toMatchObject({ retryAfterMs: expect.closeTo(45_000, -2) });
  });

  test('16 shards that get nothing but op 9 for a day spend no more than a fifth of 1,000', async () => {
    const { governor, clock } = start({ random: () => 0.999 });
    await governor.open();
    governor.adopt(FRESH);
    let spent = 0;
    for (let second = 0; second < 86_400; second += 5) {
      const shardId = (second / 5) % 16;
      if ((await governor.spend(shardId)).granted) {
        spent += 1;
        governor.failed(shardId);
      }
      await clock.advance(5_000);
    }
    expect(spent).toBeLessThanOrEqual(200);
    expect(spent).toBeGreaterThan(20);
  });

  test('a process that dies before READY and is started again all day stays far from the reserve', async () => {
    const clock = createTestClock();
    const ledger = createMemoryIdentifyLedger();
    let spent = 0;
    for (let restart = 0; restart < 1_440; restart += 1) {
      const { governor } = start({ clock, ledger });
      for (let shardId = 0; shardId < 4; shardId += 1) if ((await governor.spend(shardId)).granted) spent += 1;
      await clock.advance(MINUTE);
    }
    expect(spent).toBeLessThanOrEqual(200);
  });
});

describe('a restart loop', () => {
  test('delays identifies by 0, 1, 5, 30, 60 seconds from the fourth start in five minutes on', async () => {
    const clock = createTestClock();
    const ledger = createMemoryIdentifyLedger();
    const delays: number[] = [];
    for (let restart = 0; restart < 9; restart += 1) {
      const { governor } = start({ clock, ledger });
      const answer = await governor.spend(0);
      delays.push(answer.granted ? 0 : answer.retryAfterMs);
      if (answer.granted) governor.refund(0);
      else expect(answer.reason).toBe('bootLoop');
      await clock.advance(1_000);
    }
    expect(delays).toEqual([0, 0, 0, 1_000, 5_000, 30_000, 60_000, 60_000, 60_000]);
    await clock.advance(5 * MINUTE);
    expect((await start({ clock, ledger }).governor.spend(0)).granted).toBe(true);
  });

  test('is remembered as 16 starts at most', async () => {
    const clock = createTestClock();
    const ledger = createMemoryIdentifyLedger();
    for (let restart = 0; restart < 40; restart += 1) await start({ clock, ledger }).governor.open();
    expect((await ledger.load())?.starts).toHaveLength(16);
  });
});
