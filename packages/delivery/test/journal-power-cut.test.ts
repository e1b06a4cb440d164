import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { DeliveryEvent, LaneKey } from '../src/delivery-record.ts';
import type { Journal } from '../src/journal/journal.ts';
import type { Opened } from './journal-bed.ts';
import { checkpointOf, eventOf, openJournal, readAll, shown } from './journal-bed.ts';
import type { Cut, ModelDisk } from './journal-model-disk.ts';
import { createModelDisk } from './journal-model-disk.ts';

const CUTS: readonly Cut[] = ['drop', 'keep', 'tear', 'tearOther', 'dropNames'];
const SINKS = ['main', 'audit'];

interface LaneLife {
  readonly key: LaneKey;
  readonly appended: DeliveryEvent[];
  readonly acknowledged: Map<string, number>;
  nextOffset: number;
  sessionId: string;
  /** Sequence number of the last checkpoint whose save resolved, by session. */
  saved: { sessionId: string; seq: number } | undefined;
  /** Cursors that were reported to be on the disk, by sink. */
  stored: Map<string, number>;
}

/** What is promised at one moment. */
interface Promised {
  readonly durable: ReadonlyMap<number, number>;
  readonly lanes: readonly {
    readonly life: LaneLife;
    readonly count: number;
    readonly needed: number;
    readonly saved: LaneLife['saved'];
    readonly stored: ReadonlyMap<string, number>;
  }[];
}

function neededOf(life: LaneLife): number {
  return Math.min(...SINKS.map((sink) => life.acknowledged.get(sink) ?? -1));
}

function promisedNow(lives: readonly LaneLife[], durable: ReadonlyMap<number, number>): Promised {
  return {
    durable: new Map(durable),
    lanes: lives.map((life) => ({
      life,
      count: life.appended.length,
      needed: neededOf(life),
      saved: life.saved,
      stored: new Map(life.stored),
    })),
  };
}

/** Opens what a power cut has left and holds it against what was promised. */
async function check(content: ReadonlyMap<string, Buffer>, promised: Promised, story: string): Promise<void> {
  let opened;
  try {
    opened = await openJournal(createModelDisk(content), { sinks: SINKS });
  } catch (error) {
    return expect.fail(`${story}: start refused: ${String(error)}`);
  }
  const { journal, recovery, gaps } = opened;
  const complain = (what: string): never =>
    expect.fail(`${story}: ${what}\nfiles: ${[...content].map(([name, data]) => `${name} ${data.length}`).join(', ')}`);
  if (recovery.damage.length > 0) complain(`damage told: ${recovery.damage.join('; ')}`);
  if (gaps.length > 0) complain(`gap told: ${JSON.stringify(gaps)}`);
  const sessions = await journal.sessions.load();
  for (const { life, count, needed, saved, stored } of promised.lanes) {
    const found = shown(await readAll(journal, life.key)) as { offset: number; seq: number; sessionId: string }[];
    const byOffset = new Map(
      shown(life.appended.slice(0, count)).map((event) => [(event as DeliveryEvent).offset, event]),
    );
    let last = -1;
    for (const record of found) {
      if (record.offset <= last) complain(`${record.offset} after ${last}`);
      last = record.offset;
      if (!isDeepStrictEqual(byOffset.get(record.offset), record)) complain(`invented: ${JSON.stringify(record)}`);
    }
    const have = new Set(found.map(({ offset }) => offset));
    const durable = promised.durable.get(life.key.shardId) ?? -1;
    const session = sessions.find(({ shardId }) => shardId === life.key.shardId);
    for (const event of life.appended.slice(0, count)) {
      const isSettled = session?.sessionId === event.sessionId && (event.seq as number) <= session.seq;
      if (event.offset <= needed || have.has(event.offset)) continue;
      if (event.offset <= durable) complain(`lost: ${event.offset}, durable up to ${durable}, needed above ${needed}`);
      // What is neither here nor asked of Discord again is lost, too.
      if (isSettled) complain(`${event.offset} is not here, but the session goes on from ${session.seq}`);
    }
    if (saved !== undefined && session?.sessionId === saved.sessionId && session.seq < saved.seq)
      complain(`session went back to ${session.seq} from ${saved.seq}`);
    if (saved !== undefined && session === undefined) complain('session lost');
    for (const cursor of recovery.cursors.filter(({ shardId }) => shardId === life.key.shardId)) {
      if (cursor.offset > (life.acknowledged.get(cursor.sink) ?? -1))
        complain(`cursor ahead: ${JSON.stringify(cursor)}`);
    }
    for (const [sink, offset] of stored) {
      const found = recovery.cursors.find((cursor) => cursor.shardId === life.key.shardId && cursor.sink === sink);
      if ((found?.offset ?? -1) < offset) complain(`cursor of ${sink} went back to ${found?.offset} from ${offset}`);
    }
  }
  await journal.close();
}

/** Two lanes and two sinks through sessions, acknowledgements, restarts of segments. */
async function live(
  journal: Journal,
  lives: readonly LaneLife[],
  durable: ReadonlyMap<number, number>,
  goesOn: () => boolean,
): Promise<void> {
  let random = 12345;
  const next = (most: number): number => {
    random = (Math.imul(random, 1103515245) + 12345) & 0x7fff_ffff;
    return (random >> 8) % most;
  };
  for (let round = 0; goesOn(); round += 1) {
    const life = lives[next(lives.length)] as LaneLife;
    if (round % 61 === 60) life.sessionId = `session-${round}`;
    const batch: DeliveryEvent[] = [];
    for (let n = next(4); n >= 0; n -= 1) {
      const offset = life.nextOffset++;
      const large = next(40) === 0 ? { bytes: Buffer.alloc(5_000, offset % 251) } : {};
      batch.push(eventOf({ ...life.key, offset, sessionId: life.sessionId, ...large }));
      life.appended.push(batch.at(-1) as DeliveryEvent);
    }
    if (!journal.append(batch)) throw new Error('no room');
    if (next(3) === 0) await new Promise((resolve) => setImmediate(resolve));
    if (next(6) === 0) await journal.flush();
    const reached = durable.get(life.key.shardId) ?? -1;
    for (const sink of SINKS) {
      if (next(4) !== 0 || reached < 0) continue;
      const to = Math.max(life.acknowledged.get(sink) ?? -1, reached - next(12));
      life.acknowledged.set(sink, to);
      journal.acknowledge(sink, life.key, to);
    }
    const last = life.appended.findLast(({ offset }) => offset <= reached);
    if (next(5) === 0 && last?.sessionId === life.sessionId) {
      const checkpoint = checkpointOf({ ...life.key, sessionId: life.sessionId, seq: last.seq as number });
      await journal.sessions.save([checkpoint]);
      life.saved = checkpoint;
    }
  }
}

/** What a process does that finds the journal again: whatever is not there will come again under other offsets. */
async function goOn(opened: Opened, lives: readonly LaneLife[], durable: Map<number, number>): Promise<void> {
  for (const life of lives) {
    const needed = neededOf(life);
    const found = new Set((await readAll(opened.journal, life.key)).map(({ offset }) => offset));
    const kept = life.appended.filter(({ offset }) => offset <= needed || found.has(offset));
    life.appended.splice(0, life.appended.length, ...kept);
    const lane = opened.recovery.lanes.find(({ shardId }) => shardId === life.key.shardId);
    life.nextOffset = Math.max(life.nextOffset, (lane?.lastOffset ?? 0) + 50);
    durable.set(life.key.shardId, kept.at(-1)?.offset ?? -1);
  }
}

/** Ends a process between a write and its sync. */
async function cutWithin(
  disk: ModelDisk,
  journal: Journal,
  lives: readonly LaneLife[],
  how: Cut,
): Promise<Map<string, Buffer>> {
  let left: Map<string, Buffer> | undefined;
  disk.beforeOperation = async (what) => {
    if (what.startsWith('sync ')) left ??= disk.cut(how);
  };
  for (const life of lives) {
    const some = Array.from({ length: 6 }, () =>
      eventOf({ ...life.key, offset: life.nextOffset++, sessionId: life.sessionId }),
    );
    life.appended.push(...some);
    journal.append(some);
  }
  await journal.flush();
  disk.beforeOperation = undefined;
  return left ?? expect.fail('nothing was synced');
}

/** Operations of the whole scenario, and how each of its processes ends. */
const OPERATIONS = 2_000;
const ENDS: readonly (Cut | 'close')[] = ['tear', 'close', 'drop', 'tearOther', 'keep', 'close', 'dropNames', 'close'];

test('a power cut at any operation of the disk loses nothing that was durable, invents nothing, and never keeps from starting', async () => {
  const lives: LaneLife[] = [0, 1].map((shardId) => ({
    key: { shardId, shardCount: 2 },
    appended: [],
    acknowledged: new Map(),
    nextOffset: 1,
    sessionId: 'session-a',
    saved: undefined,
    stored: new Map(),
  }));
  const durable = new Map<number, number>();
  const trace: string[] = [];
  let checked = 0;
  let failure: Error | undefined;
  let disk = createModelDisk();
  for (const [generation, end] of ENDS.entries()) {
    disk.beforeOperation = async (what) => {
      if (failure !== undefined) return;
      const promised = promisedNow(lives, durable);
      const story = `process ${generation}, operation ${disk.operations} (${what})`;
      const tried: Map<string, Buffer>[] = [];
      for (const how of CUTS) {
        const content = disk.cut(how);
        checked += 1;
        if (tried.some((each) => isDeepStrictEqual(each, content))) continue;
        tried.push(content);
        // Thrown here it would be a fault of the disk.
        await check(content, promised, `${story}, ${how}`).catch((error: Error) => (failure ??= error));
      }
    };
    const opened = await openJournal(disk, { sinks: SINKS });
    expect(opened.recovery.damage).toEqual([]);
    await goOn(opened, lives, durable);
    opened.journal.listener.onDurable = ({ shardId }, offset) => void durable.set(shardId, offset);
    opened.journal.listener.onCursor = (sink, { shardId }, offset) => void lives[shardId]?.stored.set(sink, offset);
    await live(
      opened.journal,
      lives,
      durable,
      () => disk.operations < OPERATIONS / ENDS.length && failure === undefined,
    );
    if (end === 'close') await opened.journal.close();
    if (failure !== undefined) throw failure;
    trace.push(...disk.trace);
    let left = disk.cut('drop');
    if (end !== 'close') {
      const before = new Map(durable);
      const storedBefore = lives.map(({ stored }) => new Map(stored));
      left = await cutWithin(disk, opened.journal, lives, end);
      // What became durable after the cut did so on a disk that is no more.
      for (const [shardId, offset] of before) durable.set(shardId, offset);
      for (const [index, life] of lives.entries()) life.stored = storedBefore[index] ?? new Map();
    }
    // The process that lost its disk must not go on in the background.
    disk.faults = [{ at: disk.operations, kind: 'dead' }];
    await opened.journal.close().catch(() => undefined);
    disk = createModelDisk(left);
  }
  expect(checked).toBeGreaterThanOrEqual(OPERATIONS * CUTS.length);
  const kinds = new Set(trace.map((what) => what.split(' ')[0]));
  expect([...kinds].toSorted()).toEqual(['create', 'open', 'remove', 'sync', 'syncDirectory', 'truncate', 'write']);
  expect(trace.filter((what) => what.startsWith('remove')).length).toBeGreaterThan(20);
}, 120_000);
