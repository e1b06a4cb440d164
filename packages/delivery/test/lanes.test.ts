import { describe, expect, it } from 'vitest';
import { BusyError, type DeliveryRecord, RefusedError } from '../src/index.ts';
import { createLaneBed, createScriptedSink, seqs, yes } from './lane-bed.ts';

describe('a lane', () => {
  it('hands events over in order and settles what is acknowledged, and nothing more', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({ sinks: [sink] });
    await bed.events(4);
    expect(sink.given.map((batch) => batch.seqs)).toEqual([[1], [2, 3, 4, 5]]);
    expect(bed.settled).toBe(0);
    sink.given[1]?.resolve();
    await bed.clock.advance(1);
    expect(bed.settled, 'the first batch is still out').toBe(0);
    sink.given[0]?.resolve();
    await bed.clock.advance(1);
    expect(bed.settled).toBe(5);
    expect(bed.delivery.runtime.memoryBytes).toBe(0);
  });

  it('puts the events of one tick into one batch, bounded by number and bytes', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createLaneBed({ sinks: [sink], batch: { events: 3, bytes: 200 } });
    await bed.events(7);
    expect(sink.given.slice(1).map((batch) => batch.seqs.length)).toEqual([3, 3, 1]);
    await bed.events(1, 'TYPING_START', { text: 'x'.repeat(5_000) });
    await bed.events(3);
    expect(sink.received).toEqual(seqs(1, 12));
    expect(sink.given.map((batch) => batch.seqs)).toContainEqual([9]);
  });

  it('fills a batch with what the sink wants, however much it does not want lies between', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({
      sinks: [{ sink, events: ['MESSAGE_CREATE'] }],
      batch: { events: 4, bytes: 100_000 },
    });
    sink.door.setReady(false);
    for (let round = 0; round < 6; round++) {
      await bed.events(9, 'TYPING_START');
      await bed.events(1, 'MESSAGE_CREATE');
    }
    sink.answer = yes;
    sink.door.setReady(true);
    await bed.clock.advance(1);
    expect(sink.given.map(({ seqs: wanted }) => wanted.length).filter((length) => length > 1)).toEqual([4, 2]);
    expect(bed.settled).toBe(61);
  });

  it('lets an event go at once after a pause, and gathers those that follow', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createLaneBed({ sinks: [sink], gatherMs: 20 });
    await bed.clock.advance(100);
    const batches = sink.given.length;
    for (let event = 0; event < 30; event++) await bed.events(1);
    expect(sink.given[batches]?.seqs).toEqual([2]);
    expect(sink.given.length - batches).toBeLessThanOrEqual(4);
    await bed.clock.advance(20);
    expect(sink.received).toEqual(seqs(1, 31));
  });

  it('never has more under way than its window', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({ sinks: [sink], window: { events: 10 }, batch: { events: 4 } });
    await bed.events(50);
    const underWay = () => sink.given.flatMap(({ seqs: all }) => all).length - sink.received.length;
    expect(underWay()).toBe(10);
    sink.given[0]?.resolve();
    sink.given[1]?.resolve();
    await bed.clock.advance(1);
    expect(underWay()).toBe(10);
    sink.answer = yes;
    for (const batch of [...sink.given]) batch.resolve();
    await bed.clock.advance(10);
    expect(bed.settled).toBe(51);
  });

  it('honours an acknowledgement of a part, and sends only the rest again', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({ sinks: [sink] });
    sink.given[0]?.resolve();
    await bed.events(5);
    const [, batch] = sink.given;
    batch?.acknowledge(batch.offsets[2] ?? -1);
    expect(bed.settled).toBe(4);
    batch?.acknowledge(batch.offsets[0] ?? -1);
    batch?.acknowledge(Number.NaN);
    batch?.acknowledge((batch.offsets[4] ?? 0) + 1);
    expect(bed.settled).toBe(4);
    batch?.reject(new Error('gone'));
    await bed.clock.advance(100);
    expect(sink.given.at(-1)?.seqs).toEqual([5, 6]);
    expect(sink.given.at(-1)?.attempt).toBe(1);
  });

  it('sends a failed batch and all behind it again, in order, after a back-off that grows', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({ sinks: [sink], batch: { events: 2 } });
    await bed.events(5);
    expect(sink.given.map((batch) => batch.seqs)).toEqual([[1], [2, 3], [4, 5], [6]]);
    sink.given[1]?.reject(new Error('broken'));
    await bed.clock.advance(0);
    expect(sink.given[2]?.signal.aborted).toBe(true);
    sink.given[0]?.resolve();
    sink.given[2]?.resolve();
    await bed.clock.advance(0);
    expect(bed.settled, 'too late').toBe(0);
    await bed.clock.advance(49);
    expect(sink.given).toHaveLength(4);
    await bed.clock.advance(2);
    expect(sink.given.slice(4).map((batch) => batch.seqs)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    sink.given[4]?.reject(new Error('broken'));
    await bed.clock.advance(98);
    expect(sink.given).toHaveLength(7);
    await bed.clock.advance(3);
    sink.answer = yes;
    for (const batch of sink.given) batch.resolve();
    await bed.clock.advance(10);
    expect(sink.received).toEqual(seqs(1, 6));
    expect(bed.settled).toBe(6);
    expect(bed.toldOf('laneFailed').map(({ failures }) => failures)).toEqual([1, 2]);
  });

  it('waits as long as the consumer asks for', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({ sinks: [sink] });
    sink.given[0]?.reject(new BusyError('429', 7_000));
    await bed.clock.advance(6_999);
    expect(sink.given).toHaveLength(1);
    await bed.clock.advance(2);
    expect(sink.given).toHaveLength(2);
  });

  it('takes silence for a failure', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({ sinks: [sink], ackTimeoutMs: 5_000 });
    await bed.clock.advance(5_300);
    expect(sink.given.map((batch) => batch.seqs)).toEqual([[1], [1]]);
    sink.given[0]?.resolve();
    await bed.clock.advance(1);
    expect(bed.settled, 'too late').toBe(0);
    sink.given[1]?.resolve();
    await bed.clock.advance(1);
    expect(bed.settled).toBe(1);
  });

  it('contains a sink that throws', async () => {
    const sink = createScriptedSink();
    const { deliver } = sink;
    let isBroken = true;
    sink.deliver = (batch) => {
      if (isBroken) throw new Error('thrown');
      return deliver(batch);
    };
    const bed = await createLaneBed({ sinks: [sink] });
    await bed.events(3);
    isBroken = false;
    sink.answer = yes;
    await bed.clock.advance(1_000);
    expect(sink.received).toEqual([1, 2, 3, 4]);
  });

  it('gives nothing to a sink that is not ready, and goes on when it is', async () => {
    const sink = createScriptedSink('bot', false);
    sink.answer = yes;
    const bed = await createLaneBed({ sinks: [sink] });
    await bed.events(3);
    expect(sink.given).toEqual([]);
    sink.door.setReady(true, { shardId: 0, shardCount: 1 });
    await bed.clock.advance(1);
    expect(sink.received).toEqual([1, 2, 3, 4]);
    sink.door.setReady(false, { shardId: 0, shardCount: 1 });
    await bed.events(2);
    expect(sink.received).toHaveLength(4);
    sink.door.setReady(true);
    await bed.clock.advance(1);
    expect(sink.received).toEqual(seqs(1, 6));
    expect(bed.settled).toBe(6);
  });

  it('opens a sink again until it opens', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const { open } = sink;
    let tries = 0;
    sink.open = (door) => {
      tries++;
      if (tries < 3) throw new Error('address in use');
      return open(door);
    };
    const bed = await createLaneBed({ sinks: [sink] });
    await bed.clock.advance(1_000);
    expect(tries).toBe(3);
    expect(sink.received).toEqual([1]);
    expect(bed.toldOf('sinkFailed')).toHaveLength(2);
  });
});

describe('a record that the consumer refuses', () => {
  const refusing = (bad: ReadonlySet<number | null>) => {
    const sink = createScriptedSink();
    sink.answer = (batch) => {
      if (batch.seqs.some((seq) => bad.has(seq))) batch.reject(new RefusedError('400'));
      else batch.resolve();
    };
    return sink;
  };

  it('is found by halving, tried maxDeliveries times alone, and becomes a dead letter; order is kept', async () => {
    const sink = refusing(new Set([7, 12]));
    const letters: [string, number | null, string, number][] = [];
    const deadLetters = {
      add: async (name: string, record: DeliveryRecord, reason: string, attempts: number) =>
        void letters.push([name, record.kind === 'event' ? record.seq : null, reason, attempts]),
      close: async () => {},
    };
    const bed = await createLaneBed({ sinks: [sink], deadLetters, maxDeliveries: 3 });
    await bed.events(20);
    await bed.clock.advance(10_000);
    expect(sink.received).toEqual(seqs(1, 21).filter((seq) => seq !== 7 && seq !== 12));
    expect(letters).toEqual([
      ['bot', 7, '400', 3],
      ['bot', 12, '400', 3],
    ]);
    expect(bed.settled).toBe(21);
    expect(bed.toldOf('deadLetter')).toHaveLength(2);
  });

  it('goes to no dead letter before those in front of it are acknowledged', async () => {
    const sink = createScriptedSink();
    const bed = await createLaneBed({ sinks: [sink], maxDeliveries: 1, batch: { events: 1 } });
    await bed.events(2);
    sink.given[1]?.reject(new RefusedError('400'));
    await bed.clock.advance(0);
    expect(bed.toldOf('deadLetter')).toEqual([]);
    sink.given[0]?.resolve();
    sink.answer = (batch) => (batch.seqs[0] === 2 ? batch.reject(new RefusedError('400')) : batch.resolve());
    await bed.clock.advance(5_000);
    expect(bed.toldOf('deadLetter')).toMatchObject([{ record: { seq: 2 } }]);
    expect(sink.received).toEqual([1, 3]);
  });
});

describe('several sinks', () => {
  it('a dead one never slows another, and settles nothing', async () => {
    const dead = createScriptedSink('dead');
    const alive = createScriptedSink('alive');
    alive.answer = yes;
    const bed = await createLaneBed({ sinks: [dead, alive] });
    await bed.events(500);
    expect(alive.received).toEqual(seqs(1, 501));
    expect(bed.settled).toBe(0);
    dead.answer = yes;
    for (const batch of dead.given) batch.resolve();
    await bed.clock.advance(10);
    expect(bed.settled).toBe(501);
  });

  it('have filters of their own; what nobody wants is settled', async () => {
    const messages = createScriptedSink('messages');
    const rest = createScriptedSink('rest');
    messages.answer = yes;
    rest.answer = yes;
    const bed = await createLaneBed({
      sinks: [
        { sink: messages, events: ['MESSAGE_CREATE'] },
        { sink: rest, ignoreEvents: ['MESSAGE_CREATE', 'TYPING_START'] },
      ],
    });
    await bed.events(2, 'MESSAGE_CREATE');
    await bed.events(3);
    await bed.events(1, 'CHANNEL_UPDATE');
    expect(messages.received).toEqual([2, 3]);
    expect(rest.received).toEqual([1, 7]);
    expect(bed.settled).toBe(7);
  });

  it('an optional one holds nothing back; what leaves the memory before it has it is told as a gap', async () => {
    const needed = createScriptedSink('needed');
    const optional = createScriptedSink('optional', false);
    needed.answer = yes;
    optional.answer = yes;
    const bed = await createLaneBed({ sinks: [needed, { sink: optional, required: false }], maxMemoryBytes: 10_000 });
    await bed.events(300);
    expect(bed.settled).toBe(301);
    expect(bed.delivery.runtime.memoryBytes).toBeLessThanOrEqual(10_000);
    optional.door.setReady(true);
    await bed.clock.advance(10);
    const [gap] = optional.given[0]?.records ?? [];
    expect(gap).toMatchObject({ kind: 'gap', cause: 'memoryFull' });
    const kept = optional.received.filter((seq) => seq !== -1);
    expect(gap?.kind === 'gap' ? (gap.count ?? 0) + kept.length : 0).toBe(301);
    expect(kept.at(-1)).toBe(301);
  });
});
