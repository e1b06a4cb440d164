import { describe, expect, test } from 'vitest';
import type { IdentifyLedger, IdentifyLedgerState } from '../src/identify/identify-ledger.ts';
import { createMemoryIdentifyLedger } from '../src/identify/memory-identify-ledger.ts';
import { FRESH, HOUR, spendAll, start } from './governor-bed.ts';
import { settled } from './test-clock.ts';

describe('the budget', () => {
  test.each([
    [1000, undefined, 100],
    [300, undefined, 50],
    [60, undefined, 30],
    [4000, undefined, 400],
    [1000, 0, 0],
    [1000, 700, 700],
  ])('of %i with reserve %s is spent down to %i and no further', async (total, reserve, left) => {
    const { governor } = start({ reserve });
    await governor.open();
    governor.adopt({ total, remaining: total, resetAfter: HOUR });
    expect(await spendAll(governor)).toBe(total - left);
    expect(governor.status).toMatchObject({ total, remaining: left, reserve: left, spentLast24h: total - left });
    expect(await governor.spend(0)).toEqual({ granted: false, reason: 'reserve', retryAfterMs: HOUR });
  });

  test("follows Discord's figure when others spend, too", async () => {
    const { governor, clock } = start();
    await governor.open();
    governor.adopt({ ...FRESH, remaining: 103 });
    expect(await spendAll(governor)).toBe(3);
    await clock.advance(1);
    governor.adopt({ ...FRESH, remaining: 101 });
    expect(await spendAll(governor)).toBe(1);
  });

  test('is never more than the total minus own spends, whatever Discord says', async () => {
    const { governor, clock } = start();
    await governor.open();
    governor.adopt(FRESH);
    await governor.spend(0);
    await clock.advance(HOUR);
    governor.adopt(FRESH);
    expect(governor.status.remaining).toBe(999);
    await clock.advance(24 * HOUR);
    governor.adopt(FRESH);
    expect(governor.status.remaining).toBe(1000);
  });

  test('is the whole total again when the window is over', async () => {
    const { governor, clock } = start();
    await governor.open();
    governor.adopt({ ...FRESH, remaining: 0, resetAfter: HOUR });
    expect(await governor.spend(0)).toMatchObject({ reason: 'reserve', retryAfterMs: HOUR });
    await clock.advance(HOUR);
    expect(governor.status).toMatchObject({ remaining: 1000, resetsAt: null });
    expect(await spendAll(governor)).toBe(900);
    expect(await governor.spend(0)).toMatchObject({ reason: 'reserve', retryAfterMs: 24 * HOUR });
  });

  test('is what a reading after the end of the window says', async () => {
    const { governor, clock } = start();
    await governor.open();
    governor.adopt({ ...FRESH, resetAfter: HOUR });
    await spendAll(governor);
    await clock.advance(HOUR);
    governor.adopt(FRESH);
    expect(governor.status.remaining).toBe(1000);
  });

  test('before the first reading is that of a small bot', async () => {
    const { governor } = start();
    expect(await spendAll(governor)).toBe(900);
    expect(governor.status).toMatchObject({ total: 1000, remaining: 100, resetsAt: null });
  });

  test('a total of nothing grants nothing', async () => {
    const { governor } = start();
    await governor.open();
    governor.adopt({ total: 0, remaining: 0, resetAfter: 0 });
    expect(await governor.spend(0)).toMatchObject({ granted: false, reason: 'reserve' });
  });

  test.each([{ total: -1 }, { remaining: Number.NaN }, { resetAfter: Number.POSITIVE_INFINITY }])(
    'a reading with %o is refused',
    (wrong) => {
      expect(() => start().governor.adopt({ ...FRESH, ...wrong })).toThrow(RangeError);
    },
  );

  test('a refund gives the budget back once, and not after READY', async () => {
    const { governor } = start();
    await governor.spend(3);
    governor.refund(3);
    governor.refund(3);
    expect(governor.status.spentLast24h).toBe(0);
    await governor.spend(3);
    governor.succeeded(3);
    governor.refund(3);
    expect(governor.status.spentLast24h).toBe(1);
  });
});

describe('the ledger', () => {
  test('has each spend before it is granted', async () => {
    const saved: IdentifyLedgerState[] = [];
    let release: () => void = () => undefined;
    const ledger: IdentifyLedger = {
      load: async () => undefined,
      save: (state) => {
        saved.push(state);
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    };
    const { governor } = start({ ledger });
    const opened = governor.open();
    await settled();
    release();
    await opened;
    let granted = false;
    const spent = governor.spend(0).then(() => {
      granted = true;
    });
    await settled();
    expect([saved.at(-1)?.spends.length, granted]).toEqual([1, false]);
    release();
    await spent;
  });

  test('is written once for all spends of a tick', async () => {
    let saves = 0;
    const memory = createMemoryIdentifyLedger();
    const ledger: IdentifyLedger = { load: () => memory.load(), save: (state) => ((saves += 1), memory.save(state)) };
    const { governor } = start({ ledger });
    await governor.open();
    saves = 0;
    const answers = await Promise.all(Array.from({ length: 50 }, (_, shardId) => governor.spend(shardId)));
    expect(answers.every(({ granted }) => granted)).toBe(true);
    expect(saves).toBe(1);
    expect((await memory.load())?.spends).toHaveLength(50);
  });

  test('that cannot be written rejects the spend and costs nothing', async () => {
    let broken = false;
    const ledger: IdentifyLedger = {
      load: async () => undefined,
      save: async () => {
        if (broken) throw new Error('cannot write identifies.json: ENOSPC');
      },
    };
    const { governor } = start({ ledger });
    await governor.open();
    broken = true;
    await expect(Promise.all([governor.spend(0), governor.spend(0)])).rejects.toThrow('ENOSPC');
    await settled();
    expect(governor.status.spentLast24h).toBe(0);
    broken = false;
    expect(await governor.spend(0)).toEqual({ granted: true });
  });

  test('that does not answer in time rejects, and works again when it does', async () => {
    let hangs = true;
    const ledger: IdentifyLedger = {
      load: async () => undefined,
      save: () => (hangs ? new Promise(() => undefined) : Promise.resolve()),
    };
    const { governor, clock } = start({ ledger, saveTimeoutMs: 5_000 });
    const spent = governor.spend(0).catch((error: unknown) => error);
    await clock.advance(5_000);
    expect(await spent).toEqual(new Error('the identify ledger was not written within 5000 ms'));
    hangs = false;
    expect(await governor.spend(0)).toEqual({ granted: true });
    expect(clock.timers).toBe(0);
  });

  test('that cannot be read rejects, and opens later as one start', async () => {
    let broken = true;
    const memory = createMemoryIdentifyLedger();
    const ledger: IdentifyLedger = {
      ...memory,
      load: () => (broken ? Promise.reject(new Error('no disk')) : memory.load()),
    };
    const { governor } = start({ ledger });
    await expect(governor.open()).rejects.toThrow('no disk');
    broken = false;
    await Promise.all([governor.open(), governor.open()]);
    expect((await memory.load())?.starts).toHaveLength(1);
  });

  test('is not overwritten by a reading that comes before it was loaded', async () => {
    const { ledger, clock, governor } = start();
    await governor.spend(0);
    const next = start({ ledger, clock }).governor;
    next.adopt(FRESH);
    await settled();
    expect((await ledger.load())?.spends).toHaveLength(1);
    await next.open();
    expect(next.status.remaining).toBe(999);
  });

  test('carries the budget over a restart, for the same token only', async () => {
    const { ledger, clock, governor } = start();
    await governor.open();
    governor.adopt({ ...FRESH, remaining: 500, resetAfter: HOUR });
    await clock.advance(1);
    await governor.spend(0);
    const again = start({ ledger, clock }).governor;
    await again.open();
    expect(again.status).toMatchObject({ remaining: 499, resetsAt: clock.wallTime() - 1 + HOUR });
    const other = start({ ledger, clock, tokenFingerprint: 'g' }).governor;
    await other.open();
    expect(other.status).toMatchObject({ remaining: 1000, spentLast24h: 0 });
  });

  test.each([-3 * HOUR, -30 * 24 * HOUR])(
    'frees nothing when the wall clock goes back by %i ms over a restart',
    async (jump) => {
      const { ledger, clock, governor } = start();
      await governor.open();
      governor.adopt({ ...FRESH, resetAfter: 2 * HOUR });
      expect(await spendAll(governor)).toBe(900);
      clock.jumpWall(jump);
      const again = start({ ledger, clock }).governor;
      expect(await again.spend(0)).toMatchObject({ granted: false, reason: 'reserve' });
      expect(again.status.spentLast24h).toBe(900);
      expect((again.status.resetsAt ?? 0) - clock.wallTime()).toBeLessThanOrEqual(24 * HOUR);
      await clock.advance(24 * HOUR + 1);
      expect((await again.spend(0)).granted).toBe(true);
    },
  );

  test('frees nothing when the wall clock jumps either way inside the process', async () => {
    const { clock, governor } = start();
    await governor.open();
    governor.adopt(FRESH);
    await spendAll(governor);
    for (const jump of [25 * HOUR, -50 * HOUR]) {
      clock.jumpWall(jump);
      expect(await governor.spend(0)).toEqual({ granted: false, reason: 'reserve', retryAfterMs: 24 * HOUR });
    }
  });
});

describe('a rejected token', () => {
  test('is refused from then on, after restarts too, until it changes or the operator insists', async () => {
    const { governor, clock, ledger } = start();
    await governor.open();
    await governor.rejectToken();
    const refused = { granted: false, reason: 'tokenRejected', retryAfterMs: Number.POSITIVE_INFINITY };
    expect(await governor.spend(0)).toEqual(refused);
    expect(governor.status.tokenRejected).toBe(true);
    expect(await start({ ledger, clock }).governor.spend(0)).toEqual(refused);
    expect(
      (
        await start({
          ledger: { ...ledger, save: async () => undefined },
          clock,
          tokenFingerprint: 'g',
        }).governor.spend(0)
      ).granted,
    ).toBe(true);
    expect((await start({ ledger, clock, retryRejectedToken: true }).governor.spend(0)).granted).toBe(true);
    clock.jumpWall(HOUR);
    expect((await start({ ledger, clock }).governor.spend(0)).granted).toBe(true);
  });

  test('before the ledger was opened keeps what the ledger holds', async () => {
    const { governor, clock, ledger } = start();
    await governor.spend(0);
    await start({ clock, ledger }).governor.rejectToken();
    expect(await ledger.load()).toMatchObject({ tokenRejected: true, spends: [expect.any(Number)] });
  });
});

test('each change is told, and a listener that throws costs nothing', async () => {
  const seen: number[] = [];
  const { governor } = start({
    onStatus: ({ remaining }) => {
      seen.push(remaining);
      throw new Error('listener');
    },
  });
  await governor.open();
  governor.adopt({ ...FRESH, remaining: 800 });
  expect((await governor.spend(0)).granted).toBe(true);
  governor.refund(0);
  expect(seen).toEqual([1000, 800, 799, 800]);
});

test('wrong options are refused by name', () => {
  expect(() => start({ reserve: -1 })).toThrow('option reserve: expected a whole number of 0 or more, got -1');
  expect(() => start({ saveTimeoutMs: 0 })).toThrow('option saveTimeoutMs: expected milliseconds above 0, got 0');
});
