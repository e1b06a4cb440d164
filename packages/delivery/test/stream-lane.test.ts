import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeliveryRecord, DeliveryReshard } from '../src/delivery-record.ts';
import { eventCost } from '../src/stream/event-message.ts';
import { Lane } from '../src/stream/lane.ts';
import type { Freed, Run } from '../src/stream/lane.ts';
import { event, lane as laneKey } from './stream-bed.ts';

type Step =
  | { readonly kind: 'push'; readonly records: readonly ('wanted' | 'other' | 'gap' | 'reshard' | 'newSession')[] }
  | { readonly kind: 'take'; readonly events: number; readonly bytes: number }
  | { readonly kind: 'ack'; readonly back: number }
  | { readonly kind: 'abort'; readonly batch: number }
  | { readonly kind: 'rewind' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      records: fc.array(fc.constantFrom('wanted', 'wanted', 'other', 'gap', 'reshard', 'newSession'), {
        minLength: 1,
        maxLength: 5,
      }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const), events: fc.nat(6), bytes: fc.nat(3_000) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ack' as const), back: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), batch: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rewind' as const }) },
);

interface Pushed {
  readonly offsets: number[];
  readonly abort: AbortController;
  state: 'open' | 'acknowledged' | 'failed';
  acked: number;
}

function reshardOf(offset: number, sessionId: string): DeliveryReshard {
  const none = { shardCount: 1, shards: [] };
  return { kind: 'reshard', ...laneKey(0), offset, sessionId, from: none, to: none, at: 1 };
}

function offsetsOf(run: Run | undefined): number[] {
  if (run === undefined) return [];
  if (run.kind === 'events') return run.events.map(({ offset }) => offset);
  return [run.kind === 'gap' ? run.gap.offset : run.reshard.offset];
}

/** A lane beside a list of what was sent and not acknowledged, which is all it has to know. */
async function play(
  steps: readonly Step[],
  wanted: ReadonlySet<string> | undefined,
  takesReshards: boolean,
): Promise<void> {
  const lane = new Lane(laneKey(0));
  lane.wanted = wanted;
  lane.takesReshards = takesReshards;
  /** What came free, beside what should have. An error in the callback would be nobody's. */
  const released: [Freed, number[]][] = [];
  const pushed: Pushed[] = [];
  const records = new Map<number, DeliveryRecord>();
  let unacked: number[] = [];
  let offset = 0;
  let session = 0;
  let highest = -1;
  const cost = (of: number): number => {
    const record = records.get(of);
    return record?.kind === 'event' ? eventCost(record, true) : 512;
  };
  const freedEquals = (freed: Freed, offsets: readonly number[]): void => {
    expect(freed).toEqual({ events: offsets.length, bytes: offsets.reduce((sum, of) => sum + cost(of), 0) });
  };
  const isSent = (of: number): boolean => {
    const record = records.get(of);
    if (record?.kind === 'reshard') return takesReshards;
    return record?.kind === 'gap' || wanted === undefined || (record?.kind === 'event' && wanted.has(record.t));
  };
  const open = (): number[] => pushed.filter(({ state }) => state === 'open').flatMap(({ offsets }) => offsets);

  for (const each of steps) {
    if (each.kind === 'push') {
      const batch = each.records.map((kind): DeliveryRecord => {
        offset++;
        if (kind === 'newSession') session++;
        const sessionId = `s${session}`;
        const record: DeliveryRecord =
          kind === 'reshard'
            ? reshardOf(offset, sessionId)
            : kind === 'gap'
              ? {
                  kind,
                  ...laneKey(0),
                  offset,
                  sessionId,
                  afterSeq: 1,
                  nextSeq: 2,
                  count: 1,
                  cause: 'expired',
                  detectedAt: 1,
                }
              : event(laneKey(0), offset, { sessionId, t: kind === 'other' ? 'OTHER' : 'WANTED' });
        records.set(offset, record);
        return record;
      });
      const entry: Pushed = {
        offsets: batch.map((record) => record.offset),
        abort: new AbortController(),
        state: 'open',
        acked: -1,
      };
      pushed.push(entry);
      const acknowledge = (upTo: number): void => {
        expect(upTo).toBeGreaterThan(entry.acked);
        expect(entry.offsets).toContain(upTo);
        entry.acked = upTo;
      };
      lane
        .push({ lane: laneKey(0), records: batch, attempt: 0, signal: entry.abort.signal, acknowledge }, (freed) => {
          const gone = pushed.slice(pushed.indexOf(entry)).flatMap(({ offsets }) => offsets);
          released.push([freed, unacked.filter((of) => gone.includes(of))]);
          unacked = unacked.filter((of) => !gone.includes(of));
        })
        .then(
          () => (entry.state = 'acknowledged'),
          () => (entry.state = 'failed'),
        );
    } else if (each.kind === 'take') {
      const run = lane.take(each, unacked.length === 0);
      if (wanted !== undefined || !takesReshards) freedEquals(lane.acknowledge(-1), []);
      const taken = offsetsOf(run);
      if (run !== undefined) expect(run.cost).toBe(taken.reduce((sum, of) => sum + cost(of), 0));
      if (run?.kind === 'events') expect(new Set(run.events.map(({ sessionId }) => sessionId)).size).toBe(1);
      const fits = taken.length <= each.events && (run?.cost ?? 0) <= each.bytes;
      expect(fits || (unacked.length === 0 && taken.length === 1)).toBe(true);
      unacked.push(...taken);
      expect(taken.every(isSent)).toBe(true);
      highest = Math.max(highest, ...taken);
      if (taken.length > 0) expect(lane.sentOffset).toBe(taken.at(-1));
    } else if (each.kind === 'ack') {
      const upTo = unacked.at(-1 - each.back) ?? unacked[0] ?? -1;
      freedEquals(
        lane.acknowledge(upTo),
        unacked.filter((of) => of <= upTo),
      );
      unacked = unacked.filter((of) => of > upTo);
    } else if (each.kind === 'abort') {
      const waiting = pushed.filter(({ state }) => state === 'open');
      const from = waiting[each.batch];
      // The delivery gives up on a batch and all later ones.
      if (from !== undefined) for (const entry of waiting.slice(waiting.indexOf(from))) entry.abort.abort();
    } else {
      lane.rewind();
      unacked = [];
    }
    await Promise.resolve();
    await Promise.resolve();
    for (const [freed, offsets] of released.splice(0)) freedEquals(freed, offsets);
    // In the order of the lane, nothing twice, nothing of a batch that is over.
    expect(unacked).toEqual([...unacked].sort((a, b) => a - b));
    expect(open()).toEqual(expect.arrayContaining(unacked));
    expect(lane.isEmpty).toBe(pushed.every(({ state }) => state !== 'open'));
  }

  // In the end everything that is open can be sent and acknowledged.
  lane.rewind();
  unacked = [];
  const rest = open().filter((of) => of > Math.max(-1, ...pushed.map(({ acked }) => acked)) && isSent(of));
  const taken: number[] = [];
  for (;;) {
    const run = lane.take({ events: 1e9, bytes: 1e9 }, true);
    if (run === undefined) break;
    taken.push(...offsetsOf(run));
  }
  expect(taken).toEqual(rest);
  lane.acknowledge(taken.at(-1) ?? -1);
  await Promise.resolve();
  await Promise.resolve();
  expect(lane.isEmpty).toBe(true);
  expect(pushed.some(({ state }) => state === 'open')).toBe(false);
}

describe('a lane', () => {
  it('sends each record in order, within the window, and counts exactly what is sent and not acknowledged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => play(steps, undefined, true)),
      { numRuns: 400 },
    );
  });

  it('does the same for a client that wants only some events, and no reshards', async () => {
    const wanted = new Set(['WANTED']);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => play(steps, wanted, false)),
      { numRuns: 400 },
    );
  });
});
