import { describe, expect, test } from 'vitest';
import type { DeliveryEvent, DeliveryGap, DeliveryRecord, LaneKey } from '../src/delivery-record.ts';
import { LANE, OTHER, checkpointOf, eventOf, openJournal, readAll, shown } from './journal-bed.ts';
import { createModelDisk } from './journal-model-disk.ts';

type Files = ReadonlyMap<string, Buffer>;

/** Three segments, two lanes, two sessions of one of them, nothing acknowledged by the sink that counts. */
async function write(end: 'close' | 'crash'): Promise<{ files: Files; events: DeliveryEvent[] }> {
  const disk = createModelDisk();
  const { journal } = await openJournal(disk);
  const events: DeliveryEvent[] = [];
  for (let round = 0; round < 13; round += 1) {
    const some = [LANE, LANE, OTHER].map((lane, n) => {
      const offset = round * 3 + n + 1;
      return eventOf({
        ...lane,
        offset,
        sessionId: lane === OTHER && round > 4 ? 'session-b' : 'session-a',
        bytes: Buffer.alloc(60 + n, 65 + offset),
      });
    });
    events.push(...some);
    journal.append(some);
    if (round === 3) await journal.sessions.save([checkpointOf({ seq: 105 })]);
    journal.acknowledge('other', LANE, round);
    await journal.flush();
  }
  if (end === 'close') await journal.close();
  const files = disk.cut('drop');
  await journal.close();
  expect([...files.keys()].length).toBeGreaterThanOrEqual(3);
  return { files, events };
}

/** Holds a lane's records against what was written: each is there, or told by one gap with exactly its neighbours. Returns how many are missing. */
function hold(
  events: readonly DeliveryEvent[],
  lane: LaneKey,
  found: readonly DeliveryRecord[],
  mayLackEnd: boolean,
  story: string,
): number {
  const written = events.filter(({ shardId }) => shardId === lane.shardId);
  let at = 0;
  let missing = 0;
  for (const record of found) {
    if (record.kind === 'event') {
      expect(shown([record]), story).toEqual(shown([written[at] as DeliveryEvent]));
      at += 1;
      continue;
    }
    if (record.kind === 'reshard') continue;
    const past = written.findIndex(({ offset }) => offset > record.offset);
    const next = past === -1 ? written.length : past;
    expect(next, story).toBeGreaterThan(at);
    holdGap(written, at, next, record, story);
    missing += next - at;
    at = next;
  }
  if (!mayLackEnd)
    expect(at, `${story}: the end of lane ${lane.shardId} is neither there nor told`).toBe(written.length);
  return missing + written.length - at;
}

function holdGap(written: readonly DeliveryEvent[], from: number, to: number, gap: DeliveryGap, story: string): void {
  const before = written[from - 1];
  const after = written[to];
  // With nothing before it, only what comes next can tell.
  const sessions =
    before === undefined ? [(written[from] as DeliveryEvent).sessionId, after?.sessionId] : [before.sessionId];
  expect(sessions, story).toContain(gap.sessionId);
  const { sessionId } = gap;
  // Of the first one that was ever written nobody knows what was before it.
  const afterSeq = before === undefined ? [null, ((written[from] as DeliveryEvent).seq as number) - 1] : [before.seq];
  expect(gap, story).toMatchObject({
    cause: 'journalDamaged',
    nextSeq: after?.sessionId === sessionId ? after.seq : null,
  });
  expect(afterSeq, story).toContain(gap.afterSeq);
  expect([null, to - from], story).toContain(gap.count);
}

/** Opens damaged files and reads everything. Returns how many records are missing. */
async function look(
  files: Files,
  events: readonly DeliveryEvent[],
  mayLackEnd: boolean,
  story: string,
): Promise<{ missing: number; damage: readonly string[] }> {
  const disk = createModelDisk(files);
  const { journal, recovery, gaps } = await openJournal(disk);
  let missing = 0;
  const seen: DeliveryRecord[][] = [];
  for (const lane of [LANE, OTHER]) {
    const found = await readAll(journal, lane);
    seen.push(found);
    missing += hold(events, lane, found, mayLackEnd, story);
    for (const record of found) if (record.kind === 'gap') expect(gaps, story).toContainEqual(record);
  }
  const [session] = await journal.sessions.load();
  if (session !== undefined)
    expect(session.seq, story).toBeLessThanOrEqual(Math.max(...events.map(({ seq }) => seq as number)));
  await journal.close();
  if (missing === 0) return { missing, damage: recovery.damage };
  // What was told once is told again by the next process.
  const again = await openJournal(createModelDisk(disk.cut('drop')));
  for (const [n, lane] of [LANE, OTHER].entries())
    expect(shown(await readAll(again.journal, lane)), `${story}, opened again`).toEqual(shown(seen[n] ?? []));
  await again.journal.close();
  return { missing, damage: recovery.damage };
}

function changed(files: Files, name: string, change: (data: Buffer) => Uint8Array | undefined): Files {
  const copy = new Map(files);
  const data = change(Buffer.from(files.get(name) as Buffer));
  if (data === undefined) copy.delete(name);
  else copy.set(name, Buffer.from(data));
  return copy;
}

describe('a journal that was closed', () => {
  test('with any byte changed starts, gives all other records, and tells exactly the one that is lost', async () => {
    const { files, events } = await write('close');
    for (const [name, data] of files) {
      for (let at = 0; at < data.length; at += 1) {
        const story = `${name} byte ${at}`;
        const flipped = changed(files, name, (bytes) => {
          bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
          return bytes;
        });
        const { missing } = await look(flipped, events, false, story);
        expect(missing, story).toBeLessThanOrEqual(1);
      }
    }
  }, 120_000);

  const HURTS: Readonly<Record<string, (data: Buffer) => Uint8Array | undefined>> = {
    deleted: () => undefined,
    emptied: () => Buffer.alloc(0),
    zeroed: (data) => Buffer.alloc(data.length),
    'cut in half': (data) => data.subarray(0, data.length / 2),
    'cut by one byte': (data) => data.subarray(0, -1),
    'without its start': (data) => data.subarray(700),
    'replaced by a foreign file': () => Buffer.from('PK\u0003\u0004 what is this? '.repeat(400)),
    'of another version': (data) => {
      for (let at = data.indexOf(0xff); at !== -1; at = data.indexOf(0xff, at + 1))
        if (data[at + 1] === 0xd6) data[at + 2] = 2;
      return data;
    },
    'followed by rubbish': (data) =>
      Buffer.concat([data, Buffer.alloc(3_000, 0xd6ff, 'latin1'), Buffer.from([0xff, 0xd6, 1, 1])]),
    'half rubbish': (data) => data.fill('\u00ff\u00d6\u0001', data.length >> 1, undefined, 'latin1'),
  };
  test.each(Object.keys(HURTS))('with any file %s starts and tells exactly what is lost', async (hurt) => {
    const { files, events } = await write('close');
    const names = [...files.keys()].toSorted();
    for (const name of names) {
      const story = `${name} ${hurt}`;
      const { missing, damage } = await look(
        changed(files, name, HURTS[hurt] as () => Uint8Array),
        events,
        name === names.at(-1),
        story,
      );
      // What is cut off the newest one looks like a power cut: Discord is asked for it again.
      if (missing > 0 && name !== names.at(-1)) expect(damage.length, story).toBeGreaterThan(0);
    }
  });

  test('with two files under each other’s names tells what is lost and keeps both aside', async () => {
    const { files, events } = await write('close');
    const [one, two] = [...files.keys()].toSorted() as [string, string];
    const swapped = new Map([...files, [one, files.get(two) as Buffer], [two, files.get(one) as Buffer]]);
    const { missing } = await look(swapped, events, false, 'swapped');
    expect(missing).toBeGreaterThan(0);
  });
});

describe('a journal whose process died', () => {
  test('with any byte changed starts and tells what is lost, unless it is of the last write: Discord is asked for that again', async () => {
    const { files, events } = await write('crash');
    const newest = [...files.keys()].toSorted().at(-1) as string;
    const data = files.get(newest) as Buffer;
    for (let at = 0; at < data.length; at += 1) {
      const story = `byte ${at}`;
      const flipped = changed(files, newest, (bytes) => {
        bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
        return bytes;
      });
      const { missing } = await look(flipped, events, true, story);
      expect(missing, story).toBeLessThanOrEqual(3);
    }
  }, 60_000);
});
