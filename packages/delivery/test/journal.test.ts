import { describe, expect, test } from 'vitest';
import type { DeliveryGap } from '../src/delivery-record.ts';
import { createJournal } from '../src/journal/create-journal.ts';
import type { JournalOptions } from '../src/journal/options.ts';
import {
  LANE,
  OTHER,
  WALL,
  checkpointOf,
  createHastyClock,
  eventOf,
  openJournal,
  readAll,
  shown,
  turns,
} from './journal-bed.ts';
import { createModelDisk } from './journal-model-disk.ts';

const KIB = Buffer.alloc(1_000, 65);
const MIB = 2 ** 20;

describe('what was appended', () => {
  test('comes back with every field, before it is on the disk, after, and in another process', async () => {
    const disk = createModelDisk();
    const { journal } = await openJournal(disk);
    const gap: DeliveryGap = {
      kind: 'gap',
      ...LANE,
      offset: 5,
      sessionId: 'older',
      afterSeq: 7,
      nextSeq: null,
      cause: 'sessionLost',
      count: null,
      detectedAt: WALL,
    };
    const records = [
      eventOf({ offset: 1, guildId: '81384788765712384', guildEvent: 'join', t: 'GUILD_CREATE' }),
      eventOf({ offset: 2, seq: null, receivedAt: WALL + 0.25 }),
      eventOf({ offset: 3, sessionId: 'ünï', bytes: Buffer.from([0xff, 0xd6, 1, 1, 0]) }),
      eventOf({ offset: 4, bytes: Buffer.alloc(0) }),
      gap,
      eventOf({ offset: 2 ** 33, guildEvent: 'outage', bytes: Buffer.alloc(3 * MIB, 66) }),
    ];
    expect(journal.append(records)).toBe(true);
    expect(shown(await readAll(journal, LANE))).toEqual(shown(records));
    await journal.flush();
    expect(shown(await readAll(journal, LANE))).toEqual(shown(records));
    await journal.close();
    const again = await openJournal(disk);
    expect(shown(await readAll(again.journal, LANE))).toEqual(shown(records));
    expect(again.recovery).toMatchObject({ lanes: [{ ...LANE, lastOffset: 2 ** 33 }], cursors: [], damage: [] });
    await again.journal.close();
  });

  test('is read by lane, above an offset, within the limits but at least one', async () => {
    const { journal } = await openJournal(createModelDisk());
    const records = Array.from({ length: 40 }, (_, n) =>
      eventOf({ ...(n % 2 === 0 ? LANE : OTHER), offset: n, bytes: KIB }),
    );
    for (const record of records) {
      journal.append([record]);
      if (record.offset % 7 === 0) await journal.flush();
    }
    const some = await journal.read(LANE, 9, { records: 3, bytes: 1e6 });
    expect(some.map(({ offset }) => offset)).toEqual([10, 12, 14]);
    expect((await journal.read(OTHER, -1, { records: 50, bytes: 2_500 })).map(({ offset }) => offset)).toEqual([1, 3]);
    expect((await journal.read(OTHER, 3, { records: 50, bytes: 1 })).map(({ offset }) => offset)).toEqual([5]);
    expect(await journal.read(LANE, 38, { records: 5, bytes: 1e6 })).toEqual([]);
    expect(await journal.read({ shardId: 9, shardCount: 10 }, -1, { records: 5, bytes: 1e6 })).toEqual([]);
    await journal.close();
  });

  test('is reported durable in order, only after its sync', async () => {
    const disk = createModelDisk();
    const { journal, durable } = await openJournal(disk);
    const operations = disk.operations;
    journal.append([eventOf({ offset: 1 }), eventOf({ offset: 2 })]);
    expect(durable.get(0)).toBeUndefined();
    await turns(() => durable.get(0) === 2);
    expect(disk.trace.slice(operations).map((what) => what.split(' ')[0])).toEqual(['write', 'sync']);
    await journal.close();
  });
});

describe('acknowledged segments', () => {
  test('go only when every sink is through, and only after the cursor is on the disk', async () => {
    const disk = createModelDisk();
    const { journal } = await openJournal(disk, { sinks: ['main', 'audit'] });
    for (let offset = 1; offset <= 40; offset += 1) {
      journal.append([eventOf({ offset, bytes: KIB })]);
      await journal.flush();
    }
    const { segments } = journal.status();
    expect(segments).toBeGreaterThan(8);
    journal.acknowledge('main', LANE, 40);
    await journal.flush();
    expect(journal.status().segments).toBe(segments);
    const before = disk.operations;
    journal.acknowledge('audit', LANE, 20);
    await journal.flush();
    await turns(() => disk.trace.at(-1) === 'syncDirectory');
    expect(journal.status().segments).toBeLessThan(segments);
    const order = disk.trace.slice(before).map((what) => what.split(' ')[0]);
    expect(order.slice(0, 3)).toEqual(['write', 'sync', 'remove']);
    expect(order.at(-1)).toBe('syncDirectory');
    expect((await readAll(journal, LANE, 20)).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 20 }, (_, n) => 21 + n),
    );
    await journal.close();
    const { recovery } = await openJournal(disk, { sinks: ['main', 'audit'] });
    expect(recovery.cursors.toSorted((a, b) => a.offset - b.offset)).toEqual([
      { ...LANE, sink: 'audit', offset: 20 },
      { ...LANE, sink: 'main', offset: 40 },
    ]);
  });

  test('go beside the writing: what comes meanwhile is on the disk before they are gone', async () => {
    const disk = createModelDisk();
    const { journal, durable } = await openJournal(disk);
    for (let offset = 1; offset <= 40; offset += 1) {
      journal.append([eventOf({ offset, bytes: KIB })]);
      await journal.flush();
    }
    let isRemoving = false;
    let go = (): void => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    disk.beforeOperation = async (what) => {
      if (!what.startsWith('remove')) return;
      isRemoving = true;
      await held;
    };
    journal.acknowledge('main', LANE, 20);
    await turns(() => isRemoving);
    for (let offset = 41; offset <= 44; offset += 1) {
      journal.append([eventOf({ offset, bytes: KIB })]);
      await turns(() => durable.get(LANE.shardId) === offset);
    }
    expect(disk.trace.some((what) => what.startsWith('remove'))).toBe(false);
    go();
    await journal.flush();
    expect(disk.trace.some((what) => what.startsWith('remove'))).toBe(true);
    await journal.close();
  });

  test('leave behind where the lane stood, so that offsets never start anew', async () => {
    const disk = createModelDisk();
    const { journal } = await openJournal(disk);
    journal.append([eventOf({ offset: 77 })]);
    await journal.flush();
    journal.acknowledge('main', LANE, 77);
    await journal.close();
    for (let restart = 0; restart < 3; restart += 1) {
      const again = await openJournal(disk);
      expect(again.recovery.lanes).toMatchObject([{ ...LANE, lastOffset: 77 }]);
      expect(again.recovery.cursors).toEqual([{ ...LANE, sink: 'main', offset: 77 }]);
      expect(await readAll(again.journal, LANE, 77)).toEqual([]);
      await again.journal.close();
    }
    expect([...disk.files.keys()].length).toBeLessThan(4);
  });

  test('that are a cursor’s only place may be lost: then everything kept comes again, nothing less', async () => {
    const disk = createModelDisk();
    const { journal } = await openJournal(disk);
    journal.append([eventOf({ offset: 1 }), eventOf({ offset: 2 })]);
    await journal.flush();
    journal.acknowledge('main', LANE, 1);
    await journal.close();
    const again = await openJournal(disk, { sinks: ['new'] });
    expect((await readAll(again.journal, LANE)).map(({ offset }) => offset)).toEqual([1, 2]);
    await again.journal.close();
  });
});

describe('sessions', () => {
  test('go on after the last event that is here, whatever the checkpoint says', async () => {
    const disk = createModelDisk();
    const { journal } = await openJournal(disk);
    await journal.sessions.save([checkpointOf({ seq: 100 }), checkpointOf({ ...OTHER, seq: 100 })]);
    journal.append([
      eventOf({ offset: 1, seq: 104 }),
      eventOf({ offset: 2, seq: null }),
      eventOf({ ...OTHER, offset: 1, seq: 900, sessionId: 'older' }),
    ]);
    await journal.close();
    const again = await openJournal(disk);
    const loaded = await again.journal.sessions.load();
    expect(loaded.map(({ shardId, seq }) => [shardId, seq])).toEqual([
      [0, 100],
      [1, 100],
    ]);
    expect(again.recovery.lanes.map(({ shardId, sessionId, seq }) => [shardId, sessionId, seq])).toEqual([
      [0, eventOf({ offset: 1 }).sessionId, 104],
      [1, 'older', 900],
    ]);
    await again.journal.close();
  });

  test('outlive the segments they were written to', async () => {
    const disk = createModelDisk();
    const { journal } = await openJournal(disk);
    await journal.sessions.save([
      checkpointOf({ seq: 7, guilds: { seq: 7, available: ['1'], loading: [], unavailable: [], changes: [] } }),
    ]);
    await journal.sessions.remove([OTHER]);
    for (let offset = 1; offset <= 40; offset += 1) {
      journal.append([eventOf({ offset, seq: null, sessionId: 'other', bytes: KIB })]);
      await journal.flush();
      journal.acknowledge('main', LANE, offset);
    }
    await journal.close();
    expect([...disk.files.keys()].some((name) => name.includes('0001.log'))).toBe(false);
    const again = await openJournal(disk);
    expect(await again.journal.sessions.load()).toEqual([
      checkpointOf({ seq: 7, guilds: { seq: 7, available: ['1'], loading: [], unavailable: [], changes: [] } }),
    ]);
    await again.journal.close();
  });
});

describe('a cursor', () => {
  test('is on the disk after 256 acknowledged records at the latest, however long its timer takes', async () => {
    const disk = createModelDisk();
    // What has nothing to do with a timer goes on.
    const clock = { ...createHastyClock(), setTimer: () => undefined };
    const { journal } = await openJournal(disk, { clock, segmentBytes: MIB });
    journal.append(Array.from({ length: 400 }, (_, index) => eventOf({ offset: index + 1 })));
    await journal.flush();
    const { syncs } = journal.status();
    journal.acknowledge('main', LANE, 1);
    journal.acknowledge('main', LANE, 257);
    await turns(() => journal.status().syncs > syncs);
    const again = await openJournal(createModelDisk(disk.cut('drop')));
    expect(again.recovery.cursors).toEqual([{ ...LANE, sink: 'main', offset: 257 }]);
    await again.journal.close();
  });
});

describe('options', () => {
  const right: JournalOptions = {
    path: '/model',
    sinks: [],
    clock: createHastyClock(),
    store: createModelDisk().store,
  };
  test.each([
    [{ pth: 'x' }, TypeError, "no option 'pth'; did you mean 'path'"],
    [{ maxBytes: 5 }, RangeError, "'maxBytes' is 5"],
    [{ maxBytes: '5' }, TypeError, "'maxBytes' is '5'"],
    [{ overflow: 'panic' }, TypeError, "'pause' or 'dropOldest' or 'dropNewest'"],
    [{ sinks: 'main' }, TypeError, 'a list of texts'],
    [{ store: {} }, TypeError, 'an object with the methods lock, list'],
    [{ syncIntervalMs: 1.5 }, TypeError, 'whole'],
  ])('%o are refused at once', (wrong, kind, text) => {
    const attempt = (): unknown => createJournal({ ...right, ...wrong } as JournalOptions);
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(text);
  });

  test('a journal that is not open says so', () => {
    expect(() => createJournal(right).append([])).toThrow('is not open');
  });
});

test('what a killed process had written but not synced is synced by the next one before anything is built on it', async () => {
  const disk = createModelDisk();
  const { journal } = await openJournal(disk);
  await journal.sessions.save([checkpointOf({ seq: 1 })]);
  // The process dies here: nothing it waits for comes.
  disk.beforeOperation = async (what) => (what.startsWith('sync ') ? new Promise(() => undefined) : undefined);
  const events = [1, 2, 3].map((offset) => eventOf({ offset }));
  journal.append(events);
  while (!(disk.trace.at(-1) ?? '').startsWith('write')) await new Promise((resolve) => setImmediate(resolve));
  disk.beforeOperation = undefined;
  const next = await openJournal(disk);
  expect(next.recovery.lanes[0]?.seq).toBe(103);
  const last = await openJournal(createModelDisk(disk.cut('drop')));
  expect(shown(await readAll(last.journal, LANE))).toEqual(shown(events));
  expect(last.recovery.lanes[0]?.seq).toBe(103);
});
