import type { Clock } from '@shardgate/gateway';
import type { DeliveryRecord, Journal, JournaledLane, JournalListener, LaneKey } from '@shardgate/delivery';

/** What outlives a process: what was synced. */
export interface ModelDisk {
  synced: DeliveryRecord[];
  cursors: Map<string, number>;
}

const SILENT: JournalListener = { onDurable: () => {}, onCursor: () => {}, onGap: () => {}, onRoom: () => {} };

/**
 * The journal's contract in a few lines, for virtual time: records are durable a little after they were appended, and a power cut takes all that are not. What
 * every sink has is forgotten.
 */
export function createModelJournal(
  disk: ModelDisk,
  { clock, random }: { clock: Clock; random: () => number },
): Journal {
  let pending: DeliveryRecord[] = [];
  const cursors = new Map<string, number>();
  const moved = new Map<string, number>();
  let isSyncing = false;
  const nameOf = ({ shardId, shardCount }: LaneKey): string => `${shardId}/${shardCount}`;

  function commit(): void {
    const records = pending;
    pending = [];
    disk.synced.push(...records);
    for (const [key, offset] of cursors) disk.cursors.set(key, offset);
    const last = new Map<string, DeliveryRecord>();
    for (const record of records) last.set(nameOf(record), record);
    for (const record of last.values()) journal.listener.onDurable(record, record.offset);
    for (const [key, offset] of moved) {
      const [sink = '', shardId, shardCount] = key.split(/[ /]/);
      journal.listener.onCursor(sink, { shardId: Number(shardId), shardCount: Number(shardCount) }, offset);
    }
    moved.clear();
  }

  function syncSoon(): void {
    if (isSyncing) return;
    isSyncing = true;
    clock.setTimer(
      () => {
        isSyncing = false;
        commit();
      },
      1 + random() * 20,
    );
  }

  const journal: Journal = {
    listener: SILENT,
    async open() {
      const lanes = new Map<string, JournaledLane>();
      for (const record of disk.synced) {
        const { shardId, shardCount, offset: lastOffset } = record;
        const name = nameOf(record);
        const before = lanes.get(name) ?? { sessionId: null, seq: null };
        const { sessionId, seq } = record.kind === 'event' && record.seq !== null ? record : before;
        lanes.set(name, { shardId, shardCount, lastOffset, sessionId, seq });
      }
      return {
        lanes: [...lanes.values()],
        cursors: Array.from(disk.cursors, ([key, offset]) => {
          const [sink = '', shardId, shardCount] = key.split(/[ /]/);
          return { sink, shardId: Number(shardId), shardCount: Number(shardCount), offset };
        }),
        damage: [],
      };
    },
    append(records) {
      pending.push(...records);
      syncSoon();
      return true;
    },
    read: (lane, afterOffset, limit) =>
      new Promise((resolve) => {
        const found = [...disk.synced, ...pending]
          .filter((record) => nameOf(record) === nameOf(lane) && record.offset > afterOffset)
          .slice(0, limit.records);
        clock.setTimer(() => resolve(found), random() * 30);
      }),
    acknowledge(sink, lane, offset) {
      cursors.set(`${sink} ${nameOf(lane)}`, offset);
      moved.set(`${sink} ${nameOf(lane)}`, offset);
      syncSoon();
    },
    sessions: { load: async () => [], save: async () => {}, remove: async () => {} },
    status: () => ({
      bytes: 0,
      segments: 1,
      pendingRecords: pending.length,
      pendingBytes: 0,
      health: 'ok',
      appended: 0,
      dropped: 0,
      syncs: 0,
      oldestAgeMs: 0,
    }),
    flush: async () => commit(),
    close: async () => commit(),
  };
  return journal;
}
