import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sink } from '../src/index.ts';
import { createLaneSender, gapAt, numbered, type LaneSender } from './lane-sender.ts';

/** What a receiver has got: the `n` of an event's data, or a gap. */
export type Arrival = number | 'gap';

/** A sink that is not open yet, and the receiver at its other end. */
export interface SinkBed {
  readonly sink: Sink;
  /** What the receiver has, oldest first, lane by lane or as it came; what came twice stands there twice. */
  received(): Promise<readonly Arrival[]>;
  /** The receiver takes nothing and answers nothing; its connections stay. */
  pause(): void;
  resume(): void;
  /** The receiver is gone at once, with its connections. */
  leave(): Promise<void>;
  /** It is there again, with what it has acknowledged. */
  comeBack(): Promise<void>;
}

/** In what a sink may differ. */
export interface SinkTraits {
  /** A receiver that was away gets what it missed. False for a pipe, and for what keeps nothing. Default true. */
  readonly comesBack?: boolean;
  /** A gap stands between the events before and after it. False where it goes elsewhere. Default true. */
  readonly gapInPlace?: boolean;
}

/** Where nothing may come, it is waited for this long. */
const QUIET_MS = 250;
/** The end of a sink whose receiver hangs. */
const CLOSE_WITHIN_MS = 8_000;
/** A sink has to find out that its receiver is gone. */
const GIVE_UP_WITHIN_MS = 15_000;

/**
 * Tries whether a sink keeps the contract of {@link Sink}, with a real receiver at its other end.
 *
 * @param start makes a new sink, and a receiver that has nothing yet
 */
export function checkSink(
  name: string,
  start: () => Promise<SinkBed>,
  { comesBack = true, gapInPlace = true }: SinkTraits = {},
): void {
  async function open(): Promise<{ bed: SinkBed; sender: LaneSender }> {
    const bed = await start();
    const sender = createLaneSender(bed.sink);
    onTestFinished(async () => {
      sender.stop();
      bed.resume();
      await bed.sink.close();
    });
    await bed.sink.open(sender.door);
    await until('the sink is ready', () => sender.isReady);
    return { bed, sender };
  }

  describe(`${name} as a sink`, () => {
    it('acknowledges what its receiver has, and nothing before', async () => {
      const { bed, sender } = await open();
      bed.pause();
      const sent = sender.send(numbered(1, range(1, 20)));
      await until('the batch is under way', () => sender.underWay > 0);
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      expect([...sender.acknowledged]).toEqual([]);
      bed.resume();
      await sent;
      expect(different(await bed.received())).toEqual(range(1, 20));
    });

    it('keeps the order of each lane, and tells a gap', async () => {
      const { bed, sender } = await open();
      const [first, second] = [numbered(0, range(1, 400)), numbered(1, range(1_001, 1_400))];
      const withGap = [...first.slice(0, 200), gapAt(0, 200.5), ...first.slice(200)].map((record, index) => ({
        ...record,
        offset: index + 1,
      }));
      await Promise.all([sender.send(withGap), sender.send(second)]);
      const received = await bed.received();
      expect(different(received.filter((n) => n !== 'gap' && n <= 1_000))).toEqual(range(1, 400));
      expect(different(received.filter((n) => n !== 'gap' && n > 1_000))).toEqual(range(1_001, 1_400));
      const ofLane = different(received.filter((n) => n === 'gap' || n <= 1_000));
      expect(ofLane.indexOf('gap')).toBeGreaterThanOrEqual(0);
      if (gapInPlace) expect(ofLane.slice(199, 202)).toEqual([200, 'gap', 201]);
    });

    const whereItComesBack = comesBack
      ? ['gives back what its receiver has not taken when it goes, and loses nothing']
      : [];
    it.each(whereItComesBack)('%s', { timeout: 60_000 }, async () => {
      const { bed, sender } = await open();
      const lanes = [range(1, 600), range(1_001, 1_600)];
      const sent = Promise.all(lanes.map((offsets, shardId) => sender.send(numbered(shardId, offsets, 1_000))));
      await until('some is acknowledged', () => sender.acknowledged.size >= 50);
      await bed.leave();
      expect(sender.acknowledged.size).toBeLessThan(1_200);
      await until('nothing is held', () => sender.underWay === 0, GIVE_UP_WITHIN_MS);
      await bed.comeBack();
      await sent;
      const received = await bed.received();
      for (const offsets of lanes)
        expect(different(received.filter((n) => n !== 'gap' && offsets.includes(n)))).toEqual(offsets);
    });

    it('ends within bounds though its receiver hangs, and takes nothing afterwards', async () => {
      const { bed, sender } = await open();
      bed.pause();
      void sender.send(numbered(2, range(1, 50)));
      await until('batches are under way', () => sender.underWay > 0);
      sender.stop();
      const startedAt = performance.now();
      await bed.sink.close();
      await until('every batch is given back', () => sender.underWay === 0, CLOSE_WITHIN_MS);
      expect(performance.now() - startedAt).toBeLessThan(CLOSE_WITHIN_MS);
      const late = {
        lane: { shardId: 2, shardCount: 4 },
        records: numbered(2, [51]),
        attempt: 0,
        acknowledge: () => {},
        signal: new AbortController().signal,
      };
      await expect(bed.sink.deliver(late)).rejects.toBeInstanceOf(Error);
      await bed.sink.close();
    });
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** In the order in which each came first. */
function different(arrivals: readonly Arrival[]): Arrival[] {
  return [...new Set(arrivals)];
}

async function until(what: string, holds: () => boolean, withinMs = 20_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
