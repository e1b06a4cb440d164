import { expect, test } from 'vitest';
import { exportJournal, inspectJournal } from '../src/index.ts';
import type { DeliveryRecord, DeliveryReshard } from '../src/index.ts';
import { Kind, encodeNotice, eventRecordBytes, header, recordBytes, writeEvent } from '../src/journal/record.ts';
import { LANE, WALL, eventOf, openJournal, readAll, shown, turns } from './journal-bed.ts';
import { createModelDisk } from './journal-model-disk.ts';
import { createScriptedSink, yes } from './lane-bed.ts';
import { createReshardBed } from './reshard-bed.ts';

const reshard = (offset: number): DeliveryReshard => ({
  kind: 'reshard',
  ...LANE,
  offset,
  sessionId: 'session-a',
  from: { shardCount: 1, shards: [{ shardId: 0, sessionId: 'older', seq: 7 }] },
  to: { shardCount: 2, shards: [{ shardId: 0, sessionId: 'session-a', seq: 2 }] },
  at: WALL,
});

const nameOf = (record: DeliveryRecord): string =>
  `${record.shardId}/${record.shardCount}:${record.kind === 'event' ? record.seq : record.kind}`;

async function collected<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

test('a reshard, and events with what was before them, come back with every member, in another process, too', async () => {
  const disk = createModelDisk();
  const { journal } = await openJournal(disk);
  const records = [
    reshard(1),
    eventOf({ offset: 2, old: Buffer.from('{"content":"vörher"}'), guildId: '81384788765712384' }),
    eventOf({ offset: 3 }),
    eventOf({ offset: 4, old: Buffer.alloc(0) }),
    eventOf({ offset: 5, old: Buffer.alloc(70_000, 65), seq: null, guildEvent: 'leave' }),
  ];
  journal.append(records);
  expect(shown(await readAll(journal, LANE))).toEqual(shown(records));
  await journal.close();
  const again = await openJournal(disk);
  expect(again.recovery.damage).toEqual([]);
  expect(shown(await readAll(again.journal, LANE))).toEqual(shown(records));
  await again.journal.close();
  expect(shown(await collected(exportJournal(disk.store)))).toEqual(shown(records));
  expect((await inspectJournal(disk.store)).records).toBe(5);
});

test('an event without what was before it is written as ever, and takes no more room', () => {
  const plain = eventOf({ offset: 9 });
  const target = Buffer.alloc(eventRecordBytes(plain));
  expect(writeEvent(target, 0, plain, 8)).toBe(target.length);
  expect(header.kind(target, 0)).toBe(Kind.event);
  expect(target.length).toBe(60 + plain.sessionId.length + plain.t.length + plain.bytes.length);
  const withOld = eventOf({ offset: 9, old: Buffer.from('{}') });
  expect(recordBytes(withOld) - recordBytes(plain)).toBe(6);
  expect(recordBytes(reshard(1))).toBe(encodeNotice(reshard(1), 0).length);
});

test('lanes that are forgotten leave nothing behind, in memory or on the disk, however many there are', async () => {
  const disk = createModelDisk();
  const { journal } = await openJournal(disk);
  for (let shardCount = 1; shardCount <= 50; shardCount++) {
    const lane = { shardId: 0, shardCount };
    journal.append([eventOf({ ...lane, offset: shardCount * 10 })]);
    await journal.flush();
    journal.acknowledge('main', lane, shardCount * 10);
    if (shardCount > 1) journal.forget?.({ shardId: 0, shardCount: shardCount - 1 });
  }
  journal.append([eventOf({ shardId: 0, shardCount: 50, offset: 600 })]);
  await journal.flush();
  await journal.flush();
  await journal.close();
  const { recovery, journal: again } = await openJournal(disk);
  // The last segment's own start may still know the one before.
  expect(recovery.lanes.length).toBeLessThanOrEqual(3);
  expect(recovery.lanes).toContainEqual(expect.objectContaining({ shardCount: 50, lastOffset: 600 }));
  expect(shown(await readAll(again, { shardId: 0, shardCount: 50 }, 500))).toHaveLength(1);
  await again.close();
});

test('a lane that was forgotten and acknowledged does not come back from a file that still has it', async () => {
  const disk = createModelDisk();
  const { journal } = await openJournal(disk);
  const lane = { shardId: 0, shardCount: 1 };
  journal.append([eventOf({ ...lane, offset: 10 }), eventOf({ shardId: 0, shardCount: 2, offset: 20 })]);
  await journal.flush();
  journal.acknowledge('main', lane, 10);
  journal.forget?.(lane);
  await journal.flush();
  await journal.close();
  const { recovery, journal: again } = await openJournal(disk);
  // The other lane needs the file: so the cursor is needed, too.
  expect(recovery.cursors).toContainEqual({ ...lane, sink: 'main', offset: 10 });
  await again.close();
});

test('after a restart what is left of older generations comes first, with the reshard and all of old, and is then forgotten', async () => {
  const disk = createModelDisk();
  const first = await openJournal(disk, { sinks: ['bot'] });
  const away = createScriptedSink('bot', false);
  const before = await createReshardBed(2, { sinks: [away], journal: first.journal, journalAfterMs: 0 });
  const oldest = [before.event(0), before.event(1, { old: '{"before":1}' })];
  await before.advance();
  before.reshard(3);
  const newer = ['0/3:reshard', before.event(0), before.event(2)];
  await before.advance();
  await first.journal.flush();
  const stopped = before.delivery.stop(before.delivery);
  await before.advance(6_000);
  await stopped;

  const second = await openJournal(disk, { sinks: ['bot'] });
  const sink = createScriptedSink('bot');
  const after = await createReshardBed(3, { sinks: [sink], journal: second.journal, journalAfterMs: 0 }, before.clock);
  const newest = [after.event(0), after.event(1)];
  const given = (): string[] => sink.given.flatMap(({ records }) => records.map(nameOf));
  await after.advance();
  await turns(() => given().length === 2);
  expect(given().sort()).toEqual([...oldest].sort());
  const record = sink.given.flatMap(({ records }) => records).find(({ shardId }) => shardId === 1);
  expect(record?.kind === 'event' ? record.old?.toString() : undefined).toBe('{"before":1}');
  for (const batch of sink.given) batch.resolve();
  sink.answer = yes;
  await turns(() => {
    void after.advance();
    return given().length === 7;
  });
  // Those of one shard count need not wait for each other.
  const rest = given().slice(2);
  expect([...rest].sort()).toEqual([...newer, ...newest].sort());
  expect(rest.filter((name) => name.startsWith('0/3'))).toEqual(['0/3:reshard', '0/3:1', '0/3:1']);
  await after.advance(70_000);
  expect([...after.delivery.runtime.sources.keys()].every((name) => name.endsWith('/3'))).toBe(true);
  const stopping = after.delivery.stop(after.delivery);
  await after.advance(6_000);
  await stopping;
});

test('a process that starts with another shard count gives out what is left of the earlier ones first', async () => {
  const disk = createModelDisk();
  const first = await openJournal(disk, { sinks: ['bot'] });
  const bed = await createReshardBed(2, {
    sinks: [createScriptedSink('bot', false)],
    journal: first.journal,
    journalAfterMs: 0,
  });
  const left = [bed.event(0), bed.event(1)];
  await bed.advance();
  await first.journal.flush();
  const stopped = bed.delivery.stop(bed.delivery);
  await bed.advance(6_000);
  await stopped;

  const second = await openJournal(disk, { sinks: ['bot'] });
  const sink = createScriptedSink('bot');
  const after = await createReshardBed(5, { sinks: [sink], journal: second.journal }, bed.clock);
  const fresh = [after.event(0), after.event(4)];
  await after.advance();
  await turns(() => sink.given.length === 2);
  await after.advance(100);
  expect(sink.given.flatMap(({ records }) => records.map(nameOf)).sort()).toEqual([...left].sort());
  for (const batch of sink.given) batch.resolve();
  await turns(() => {
    void after.advance();
    return sink.given.length === 4;
  });
  expect(
    sink.given
      .slice(2)
      .flatMap(({ records }) => records.map(nameOf))
      .sort(),
  ).toEqual([...fresh].sort());
  const stopping = after.delivery.stop(after.delivery);
  for (const batch of sink.given) batch.resolve();
  await after.advance(6_000);
  await stopping;
});
