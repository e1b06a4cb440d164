import { describe, expect, test } from 'vitest';
import type { JournalOptions } from '../src/journal/options.ts';
import { LANE, createHastyClock, eventOf, openJournal, readAll, shown, turns } from './journal-bed.ts';
import { createModelDisk } from './journal-model-disk.ts';

const KIB = Buffer.alloc(1_000, 65);
const MIB = 2 ** 20;

describe('a journal that is full', () => {
  const FULL: Partial<JournalOptions> = { maxBytes: MIB, segmentBytes: MIB / 8 };

  async function fill(options: Partial<JournalOptions>) {
    const disk = createModelDisk();
    const opened = await openJournal(disk, { ...FULL, ...options });
    let taken = 0;
    for (let offset = 1; offset <= 1_500; offset += 1) {
      if (!opened.journal.append([eventOf({ offset, bytes: KIB })])) break;
      taken = offset;
      if (offset % 16 === 0) await opened.journal.flush();
      expect(opened.journal.status().bytes).toBeLessThanOrEqual(MIB);
    }
    await opened.journal.flush();
    return { ...opened, disk, taken, opened };
  }

  test('takes no more with pause, and says when there is room again', async () => {
    const { journal, taken, gaps, opened } = await fill({ overflow: 'pause' });
    expect(taken).toBeGreaterThan(700);
    expect(taken).toBeLessThan(1_048);
    journal.acknowledge('main', LANE, taken >> 1);
    await turns(() => opened.rooms === 1);
    expect(journal.append([eventOf({ offset: taken + 1, bytes: KIB })])).toBe(true);
    expect(gaps).toEqual([]);
    await journal.close();
  });

  test('drops the oldest with dropOldest, counted and told in their place, by the next process, too', async () => {
    const { journal, disk, gaps, taken } = await fill({ overflow: 'dropOldest' });
    expect(taken).toBe(1_500);
    const found = await readAll(journal, LANE, -1, 100);
    const told = found.filter((record) => record.kind === 'gap');
    const { dropped } = journal.status();
    expect(dropped).toBeGreaterThan(400);
    expect(told.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(dropped);
    expect(gaps).toHaveLength(told.length);
    expect(told.at(-1)).toMatchObject({
      cause: 'journalFull',
      sessionId: 'session-a',
      nextSeq: dropped + 101,
      offset: dropped,
    });
    expect(told[0]).toMatchObject({ afterSeq: 100 });
    expect(found.filter(({ kind }) => kind === 'event').map(({ offset }) => offset)).toEqual(
      Array.from({ length: 1_500 - dropped }, (_, n) => dropped + 1 + n),
    );
    await journal.close();
    const again = await openJournal(disk, FULL);
    expect(shown(await readAll(again.journal, LANE, -1, 100))).toEqual(shown(found));
    await again.journal.close();
  });

  test('drops the newest with dropNewest: one gap, closed by the next record that is taken', async () => {
    const { journal, disk, gaps } = await fill({ overflow: 'dropNewest' });
    const { dropped, appended } = journal.status();
    expect(dropped + appended).toBe(1_500);
    expect(gaps.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(dropped);
    journal.acknowledge('main', LANE, 600);
    await journal.flush();
    await journal.flush();
    expect(journal.append([eventOf({ offset: 1_501, bytes: KIB })])).toBe(true);
    const end = await readAll(journal, LANE, appended - 1);
    expect(end.map(({ kind, offset }) => [kind, offset])).toEqual([
      ['event', appended],
      ['gap', 1_500],
      ['event', 1_501],
    ]);
    expect(end[1]).toMatchObject({ cause: 'journalFull', afterSeq: appended + 100, nextSeq: 1_601, count: dropped });
    await journal.close();
    const again = await openJournal(disk, FULL);
    expect(shown(await readAll(again.journal, LANE, appended - 1))).toEqual(shown(end));
    await again.journal.close();
  });

  test('of age drops what is too old, and only that', async () => {
    const clock = createHastyClock();
    const { journal, gaps } = await openJournal(createModelDisk(), { overflow: 'dropOldest', maxAgeMs: 10_000, clock });
    for (let offset = 1; offset <= 10; offset += 1) {
      clock.ahead = offset * 2_000;
      journal.append([eventOf({ offset, receivedAt: clock.wallTime() })]);
      await journal.flush();
    }
    await turns(() => gaps.length > 0);
    clock.ahead = 21_000;
    await turns(() => gaps.at(-1)?.offset === 5);
    expect(gaps.every(({ cause }) => cause === 'expired')).toBe(true);
    expect((await readAll(journal, LANE)).filter(({ kind }) => kind === 'event').map(({ offset }) => offset)).toEqual([
      6, 7, 8, 9, 10,
    ]);
    expect(journal.status().oldestAgeMs).toBeLessThanOrEqual(10_000);
    await journal.close();
  });

  test('of age takes no more with pause', async () => {
    const clock = createHastyClock();
    const { journal } = await openJournal(createModelDisk(), { maxAgeMs: 10_000, clock });
    expect(journal.append([eventOf({ offset: 1, receivedAt: clock.wallTime() })])).toBe(true);
    await journal.flush();
    clock.ahead = 12_000;
    expect(journal.append([eventOf({ offset: 2, receivedAt: clock.wallTime() })])).toBe(false);
    journal.acknowledge('main', LANE, 1);
    expect(journal.append([eventOf({ offset: 2, receivedAt: clock.wallTime() })])).toBe(true);
    await journal.close();
  });
});
