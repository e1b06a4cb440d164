import type { DeliveryRecord, GapCause } from '../delivery-record.ts';
import { Batch } from './batch.ts';
import type { Lane } from './lane.ts';
import { addHole, gapOf } from './lane.ts';
import type { Log } from './log.ts';
import type { Retention } from './retention.ts';
import { recordBytes } from './record.ts';
import { hasDisk, hasMemory, isYoung } from './room.ts';

/** Records of a batch; more would make all of them wait for the last. */
const MOST_BATCH_BYTES = 4 * 2 ** 20;

/** Bytes that records take. */
export function bytesOf(records: readonly DeliveryRecord[]): number {
  let bytes = 0;
  for (const record of records) bytes += recordBytes(record);
  return bytes;
}

/** Takes records, or does with them what the policy says. False when the policy is to say so. */
export function takeRecords(log: Log, retention: Retention, records: readonly DeliveryRecord[]): boolean {
  const bytes = bytesOf(records);
  const { overflow } = log.settings;
  let memory = hasMemory(log, bytes);
  if (overflow === 'dropOldest') {
    while (!memory && retention.dropWaiting()) memory = hasMemory(log, bytes);
    if (!memory) dropAll(log, records, 'memoryFull');
    else for (const record of records) take(log, record);
    return true;
  }
  if (memory && hasDisk(log, bytes) && isYoung(log)) {
    for (const record of records) take(log, record);
    return true;
  }
  if (overflow === 'pause') return false;
  dropAll(log, records, memory ? 'journalFull' : 'memoryFull');
  return true;
}

function take(log: Log, record: DeliveryRecord): void {
  const lane = log.lanes.of(record);
  if (lane.falling !== undefined) endFalling(log, lane, record);
  if (log.forgotten.size > 0) log.forgotten.delete(lane);
  const before = log.pendingBytes;
  let batch = log.queue.length > log.writing ? log.queue.at(-1) : undefined;
  if (batch === undefined || batch.bytes >= MOST_BATCH_BYTES || !addTo(log, batch, lane, record)) {
    const isFar = batch !== undefined && batch.bytes < MOST_BATCH_BYTES;
    batch = new Batch();
    batch.isFar = isFar;
    log.queue.push(batch);
    addTo(log, batch, lane, record);
  }
  lane.highest = Math.max(lane.highest, record.offset);
  log.appended += 1;
  log.pendingRecords += log.pendingBytes > before ? 1 : 0;
}

function addTo(log: Log, batch: Batch, lane: Lane, record: DeliveryRecord): boolean {
  const before = batch.bytes;
  const added = batch.add(lane, record);
  log.pendingBytes += batch.bytes - before;
  return added;
}

/** The first record that is taken after dropped ones tells where their gap ends. */
function endFalling(log: Log, lane: Lane, record: DeliveryRecord): void {
  const hole = lane.falling;
  lane.falling = undefined;
  if (hole === undefined || record.kind !== 'event' || record.sessionId !== hole.sessionId) return;
  hole.nextSeq = record.seq;
  log.control.holeAdded(hole);
}

function dropAll(log: Log, records: readonly DeliveryRecord[], cause: GapCause): void {
  /** Lanes and sessions are told once a call. */
  const told = new Map<Lane, { readonly sessionId: string; readonly afterSeq: number | null; count: number }[]>();
  for (const record of records) {
    const lane = log.lanes.of(record);
    const { tail } = lane;
    const known = lane.falling ?? lane.holes.at(-1);
    // Numbers of dropped ones are remembered by the hole alone, the chain of records does not know them.
    const last = Math.max(tail?.offset ?? -1, known?.to ?? -1);
    if (lane.falling === undefined || lane.falling.sessionId !== record.sessionId) {
      const afterSeq = tail?.sessionId === record.sessionId ? tail.seq : firstMissing(record);
      lane.falling = {
        ...lane.key,
        from: last,
        to: record.offset,
        sessionId: record.sessionId,
        afterSeq,
        nextSeq: null,
        cause,
        count: 0,
        detectedAt: log.settings.clock.wallTime(),
      };
      addHole(lane, lane.falling);
      const list = told.get(lane) ?? [];
      list.push({ sessionId: record.sessionId, afterSeq, count: 0 });
      told.set(lane, list);
    } else if (!told.has(lane)) {
      told.set(lane, [{ sessionId: record.sessionId, afterSeq: lane.falling.afterSeq, count: 0 }]);
    }
    lane.falling.to = record.offset;
    lane.falling.count = (lane.falling.count ?? 0) + 1;
    lane.highest = Math.max(lane.highest, record.offset);
    log.control.holeAdded(lane.falling);
    const entry = told.get(lane)?.at(-1);
    if (entry !== undefined) entry.count += 1;
    log.dropped += 1;
  }
  for (const [lane, entries] of told) {
    for (const entry of entries) {
      const hole = lane.holes.findLast(({ sessionId }) => sessionId === entry.sessionId);
      if (hole !== undefined) log.listener.onGap({ ...gapOf(hole), ...entry });
    }
  }
}

function firstMissing(record: DeliveryRecord): number | null {
  return record.kind === 'event' && record.seq !== null ? record.seq - 1 : null;
}
