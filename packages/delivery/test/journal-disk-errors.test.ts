import { describe, expect, test } from 'vitest';
import type { DeliveryEvent } from '../src/delivery-record.ts';
import { LANE, OTHER, checkpointOf, eventOf, openJournal, readAll, shown } from './journal-bed.ts';
import type { Fault } from './journal-model-disk.ts';
import { createModelDisk } from './journal-model-disk.ts';

/** A short life with everything in it: events, cursors, sessions, several segments, retention. Never rejects. */
async function live(faults: readonly Fault[]) {
  const disk = createModelDisk();
  disk.faults = faults;
  const opened = await openJournal(disk, { ballastBytes: 2048 });
  const { journal } = opened;
  const events: DeliveryEvent[] = [];
  for (let round = 0; round < 24; round += 1) {
    const lane = round % 3 === 0 ? OTHER : LANE;
    const some = [1, 2, 3].map((n) => eventOf({ ...lane, offset: round * 3 + n, bytes: Buffer.alloc(400, round) }));
    expect(journal.append(some)).toBe(true);
    events.push(...some);
    if (round % 2 === 0) await journal.flush().catch(() => undefined);
    if (round % 5 === 4) await journal.sessions.save([checkpointOf({ seq: 100 + round })]).catch(() => undefined);
    if (round % 6 === 5) {
      for (const each of [LANE, OTHER]) journal.acknowledge('main', each, opened.durable.get(each.shardId) ?? -1);
    }
  }
  return { disk, opened, events };
}

async function operationsOfALife(): Promise<number> {
  const { disk, opened } = await live([]);
  await opened.journal.close();
  return disk.operations;
}

describe.each(['ENOSPC', 'EIO', 'short'] as const)('a disk that fails with %s', (kind) => {
  test.each([1, 2, 7])(
    'at any operation, %i times in a row, makes nothing crash; nothing is lost, and it goes on by itself',
    async (times) => {
      const operations = await operationsOfALife();
      expect(operations).toBeGreaterThan(60);
      for (let at = 0; at < operations; at += 1) {
        const { disk, opened, events } = await live([{ at, times, kind }]);
        const { journal, gaps } = opened;
        const story = `${kind} at ${at}`;
        // No flush: it comes back without being asked.
        for (
          let turn = 0;
          turn < 300 && (journal.status().health !== 'ok' || journal.status().pendingRecords > 0);
          turn += 1
        ) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(journal.status(), story).toMatchObject({ health: 'ok', pendingRecords: 0, dropped: 0 });
        expect(gaps, story).toEqual([]);
        const acknowledged = Math.max(-1, ...opened.recovery.cursors.map(({ offset }) => offset));
        expect(acknowledged).toBe(-1);
        // What is left of the faults may hit these: they say so, and lose nothing.
        for (let left = times; left > 0; left -= 1) await journal.flush().catch(() => undefined);
        await journal.flush();
        const isOver = disk.operations >= at + times;
        await journal.close().catch((error: unknown) => {
          if (isOver) throw error;
        });
        const again = await openJournal(createModelDisk(disk.cut('drop')));
        expect(again.recovery.damage, story).toEqual([]);
        for (const lane of [LANE, OTHER]) {
          const cursor = again.recovery.cursors.find(({ shardId }) => shardId === lane.shardId)?.offset ?? -1;
          const wanted = events.filter(({ shardId, offset }) => shardId === lane.shardId && offset > cursor);
          expect(shown(await readAll(again.journal, lane, cursor)), story).toEqual(shown(wanted));
        }
        expect(again.recovery.lanes.find(({ shardId }) => shardId === LANE.shardId)?.seq, story).toBeGreaterThanOrEqual(
          119,
        );
        await again.journal.close();
      }
    },
    60_000,
  );
});

test('a file is never synced again after a sync of it has failed', async () => {
  const operations = await operationsOfALife();
  for (let at = 0; at < operations; at += 1) {
    const { disk, opened } = await live([{ at, kind: 'EIO' }]);
    await opened.journal.close();
    const failed = disk.trace[at] as string;
    if (failed.startsWith('sync segment')) expect(disk.trace.slice(at + 1), `operation ${at}`).not.toContain(failed);
  }
});

describe('a disk that stays full', () => {
  test('takes cursors and sessions in the room the ballast gives; events wait up to the bound in memory and go on when there is room', async () => {
    const disk = createModelDisk();
    const opened = await openJournal(disk, { ballastBytes: 16_384, maxPendingBytes: 8_192, segmentBytes: 8_192 });
    const { journal } = opened;
    disk.capacity = 40_000;
    let offset = 0;
    let taken = true;
    while (taken && offset < 500) {
      offset += 1;
      taken = journal.append([eventOf({ offset, bytes: Buffer.alloc(400, offset) })]);
      if (offset % 4 === 0) await journal.flush().catch(() => undefined);
    }
    expect(taken).toBe(false);
    expect(journal.status()).toMatchObject({ health: 'full', dropped: 0 });
    expect(journal.status().pendingBytes).toBeLessThanOrEqual(8_192);
    expect([...disk.files.keys()]).not.toContain('ballast');
    const durable = opened.durable.get(0) as number;
    await journal.sessions.save([checkpointOf({ seq: durable + 100 })]);
    // Everything durable is acknowledged: old segments go, there is room again, and nobody has to ask for it.
    journal.acknowledge('main', LANE, durable);
    for (let turn = 0; turn < 2_000 && opened.rooms === 0; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    expect(opened.rooms).toBeGreaterThan(0);
    await journal.flush();
    expect(journal.status()).toMatchObject({ health: 'ok', pendingRecords: 0 });
    expect([...disk.files.keys()]).toContain('ballast');
    const left = await readAll(journal, LANE, durable);
    expect(left.map((record) => record.offset)).toEqual(
      Array.from({ length: offset - 1 - durable }, (_, n) => durable + 1 + n),
    );
    await journal.close();
  });

  test('and flush, save and close say so instead of waiting', async () => {
    const disk = createModelDisk();
    const { journal } = await openJournal(disk);
    disk.faults = [{ at: disk.operations, times: 1e9, kind: 'ENOSPC' }];
    journal.append([eventOf({ offset: 1 })]);
    await expect(journal.flush()).rejects.toThrow('ENOSPC');
    await expect(journal.sessions.save([checkpointOf()])).rejects.toThrow('ENOSPC');
    await expect(journal.close()).rejects.toThrow('ENOSPC');
    expect(journal.append([eventOf({ offset: 2 })])).toBe(false);
  });
});
