import { readPayload, type Payload } from '@shardgate/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGatewayManager, createWorkerPool, HELD } from '../src/index.ts';
import { createOutbox } from '../src/workers/batch.ts';
import { evenWorker, prepareEvenBuckets, workersFor } from '../src/workers/even-spread.ts';
import type { FromWorker, WorkerNote } from '../src/workers/messages.ts';
import { receiveTick } from '../src/workers/receive-events.ts';
import { createRemoteShard, type RemoteShard } from '../src/workers/remote-shard.ts';
import { RemoteTracker } from '../src/workers/remote-tracker.ts';
import { receivedError, sentError } from '../src/workers/sent-error.ts';
import { GatewayError } from '../src/errors.ts';
import { ensureShard } from '../src/methods/shard-of.ts';

type Tick = Extract<FromWorker, { type: 'tick' }>;

const dispatchOf = (t: string | null, s: number, d: unknown): Payload =>
  readPayload(Buffer.from(JSON.stringify({ t, s, op: 0, d })));

/** What the main thread has handed over, for a link that is its shard 0. */
function mainThread(handled: unknown[]): { links: Map<number, RemoteShard>; link: RemoteShard } {
  const gateway = createGatewayManager({
    token: 'a.b.c',
    handleDiscordPayload: (_gateway, data) => {
      handled.push({ t: data.t, s: data.s, d: data.d, guildEvent: data.guildEvent });
      return HELD;
    },
  });
  const shard = ensureShard(gateway, 0, 1);
  const link = createRemoteShard(shard, 1, { post: () => true, touch: () => {}, stoppedAlone: () => {} });
  return { links: new Map([[7, link]]), link };
}

describe('what crosses from a worker', () => {
  it('is the same on the other side, in its order with the notes', () => {
    const guildEvents = [undefined, 'join', 'startup', 'available', 'leave', 'outage'] as const;
    const event = fc.record({
      t: fc.constantFrom('MESSAGE_CREATE', 'GUILD_CREATE', 'NAME_Ä', ''),
      gap: fc.integer({ min: 1, max: 2 ** 40 }),
      d: fc.jsonValue({ maxDepth: 1 }),
      guildEvent: fc.constantFrom(...guildEvents),
      noted: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const ticks: Tick[] = [];
        const soon: (() => void)[] = [];
        const outbox = createOutbox(
          (message) => void ticks.push(structuredClone(message) as Tick),
          (callback) => void soon.push(callback),
        );
        const expected: unknown[] = [];
        let s = 0;
        for (const { t, gap, d, guildEvent, noted } of events) {
          s += gap;
          if (noted) {
            outbox.note({ type: 'tookUp', index: s });
            expected.push({ note: s });
          }
          const payload = dispatchOf(t, s, d);
          outbox.dispatch(7, guildEvent === undefined ? payload : Object.assign(payload, { guildEvent }));
          expected.push({ t, s, d: JSON.parse(JSON.stringify(d)), guildEvent });
        }
        for (const callback of soon) callback();

        const got: unknown[] = [];
        const names: string[] = [];
        const { links } = mainThread(got);
        const takeNote = (note: WorkerNote): void => {
          if (note.type === 'name') names[note.id] = note.name;
          if (note.type === 'tookUp') got.push({ note: note.index });
        };
        for (const tick of ticks) receiveTick({ names, links, takeNote, touch: () => {} }, tick);
        expect(got).toEqual(expected);
      }),
    );
  });

  it('is dropped when it was here before, and unheard from a connection that is given up', () => {
    const got: { s: number }[] = [];
    const { links, link } = mainThread(got);
    const ticks: Tick[] = [];
    const soon: (() => void)[] = [];
    const outbox = createOutbox(
      (message) => void ticks.push(message as Tick),
      (callback) => void soon.push(callback),
    );
    for (const s of [1, 2, 2, 1, 3]) outbox.dispatch(7, dispatchOf('TYPING_START', s, {}));
    soon[0]?.();
    const reader = { names: ['TYPING_START'], links, takeNote: () => {}, touch: () => {} };
    for (const tick of ticks) receiveTick(reader, tick);
    expect(got.map(({ s }) => s)).toEqual([1, 2, 3]);
    expect(link.shard.counts.duplicates).toBe(2);
    link.deaf = true;
    outbox.dispatch(7, dispatchOf('TYPING_START', 4, {}));
    soon[1]?.();
    receiveTick(reader, ticks[1] as Tick);
    expect(got).toHaveLength(3);
  });
});

describe("a mirror's tracker", () => {
  it('takes over what the worker settled, but nothing that is under way here', () => {
    const tracker = new RemoteTracker(0, () => {});
    tracker.adopt(5);
    expect([tracker.settled, tracker.received]).toEqual([5, 5]);
    tracker.receive(8);
    const flight = tracker.begin(8, 1, 0);
    tracker.adopt(10);
    expect(tracker.settled).toBe(7);
    tracker.settle(flight);
    expect(tracker.settled).toBe(8);
    tracker.adopt(3);
    expect(tracker.settled).toBe(8);
  });
});

describe('shards are spread', () => {
  it('over no more workers than they need, none with two more than another, neighbours together', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 16 }),
        (shards, perWorker, most) => {
          const workers = workersFor(shards, perWorker, most);
          expect(workers).toBeLessThanOrEqual(most);
          const homes = Array.from({ length: shards }, (_, place) => evenWorker(place, shards, workers));
          const sizes = Array.from(
            { length: workers },
            (_, index) => homes.filter((home) => home === index + 1).length,
          );
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(shards);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          expect(homes).toEqual(homes.toSorted((one, other) => one - other));
          if (workers < most) expect(Math.max(...sizes)).toBeLessThanOrEqual(perWorker);
        },
      ),
    );
  });

  it('by buckets of max_concurrency, as prepareBuckets does', () => {
    const gateway = createGatewayManager({ maxConcurrency: 2, shardsPerCluster: 1, maxClusters: 2 });
    prepareEvenBuckets(gateway, 0, 4);
    expect(gateway.buckets.map(({ workers }) => workers)).toEqual([
      [
        [1, 0, 2],
        [2, 4],
      ],
      [
        [1, 1],
        [2, 3],
      ],
    ]);
  });
});

describe('options of createWorkerPool', () => {
  it.each([
    [{ maxCluster: 2 }, TypeError, "no option 'maxCluster'; did you mean 'maxClusters'?"],
    [{ module: './worker.js' }, TypeError, 'option \'module\' is "./worker.js": expected a URL'],
    [{ hangAfterMs: 5 }, RangeError, "option 'hangAfterMs' is 5"],
    [{ isolation: 'fibre' }, TypeError, 'option \'isolation\' is "fibre"'],
  ])('%j is refused by name', (options, kind, message) => {
    const make = (): unknown => createWorkerPool(options as object);
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });

  it('start nothing: a pool that is made and stopped has done nothing', async () => {
    const pool = createWorkerPool();
    expect(pool.status()).toEqual([]);
    await pool.stop();
  });
});

it('an error keeps class, code and figures on its way', () => {
  const error = new GatewayError('identifyRefused', 'not now', { shardId: 3, retryAfterMs: 20 });
  const received = receivedError(structuredClone(sentError(error)));
  expect(received).toBeInstanceOf(GatewayError);
  expect(received).toMatchObject({ code: 'identifyRefused', message: 'not now', shardId: 3, retryAfterMs: 20 });
  expect(receivedError(sentError(new RangeError('x')))).toMatchObject({ name: 'RangeError', message: 'x' });
  expect(receivedError(sentError('text')).message).toBe('text');
});
