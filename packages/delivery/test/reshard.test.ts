import { describe, expect, it } from 'vitest';
import type { DeliveryRecord } from '../src/index.ts';
import { createScriptedJournal, createScriptedSink, yes } from './lane-bed.ts';
import type { Given, ScriptedSink } from './lane-bed.ts';
import { createReshardBed } from './reshard-bed.ts';

const nameOf = (record: DeliveryRecord): string => {
  const lane = `${record.shardId}/${record.shardCount}`;
  return record.kind === 'event' ? `${lane}:${record.seq}` : `${lane}:${record.kind}`;
};
const namesOf = (given: readonly Given[]): string[] => given.flatMap(({ records }) => records.map(nameOf));

/** Answers what was given so far. */
function answerAll({ given }: ScriptedSink): void {
  for (const batch of given) batch.resolve();
}

describe('a reshard', () => {
  it('is told once, as the first record of the first new lane, with where both generations stood', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createReshardBed(2, { sinks: [sink] });
    bed.event(0);
    bed.event(1);
    bed.event(1);
    await bed.advance();
    bed.reshard(4);
    bed.event(0);
    bed.event(3);
    await bed.advance();
    const records = sink.given.flatMap((batch) => batch.records);
    const told = records.filter((record) => record.kind === 'reshard');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      shardId: 0,
      shardCount: 4,
      from: {
        shardCount: 2,
        shards: [
          { shardId: 0, seq: 1 },
          { shardId: 1, seq: 2 },
        ],
      },
      to: { shardCount: 4, shards: [{ shardId: 0, seq: 0 }, { shardId: 1 }, { shardId: 2 }, { shardId: 3 }] },
    });
    expect(records.filter(({ shardId, shardCount }) => shardId === 0 && shardCount === 4).map(nameOf)).toEqual([
      '0/4:reshard',
      '0/4:1',
    ]);
  });

  it('lets nothing of a new shard go to a sink before the sink has acknowledged everything of the old ones', async () => {
    const sink = createScriptedSink();
    const bed = await createReshardBed(2, { sinks: [sink] });
    const before = [bed.event(0), bed.event(1)];
    await bed.advance();
    bed.reshard(3);
    const after = ['0/3:reshard', bed.event(0), bed.event(1), bed.event(2)];
    await bed.advance(1_000);
    expect(namesOf(sink.given).sort()).toEqual(before);
    sink.given[0]?.resolve();
    await bed.advance(1_000);
    expect(sink.given).toHaveLength(2);
    sink.given[1]?.resolve();
    await bed.advance();
    expect(namesOf(sink.given.slice(2)).sort()).toEqual([...after].sort());
  });

  it('holds one sink back for its own backlog only', async () => {
    const slow = createScriptedSink('slow');
    const quick = createScriptedSink('quick');
    quick.answer = yes;
    const bed = await createReshardBed(1, { sinks: [slow, quick] });
    bed.event(0);
    await bed.advance();
    bed.reshard(2);
    bed.event(1);
    await bed.advance();
    expect(namesOf(quick.given)).toContain('1/2:1');
    expect(namesOf(slow.given)).toEqual(['0/1:1']);
  });

  it('with a journal holds any backlog on the disk, in bounded memory, and gives it out in order', async () => {
    const sink = createScriptedSink('bot', false);
    const journal = createScriptedJournal();
    const bed = await createReshardBed(2, { sinks: [sink], journal, journalAfterMs: 0, maxMemoryBytes: 5_000 });
    const before: string[] = [];
    const after: string[] = [];
    for (let event = 0; event < 500; event++) before.push(bed.event(event % 2));
    await bed.advance();
    bed.reshard(3);
    for (let event = 0; event < 500; event++) after.push(bed.event(event % 3));
    await bed.advance(500);
    expect(bed.delivery.status(bed.delivery).memoryBytes).toBeLessThanOrEqual(5_000);
    // One old shard's consumer is slow.
    sink.answer = (batch) => void bed.clock.setTimer(batch.resolve, batch.lane.shardCount === 2 ? 100 : 0);
    sink.door.setReady(true);
    await bed.advance(3_000);
    const got = namesOf(sink.given).filter((name) => !name.endsWith('reshard'));
    expect(got.slice(0, 500).sort()).toEqual([...before].sort());
    expect(got.slice(500).sort()).toEqual([...after].sort());
  });

  it('to a shard count whose old lanes are not empty keeps the order of all three generations', async () => {
    const sink = createScriptedSink('bot', false);
    const bed = await createReshardBed(2, { sinks: [sink] });
    const expected = [[bed.event(0), bed.event(1)]];
    bed.reshard(3);
    expected.push(['0/3:reshard', bed.event(0), bed.event(2)]);
    bed.reshard(2);
    expected.push(['0/2:reshard', bed.event(0), bed.event(1)]);
    await bed.advance();
    sink.answer = yes;
    sink.door.setReady(true);
    await bed.advance(100);
    const got = namesOf(sink.given);
    let at = 0;
    for (const generation of expected)
      expect(got.slice(at, (at += generation.length)).sort()).toEqual([...generation].sort());
    expect(got).toHaveLength(at);
  });

  it('lets late answers of old shards through beside the new events', async () => {
    const sink = createScriptedSink();
    const bed = await createReshardBed(2, { sinks: [sink] });
    bed.event(1);
    await bed.advance();
    answerAll(sink);
    bed.reshard(4);
    await bed.advance();
    answerAll(sink);
    const late = bed.late(1);
    const fresh = bed.event(3);
    await bed.advance();
    // Neither waits for the other.
    expect(namesOf(sink.given.slice(-2)).sort()).toEqual([late, fresh].sort());
  });

  it('has late answers settled with the old shards, and new events with the new ones', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createReshardBed(2, { sinks: [sink] });
    bed.event(1);
    await bed.advance();
    bed.reshard(4);
    bed.late(1);
    bed.event(1);
    await bed.advance();
    expect(bed.settled).toEqual([
      { ofOldShards: false, shardId: 1, seq: 1 },
      { ofOldShards: true, shardId: 1, seq: 2 },
      { ofOldShards: false, shardId: 1, seq: 1 },
    ]);
  });

  it('after another leaves nothing behind, fifty times in a row', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const forgotten: string[] = [];
    const journal = createScriptedJournal();
    journal.forget = ({ shardId, shardCount }) => void forgotten.push(`${shardId}/${shardCount}`);
    const optional = createScriptedSink('optional', false);
    const bed = await createReshardBed(1, { sinks: [sink, { sink: optional, required: false }], journal });
    const { runtime } = bed.delivery;
    for (let round = 1; round <= 50; round++) {
      bed.event(0);
      await bed.advance();
      bed.reshard(1 + (round % 7));
      for (const id of bed.gateway.shards.keys()) bed.event(id);
      bed.late(0);
      await bed.advance(70_000);
    }
    const now = bed.gateway.maxShards;
    expect(runtime.sources.size).toBe(now);
    expect(runtime.lanes.size).toBe(now);
    expect([runtime.leaving.size, runtime.recovered.size]).toEqual([0, 0]);
    expect(runtime.cuts.length).toBeLessThanOrEqual(1);
    expect(forgotten.length).toBeGreaterThan(100);
    expect(bed.delivery.status(bed.delivery).lanes.every(({ shardCount }) => shardCount === now)).toBe(true);
  });

  it('back to a shard count whose lanes are gone makes new ones', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createReshardBed(3, { sinks: [sink] });
    bed.event(2);
    await bed.advance();
    for (const shardCount of [2, 3]) {
      bed.reshard(shardCount);
      bed.event(0);
      await bed.advance(120_000);
      expect([...bed.delivery.runtime.sources.values()].every((source) => source.shardCount === shardCount)).toBe(true);
    }
    const name = bed.event(2);
    await bed.advance();
    expect(namesOf(sink.given).at(-1)).toBe(name);
    expect(bed.delivery.runtime.memoryBytes).toBe(0);
  });

  it('is over for the lanes as soon as the old shards are closed', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createReshardBed(2, { sinks: [sink] });
    bed.event(1);
    bed.reshard(3);
    await bed.advance(500);
    const lanes = (): number => bed.delivery.status(bed.delivery).lanes.length;
    expect(lanes()).toBe(2);
    bed.gateway.events.emit('reshardClosed', { from: 2, to: 3, tookMs: 1 });
    await bed.advance(200);
    expect(lanes()).toBe(1);
  });

  it('leaves a gap of an old session in the lane of its old shard, and counts it', async () => {
    const sink = createScriptedSink();
    sink.answer = yes;
    const bed = await createReshardBed(2, { sinks: [sink] });
    const { sessionId } = bed.gateway.shards.get(1) ?? { sessionId: '' };
    bed.event(1);
    bed.reshard(4);
    bed.event(1);
    bed.gateway.events.emit('gap', { shardId: 1, sessionId, lastSequence: 1, cause: 'closed' });
    await bed.advance();
    const gap = sink.given.flatMap(({ records }) => records).find(({ kind }) => kind === 'gap');
    expect(gap).toMatchObject({ shardId: 1, shardCount: 2, afterSeq: 1 });
    expect(bed.delivery.status(bed.delivery).lanes.find(({ shardCount }) => shardCount === 2)?.gaps).toBe(1);
  });
});
