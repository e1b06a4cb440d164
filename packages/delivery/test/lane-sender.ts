import type { Batch, DeliveryEvent, DeliveryGap, DeliveryRecord, LaneKey, Sink, SinkDoor } from '../src/index.ts';

const BATCH = 25;
const WINDOW = 3;
const RETRY_MS = 10;

/** Does with a sink what a delivery's lanes do: several batches under way, and after a failure again from what was not acknowledged. */
export interface LaneSender {
  readonly door: SinkDoor;
  /** The sink takes batches of all lanes. */
  readonly isReady: boolean;
  /** Calls of `deliver` that have not settled. */
  readonly underWay: number;
  /** Offsets that were acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
  readonly notes: readonly string[];
  /** Hands records of one lane over; resolves when all of them are acknowledged, or at `stop`. */
  send(records: readonly DeliveryRecord[]): Promise<void>;
  stop(): void;
}

export function createLaneSender(sink: Sink): LaneSender {
  const acknowledged = new Set<number>();
  const notes: string[] = [];
  const lanesReady = new Map<number, boolean>();
  let isReady = false;
  let underWay = 0;
  let isStopped = false;

  const deliver = async (records: readonly DeliveryRecord[], attempt: number, signal: AbortSignal): Promise<void> => {
    const acknowledge = (offset: number): void => {
      if (signal.aborted) return;
      for (const record of records) if (record.offset <= offset) acknowledged.add(record.offset);
    };
    const batch: Batch = { lane: laneOf(records), records, attempt, acknowledge, signal };
    underWay++;
    try {
      await sink.deliver(batch);
    } finally {
      underWay--;
    }
    acknowledge(Number.POSITIVE_INFINITY);
  };

  return {
    door: {
      setReady: (ready, lane) => {
        if (lane === undefined) isReady = ready;
        else lanesReady.set(lane.shardId, ready);
      },
      report: (level, message) => void notes.push(`${level}: ${message}`),
    },
    get isReady() {
      return isReady;
    },
    get underWay() {
      return underWay;
    },
    acknowledged,
    notes,
    async send(records) {
      const { shardId } = laneOf(records);
      let rest = records;
      for (let attempt = 0; rest.length > 0 && !isStopped;) {
        if (!(isReady || lanesReady.get(shardId))) {
          await pause();
          continue;
        }
        const abort = new AbortController();
        const batches = Array.from({ length: WINDOW }, (_, index) => rest.slice(index * BATCH, (index + 1) * BATCH));
        try {
          const given = batches.filter(({ length }) => length > 0);
          await Promise.all(given.map((batch, index) => deliver(batch, index === 0 ? attempt : 0, abort.signal)));
          attempt = 0;
        } catch (error) {
          abort.abort(error);
          attempt++;
          await pause();
        }
        const first = rest.findIndex(({ offset }) => !acknowledged.has(offset));
        rest = first === -1 ? [] : rest.slice(first);
      }
    },
    stop: () => {
      isStopped = true;
    },
  };
}

function laneOf([first]: readonly DeliveryRecord[]): LaneKey {
  if (first === undefined) throw new Error('no records');
  return { shardId: first.shardId, shardCount: first.shardCount };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, RETRY_MS));

/** Events of a shard whose data name their offset: `{"n":…}`. Offsets rise over all shards. */
export function numbered(shardId: number, offsets: readonly number[], padding = 0): DeliveryEvent[] {
  const filler = 'x'.repeat(padding);
  return offsets.map((offset, index) => ({
    kind: 'event',
    shardId,
    shardCount: 4,
    offset,
    sessionId: `session-${shardId}`,
    seq: index + 1,
    t: 'MESSAGE_CREATE',
    receivedAt: 1_700_000_000_000 + offset,
    bytes: Buffer.from(`{"t":"MESSAGE_CREATE","s":${index + 1},"op":0,"d":{"n":${offset},"filler":"${filler}"}}`),
  }));
}

/** A gap of a shard. */
export function gapAt(shardId: number, offset: number): DeliveryGap {
  return {
    kind: 'gap',
    shardId,
    shardCount: 4,
    offset,
    sessionId: `session-${shardId}`,
    afterSeq: null,
    nextSeq: null,
    cause: 'sessionLost',
    count: null,
    detectedAt: 1_700_000_000_000 + offset,
  };
}
