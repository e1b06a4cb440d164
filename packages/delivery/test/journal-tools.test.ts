import { expect, test } from 'vitest';
import type { DeliveryRecord } from '../src/delivery-record.ts';
import { exportJournal, tailJournal } from '../src/journal/export-journal.ts';
import { inspectJournal } from '../src/journal/inspect-journal.ts';
import { repairJournal } from '../src/journal/repair-journal.ts';
import { verifyJournal } from '../src/journal/verify-journal.ts';
import { LANE, OTHER, checkpointOf, createHastyClock, eventOf, openJournal, readAll, shown } from './journal-bed.ts';
import type { ModelDisk } from './journal-model-disk.ts';
import { createModelDisk } from './journal-model-disk.ts';

const BODY = Buffer.alloc(400, 65);

async function write(disk: ModelDisk) {
  const opened = await openJournal(disk);
  for (let offset = 1; offset <= 30; offset += 1) {
    opened.journal.append([eventOf({ ...(offset % 3 === 0 ? OTHER : LANE), offset, bytes: BODY })]);
    await opened.journal.flush();
  }
  await opened.journal.sessions.save([checkpointOf({ seq: 120 })]);
  opened.journal.acknowledge('main', LANE, 4);
  await opened.journal.flush();
  return opened;
}

async function all(records: AsyncIterable<DeliveryRecord>): Promise<DeliveryRecord[]> {
  const list: DeliveryRecord[] = [];
  for await (const record of records) list.push(record);
  return list;
}

test('a journal in use is inspected, verified and exported without being touched', async () => {
  const disk = createModelDisk();
  const { journal } = await write(disk);
  const before = disk.operations;
  const inspection = await inspectJournal(disk.store);
  expect(inspection).toMatchObject({ damage: [], tornBytes: 0, records: 30, bytes: journal.status().bytes });
  expect(inspection.lanes).toEqual([
    {
      ...LANE,
      records: 20,
      firstOffset: 1,
      lastOffset: 29,
      sessionId: 'session-a',
      seq: 129,
      cursors: { main: 4 },
      gaps: [],
    },
    { ...OTHER, records: 10, firstOffset: 3, lastOffset: 30, sessionId: 'session-a', seq: 130, cursors: {}, gaps: [] },
  ]);
  expect(inspection.sessions).toEqual([checkpointOf({ seq: 120 })]);
  expect(await verifyJournal(disk.store)).toMatchObject({ ok: true, damage: [], gaps: [] });
  const exported = await all(exportJournal(disk.store));
  expect(shown(exported)).toEqual(shown([...(await readAll(journal, LANE)), ...(await readAll(journal, OTHER))]));
  expect(await all(exportJournal(disk.store, { lane: OTHER, afterOffset: 25 }))).toHaveLength(2);
  expect(disk.operations).toBe(before);
  await journal.close();
});

test('any byte that is changed is found by a verification', async () => {
  const disk = createModelDisk();
  const { journal } = await write(disk);
  await journal.close();
  const files = disk.cut('drop');
  const whole = await verifyJournal(createModelDisk(files).store);
  expect(whole.ok).toBe(true);
  for (const [name, data] of files) {
    for (let at = 0; at < data.length; at += 3) {
      const copy = Buffer.from(data);
      copy[at] = (copy[at] as number) ^ 0x10;
      const verification = await verifyJournal(createModelDisk(new Map([...files, [name, copy]])).store);
      // The end of the newest one cannot be told from what a crash leaves.
      expect(verification.ok && verification.tornBytes === 0, `${name} byte ${at}`).toBe(false);
    }
  }
}, 60_000);

test('a repair keeps every intact record, tells the rest as gaps, and leaves a journal that verifies', async () => {
  const disk = createModelDisk();
  const { journal } = await write(disk);
  await journal.close();
  const files = new Map(disk.cut('drop'));
  const [first, second, third] = [...files.keys()].toSorted() as [string, string, string];
  const hurt = Buffer.from(files.get(second) as Buffer);
  hurt.fill(0, hurt.length >> 1, (hurt.length >> 1) + 600);
  files.set(second, hurt);
  files.set(third, (files.get(third) as Buffer).subarray(0, -20));
  files.set(first, Buffer.from('not ours'));
  const broken = createModelDisk(files);
  expect((await verifyJournal(broken.store)).ok).toBe(false);
  const before = await all(exportJournal(broken.store));
  const repair = await repairJournal(broken.store);
  expect(repair.rewritten).toEqual(expect.arrayContaining([second, third]));
  expect(repair.gaps.length).toBeGreaterThan(1);
  expect(shown(await all(exportJournal(broken.store)))).toEqual(shown(before));
  expect((await verifyJournal(broken.store)).damage).toEqual([]);
  const again = await openJournal(broken);
  expect(again.recovery.damage).toEqual([]);
  expect(shown([...(await readAll(again.journal, LANE)), ...(await readAll(again.journal, OTHER))])).toEqual(
    shown(before),
  );
  await again.journal.close();
  expect((await repairJournal(disk.store)).rewritten).toEqual([]);
});

test('a tail gives what another process writes, from now on, in order', async () => {
  const disk = createModelDisk();
  const { journal } = await write(disk);
  const stop = new AbortController();
  const seen: number[] = [];
  const tailing = (async () => {
    for await (const record of tailJournal(disk.store, {
      clock: createHastyClock(),
      signal: stop.signal,
      lane: LANE,
    })) {
      seen.push(record.offset);
      if (seen.length === 20) stop.abort();
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let offset = 31; offset <= 50; offset += 1) {
    journal.append([eventOf({ offset, bytes: BODY })]);
    await journal.flush();
  }
  await tailing;
  expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => 31 + n));
  await journal.close();
});
