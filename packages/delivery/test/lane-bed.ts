import { createTestBed, type TestBed } from '../../gateway/test/test-bed.ts';
import {
  createDelivery,
  type Batch,
  type Delivery,
  type DeliveryEvents,
  type DeliveryOptions,
  type DeliveryRecord,
  type Journal,
  type JournaledLane,
  type JournalListener,
  type Sink,
  type SinkDoor,
} from '../src/index.ts';

/** A batch as it came, to be answered by the test. */
export interface Given extends Batch {
  readonly offsets: readonly number[];
  readonly seqs: readonly (number | null)[];
  resolve(): void;
  reject(error: Error): void;
}

/** A sink whose answers the test gives. */
export interface ScriptedSink extends Sink {
  door: SinkDoor;
  readonly given: Given[];
  /** Answers what comes by itself from now on. */
  answer: ((batch: Given) => void) | undefined;
  /** Sequence numbers that were acknowledged, in the order of acknowledgement. */
  readonly received: (number | null)[];
  closed: boolean;
}

export function createScriptedSink(name = 'bot', isReady = true): ScriptedSink {
  const given: Given[] = [];
  const received: (number | null)[] = [];
  const answered = new Set<Given>();
  const sink: ScriptedSink = {
    name,
    door: { setReady: () => {}, report: () => {} },
    given,
    received,
    answer: undefined,
    closed: false,
    open(door) {
      sink.door = door;
      door.setReady(isReady);
    },
    deliver: (batch) =>
      new Promise((resolve, reject) => {
        const seqs = batch.records.map((record) => (record.kind === 'event' ? record.seq : -1));
        const entry: Given = {
          lane: batch.lane,
          records: batch.records,
          attempt: batch.attempt,
          signal: batch.signal,
          acknowledge: (offset) => batch.acknowledge(offset),
          offsets: batch.records.map(({ offset }) => offset),
          seqs,
          resolve() {
            if (answered.has(entry)) return;
            answered.add(entry);
            if (!batch.signal.aborted) received.push(...seqs);
            resolve();
          },
          reject,
        };
        given.push(entry);
        sink.answer?.(entry);
      }),
    close: async () => void (sink.closed = true),
  };
  return sink;
}

/** Answers everything at once. */
export const yes = (batch: Given): void => batch.resolve();

/** A journal in memory, whose disk the test holds in its hands. */
export interface ScriptedJournal extends Journal {
  readonly kept: DeliveryRecord[];
  readonly cursors: Map<string, number>;
  /** Syncs by itself, at once. */
  quick: boolean;
  /** Takes nothing. */
  full: boolean;
  /** Everything appended so far has reached the disk. */
  sync(): void;
}

export function createScriptedJournal(
  kept: DeliveryRecord[] = [],
  cursors = new Map<string, number>(),
): ScriptedJournal {
  const silent: JournalListener = { onDurable: () => {}, onCursor: () => {}, onGap: () => {}, onRoom: () => {} };
  let synced = kept.length;
  const nameOf = ({ shardId, shardCount }: { shardId: number; shardCount: number }) => `${shardId}/${shardCount}`;
  const journal: ScriptedJournal = {
    kept,
    cursors,
    quick: true,
    full: false,
    listener: silent,
    async open() {
      const lanes = new Map<string, JournaledLane>();
      for (const record of kept) {
        const { shardId, shardCount, offset: lastOffset } = record;
        const name = nameOf(record);
        const before = lanes.get(name) ?? { sessionId: null, seq: null };
        const { sessionId, seq } = record.kind === 'event' && record.seq !== null ? record : before;
        lanes.set(name, { shardId, shardCount, lastOffset, sessionId, seq });
      }
      return {
        lanes: [...lanes.values()],
        cursors: Array.from(cursors, ([key, offset]) => {
          const [sink = '', shardId, shardCount] = key.split(/[ /]/);
          return { sink, shardId: Number(shardId), shardCount: Number(shardCount), offset };
        }),
        damage: [],
      };
    },
    append(records) {
      if (journal.full) return false;
      kept.push(...records);
      if (journal.quick) journal.sync();
      return true;
    },
    sync() {
      const fresh = kept.slice(synced);
      synced = kept.length;
      for (const record of fresh) journal.listener.onDurable(record, record.offset);
    },
    read: async (lane, afterOffset, limit) =>
      kept.filter((record) => nameOf(record) === nameOf(lane) && record.offset > afterOffset).slice(0, limit.records),
    acknowledge(sink, lane, offset) {
      cursors.set(`${sink} ${nameOf(lane)}`, offset);
      if (journal.quick) journal.listener.onCursor(sink, lane, offset);
    },
    sessions: { load: async () => [], save: async () => {}, remove: async () => {} },
    status: () => ({
      bytes: 0,
      segments: 1,
      pendingRecords: 0,
      pendingBytes: 0,
      health: 'ok',
      appended: kept.length,
      dropped: 0,
      syncs: 0,
      oldestAgeMs: 0,
    }),
    flush: async () => journal.sync(),
    close: async () => {},
  };
  return journal;
}

export interface LaneBed extends TestBed {
  readonly delivery: Delivery;
  readonly told: [name: keyof DeliveryEvents, event: Record<string, unknown>][];
  /** What was settled towards Discord. */
  readonly settled: number;
  /** Dispatches with the next numbers. */
  events(count: number, t?: string, d?: unknown): Promise<void>;
  toldOf(name: keyof DeliveryEvents): Record<string, unknown>[];
}

/** A gateway with one ready shard over a scripted far end, and a delivery that takes its events; READY (sequence 1) is among them. */
export async function createLaneBed(options: DeliveryOptions, sessionId = 'session-1'): Promise<LaneBed> {
  const bed = createTestBed({ maxInFlight: { events: 100_000, bytes: 1 << 30 } }, sessionId);
  const { clock, gateway } = bed;
  const told: LaneBed['told'] = [];
  const delivery = createDelivery({
    clock,
    random: () => 0.5,
    gatherMs: 0,
    soon: (callback) => void clock.setTimer(callback, 0),
    ...options,
  });
  const emit = delivery.events.emit.bind(delivery.events) as (name: string, event: unknown) => boolean;
  delivery.events.emit = ((name: keyof DeliveryEvents, event: Record<string, unknown>) => {
    told.push([name, event]);
    return emit(name, event);
  }) as typeof delivery.events.emit;
  await delivery.start(delivery);
  // The bed is made of the sources, the delivery of what was built.
  delivery.attach(delivery, gateway as unknown as Parameters<Delivery['attach']>[1]);
  await bed.ready();
  await clock.advance(1);
  const own = {
    delivery,
    told,
    get settled() {
      return gateway.shards.get(0)?.tracker.settled ?? -1;
    },
    async events(count: number, t = 'TYPING_START', d?: unknown) {
      for (let event = 0; event < count; event++) bed.dispatch(t, d);
      await clock.advance(1);
    },
    toldOf: (name: keyof DeliveryEvents) => told.filter(([one]) => one === name).map(([, event]) => event),
  };
  // Getters must stay getters.
  return Object.create(bed, Object.getOwnPropertyDescriptors(own)) as LaneBed;
}

/** Sequence numbers from one to another, both included. */
export const seqs = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
