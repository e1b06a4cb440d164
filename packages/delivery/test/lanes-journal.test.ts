import { describe, expect, it } from 'vitest';
import { createLaneBed, createScriptedJournal, createScriptedSink, seqs, yes } from './lane-bed.ts';

describe('the journal', () => {
  it('gets nothing while the consumer is quick', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const journal = createScriptedJournal();
    const bed = await createLaneBed({ sinks: [sink], journal });
    for (let round = 0; round < 20; round++) {
      await bed.events(10);
      await bed.clock.advance(100);
    }
    expect(journal.kept).toEqual([]);
    expect(journal.cursors.size).toBe(0);
    expect(bed.settled).toBe(201);
  });

  it('gets what waits longer than journalAfterMs; once on disk it is settled, and the consumer has it all the same', async () => {
    const sink = createScriptedSink();
    const journal = createScriptedJournal();
    journal.quick = false;
    const bed = await createLaneBed({ sinks: [sink], journal });
    await bed.events(5);
    await bed.clock.advance(200);
    expect(journal.kept).toEqual([]);
    await bed.clock.advance(200);
    expect(journal.kept).toHaveLength(6);
    expect(bed.settled).toBe(0);
    journal.sync();
    expect(bed.settled).toBe(6);
    sink.answer = yes;
    for (const batch of sink.given) batch.resolve();
    await bed.clock.advance(1);
    expect(sink.received).toEqual(seqs(1, 6));
    expect([...journal.cursors.values()]).toEqual([journal.kept.at(-1)?.offset]);
  });

  it('gets everything at once with journalAfterMs 0', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const journal = createScriptedJournal();
    const bed = await createLaneBed({ sinks: [sink], journal, journalAfterMs: 0 });
    await bed.events(5);
    expect(journal.kept).toHaveLength(6);
    expect(bed.settled).toBe(6);
  });

  it('counts against the window what would come again after a crash, up to half of it', async () => {
    const sink = createScriptedSink();
    const journal = createScriptedJournal();
    const bed = await createLaneBed({
      sinks: [sink],
      journal,
      journalAfterMs: 0,
      window: { events: 10 },
      batch: { events: 1 },
    });
    await bed.events(50);
    expect(sink.given).toHaveLength(10);
    journal.quick = false;
    for (const batch of sink.given.slice(0, 4)) batch.resolve();
    await bed.clock.advance(1);
    // Acknowledged, but a crash would bring them again: no cursor is on the disk.
    expect(sink.given).toHaveLength(10);
    journal.quick = true;
    sink.given[4]?.resolve();
    await bed.clock.advance(1);
    expect(sink.given).toHaveLength(15);
    // A disk that takes no cursor any more must not hold up the consumer.
    journal.quick = false;
    sink.answer = yes;
    for (const batch of [...sink.given]) batch.resolve();
    await bed.clock.advance(10);
    expect(sink.received).toEqual(seqs(1, 51));
  });

  it('counts what is settled in memory alone until the session is stored', async () => {
    const sink = createScriptedSink();
    const journal = createScriptedJournal();
    const bed = await createLaneBed({ sinks: [sink], journal, window: { events: 10 }, batch: { events: 1 } });
    sink.given[0]?.resolve();
    await bed.clock.advance(2_000);
    await bed.events(50);
    expect(sink.given).toHaveLength(11);
    for (const batch of sink.given.slice(1, 5)) batch.resolve();
    await bed.clock.advance(1);
    expect(bed.settled).toBe(5);
    expect(sink.given).toHaveLength(11);
    bed.gateway.checkpointEvents = 5;
    sink.given[5]?.resolve();
    await bed.clock.advance(20);
    // The session is stored; the next acknowledgement finds room.
    sink.given[6]?.resolve();
    await bed.clock.advance(1);
    expect(sink.given).toHaveLength(16);
  });

  it('carries a long absence: memory stays bounded, everything comes in order when the consumer is back', async () => {
    const sink = createScriptedSink('bot', false);
    const journal = createScriptedJournal();
    const bed = await createLaneBed({ sinks: [sink], journal, maxMemoryBytes: 20_000 });
    let most = 0;
    for (let round = 0; round < 100; round++) {
      await bed.events(100);
      most = Math.max(most, bed.delivery.runtime.memoryBytes);
    }
    const offsets = journal.kept.map(({ offset }) => offset);
    expect(new Set(offsets).size).toBe(offsets.length);
    expect(most).toBeLessThan(40_000);
    expect(bed.settled).toBeGreaterThan(9_000);
    sink.answer = yes;
    sink.door.setReady(true);
    await bed.clock.advance(100);
    await bed.events(10);
    await bed.clock.advance(100);
    expect(sink.received).toEqual(seqs(1, 10_011));
    expect(bed.settled).toBe(10_011);
    expect(bed.delivery.runtime.memoryBytes).toBe(0);
  });

  it('hands a later process what an earlier one could not deliver, then what is new', async () => {
    const away = createScriptedSink('bot', false);
    const journal = createScriptedJournal();
    const first = await createLaneBed({ sinks: [away], journal });
    await first.events(10);
    await first.clock.advance(1_000);
    const left = journal.kept.length;
    expect(left).toBe(11);
    const sink = createScriptedSink('bot', false);
    const second = await createLaneBed(
      {
        sinks: [sink],
        journal: createScriptedJournal(journal.kept, journal.cursors),
      },
      'session-2',
    );
    await second.events(4);
    sink.answer = yes;
    sink.door.setReady(true);
    await second.clock.advance(100);
    expect(sink.received).toEqual([...seqs(1, 11), ...seqs(1, 5)]);
    const offsets = sink.given.flatMap((batch) => batch.offsets);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
  });

  it('goes on after the cursor of an earlier process', async () => {
    const slow = createScriptedSink();
    const journal = createScriptedJournal();
    const first = await createLaneBed({ sinks: [slow], journal, journalAfterMs: 0, batch: { events: 3 } });
    await first.events(8);
    slow.given[0]?.resolve();
    slow.given[1]?.resolve();
    await first.clock.advance(1);
    const sink = createScriptedSink();
    sink.answer = yes;
    const second = await createLaneBed(
      {
        sinks: [sink],
        journal: createScriptedJournal(journal.kept, journal.cursors),
      },
      'session-2',
    );
    await second.clock.advance(10);
    expect(sink.received).toEqual([...seqs(5, 9), 1]);
  });

  it('that takes no more leaves events unsettled, and says so once', async () => {
    const sink = createScriptedSink('bot', false);
    const journal = createScriptedJournal();
    const bed = await createLaneBed({ sinks: [sink], journal });
    journal.full = true;
    await bed.events(10);
    await bed.clock.advance(1_000);
    expect(bed.settled).toBe(0);
    expect(bed.toldOf('overflow')).toEqual([{ full: true }]);
    journal.full = false;
    journal.listener.onRoom();
    await bed.clock.advance(1_000);
    expect(bed.settled).toBe(11);
    expect(bed.toldOf('overflow')).toEqual([{ full: true }, { full: false }]);
  });
});

describe('what Discord sends again', () => {
  it('is dropped, and settled with the first of its kind', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({ sinks: [sink] });
    await bed.events(3);
    const shard = bed.gateway.shards.get(0);
    // As after damaged data: the same process asks for everything unsettled once more.
    bed.last.receiveDamaged('MESSAGE_UPDATE', 5);
    await bed.clock.advance(1_000);
    bed.last.open();
    bed.last.receive({ op: 10, d: { heartbeat_interval: 40_000 } });
    expect(bed.last.sent.at(-1)).toMatchObject({ op: 6, d: { seq: 1 } });
    for (let seq = 2; seq <= 5; seq++) bed.dispatch('TYPING_START', {}, seq);
    bed.last.receive({ op: 0, t: 'RESUMED', s: 6, d: {} });
    await bed.clock.advance(1);
    expect(bed.delivery.runtime.counts.duplicates).toBe(3);
    for (const batch of sink.given) batch.resolve();
    await bed.clock.advance(1);
    expect(sink.received).toEqual([1, 2, 3, 4, 5]);
    expect(shard?.tracker.settled).toBe(6);
  });
});

describe('a lost session', () => {
  it('is told in its place in the lane', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createLaneBed({ sinks: [sink] });
    await bed.events(2);
    bed.last.receive({ op: 9, d: false });
    await bed.clock.advance(1);
    const gap = sink.given.flatMap(({ records }) => records).find(({ kind }) => kind === 'gap');
    expect(gap).toMatchObject({ cause: 'sessionLost', sessionId: 'session-1', afterSeq: 3, nextSeq: null });
  });
});

describe('interactions', () => {
  const interaction = { id: '1', token: 'interaction-token', type: 2 };

  it('are answered in the place of a consumer that is not there, and still come', async () => {
    const answered: unknown[] = [];
    const sink = createScriptedSink('bot', false);
    const bed = await createLaneBed({
      sinks: [sink],
      interactions: { answer: async (one) => void answered.push(one) },
    });
    await bed.events(1, 'INTERACTION_CREATE', interaction);
    await bed.clock.advance(1_400);
    expect(answered).toEqual([]);
    await bed.clock.advance(200);
    expect(answered).toEqual([interaction]);
    sink.answer = yes;
    sink.door.setReady(true);
    await bed.clock.advance(1);
    expect(sink.received).toEqual([1, 2]);
  });

  it('are left to a consumer that is there', async () => {
    const answered: unknown[] = [];
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createLaneBed({
      sinks: [sink],
      interactions: { answer: async (one) => void answered.push(one) },
    });
    await bed.events(1, 'INTERACTION_CREATE', interaction);
    await bed.clock.advance(10_000);
    expect(answered).toEqual([]);
  });

  it('that are too old are told as a gap', async () => {
    const sink = createScriptedSink('bot', false);
    const bed = await createLaneBed({ sinks: [sink], interactions: { maxAgeMs: 10_000 } });
    await bed.events(1, 'INTERACTION_CREATE', interaction);
    await bed.clock.advance(11_000);
    await bed.events(1, 'INTERACTION_CREATE', interaction);
    sink.answer = yes;
    sink.door.setReady(true);
    await bed.clock.advance(1);
    expect(sink.given.flatMap(({ records }) => records).map(({ kind }) => kind)).toEqual(['event', 'gap', 'event']);
    expect(sink.given.flatMap(({ records }) => records)[1]).toMatchObject({
      cause: 'expired',
      count: 1,
      afterSeq: 1,
      nextSeq: 3,
    });
  });
});

describe('stopping', () => {
  it('writes everything unacknowledged to the journal, so that the sockets close without the consumer', async () => {
    const sink = createScriptedSink('bot', false);
    const journal = createScriptedJournal();
    const bed = await createLaneBed({ sinks: [sink], journal });
    await bed.events(20);
    expect(bed.settled).toBe(0);
    const stopped = bed.gateway.stopGateway(bed.gateway);
    await bed.clock.advance(10);
    await stopped;
    expect(bed.settled).toBe(21);
    expect(journal.kept).toHaveLength(21);
    await bed.delivery.stop(bed.delivery);
    expect(sink.closed).toBe(true);
    expect(bed.clock.timers).toBe(0);
  });

  it('leaves no timer behind for a batch that fails because its sink is closed', async () => {
    const sink = createScriptedSink();
    sink.close = async () => {
      for (const batch of sink.given) batch.reject(new Error('closed'));
    };
    const bed = await createLaneBed({ sinks: [sink], journal: createScriptedJournal() });
    await bed.events(3);
    await bed.gateway.stopGateway(bed.gateway);
    await bed.delivery.stop(bed.delivery);
    await bed.clock.advance(0);
    expect(bed.toldOf('laneFailed')).toEqual([]);
    expect(bed.clock.timers).toBe(0);
  });
});
