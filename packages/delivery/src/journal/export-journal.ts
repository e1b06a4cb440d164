import type { Clock } from '@shardgate/gateway';
import type { DeliveryRecord, LaneKey } from '../delivery-record.ts';
import type { JournalTarget, JournalView } from './journal-view.ts';
import { storeOf, viewJournal } from './journal-view.ts';
import { segmentId } from './segment.ts';

/** Which records are wanted. */
export interface ExportOptions {
  /** One lane. Default: all, one after the other. */
  readonly lane?: LaneKey;
  /** Only records above this offset of each lane. */
  readonly afterOffset?: number;
}

const STEP = { records: 512, bytes: 2 ** 20 };
const POLL_MS = 250;

/** Every record that a journal holds at this moment, in use or not, in each lane's order, gaps in their places. */
export async function* exportJournal(
  target: JournalTarget,
  options: ExportOptions = {},
  wallTime = 0,
): AsyncGenerator<DeliveryRecord, void, undefined> {
  const view = await viewJournal(target, wallTime);
  for (const key of keysOf(view, options.lane)) yield* lane(view, key, options.afterOffset ?? -1);
}

/**
 * Records that come to a journal from now on, as another process writes them. Ends when `signal` aborts; what is retired faster than it is looked for (four times a
 * second) is not seen.
 */
export async function* tailJournal(
  target: JournalTarget,
  options: { readonly clock: Clock; readonly signal: AbortSignal; readonly lane?: LaneKey },
): AsyncGenerator<DeliveryRecord, void, undefined> {
  const { clock, signal } = options;
  const reached = new Map<string, number>();
  let seen = '';
  for (let first = true; !signal.aborted; first = false) {
    const files = (await storeOf(target).list()).filter(({ name }) => segmentId(name) !== undefined);
    const state = files.map(({ name, size }) => `${name} ${size}`).join();
    if (state !== seen) {
      const view = await viewJournal(target, clock.wallTime());
      for (const key of keysOf(view, options.lane)) {
        const id = `${key.shardId}/${key.shardCount}`;
        const last = view.lanes.get(key)?.highest ?? -1;
        const after = reached.get(id) ?? (first ? last : -1);
        reached.set(id, after);
        for await (const record of lane(view, key, after)) {
          if (signal.aborted) return;
          reached.set(id, record.offset);
          yield record;
        }
      }
      seen = state;
    }
    await pause(clock, signal);
  }
}

async function* lane(
  view: JournalView,
  key: LaneKey,
  afterOffset: number,
): AsyncGenerator<DeliveryRecord, void, undefined> {
  for (let after = afterOffset; ;) {
    const some = await view.reader.read(key, after, STEP);
    const last = some.at(-1);
    if (last === undefined) return;
    yield* some;
    after = last.offset;
  }
}

function keysOf({ lanes }: JournalView, only: LaneKey | undefined): LaneKey[] {
  return only === undefined ? Array.from(lanes.all, ({ key }) => key) : [only];
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clock.clearTimer(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, POLL_MS);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
