import { expect } from 'vitest';
import type { Clock, SessionCheckpoint } from '@shardgate/gateway';
import type { DeliveryEvent, DeliveryGap, DeliveryRecord, LaneKey } from '../src/delivery-record.ts';
import { createJournal } from '../src/journal/create-journal.ts';
import type { Journal, JournalRecovery } from '../src/journal/journal.ts';
import type { JournalOptions } from '../src/journal/options.ts';
import type { ModelDisk } from './journal-model-disk.ts';

export const LANE: LaneKey = { shardId: 0, shardCount: 2 };
export const OTHER: LaneKey = { shardId: 1, shardCount: 2 };
export const WALL = 1_800_000_000_000;

/** A clock on which every timer is due in the next turn of the event loop. */
export function createHastyClock(): Clock & { ahead: number } {
  let now = 0;
  const clock = {
    ahead: 0,
    now: () => now,
    wallTime: () => WALL + clock.ahead,
    setTimer(callback: () => void, delayMs: number) {
      return setImmediate(() => {
        now += delayMs;
        callback();
      });
    },
    clearTimer: (handle: unknown) => clearImmediate(handle as NodeJS.Immediate),
  };
  return clock;
}

/** An event whose bytes tell which one it is. */
export function eventOf(parts: Partial<DeliveryEvent> & { offset: number }): DeliveryEvent {
  const { offset } = parts;
  const seq = parts.seq === undefined ? offset + 100 : parts.seq;
  return {
    kind: 'event',
    ...LANE,
    sessionId: 'session-a',
    seq,
    t: 'MESSAGE_CREATE',
    receivedAt: WALL + offset,
    bytes: Buffer.from(
      `{"t":"MESSAGE_CREATE","s":${seq},"op":0,"d":{"id":"${offset}","content":"${'x'.repeat(offset % 97)}"}}`,
    ),
    ...parts,
  };
}

/** Records as they are compared: bytes as text, no undefined members. */
export function shown(records: readonly DeliveryRecord[]): unknown[] {
  return records.map((record) =>
    record.kind === 'event' ? { ...record, bytes: record.bytes.toString('latin1') } : record,
  );
}

export interface Opened {
  readonly journal: Journal;
  readonly recovery: JournalRecovery;
  readonly gaps: DeliveryGap[];
  /** Highest durable offset by shard id. */
  readonly durable: Map<number, number>;
  rooms: number;
}

export async function openJournal(
  disk: Pick<ModelDisk, 'store'>,
  options: Partial<JournalOptions> = {},
): Promise<Opened> {
  const journal = createJournal({
    path: '/model',
    sinks: ['main'],
    segmentBytes: 4096,
    syncIntervalMs: 0,
    ballastBytes: 0,
    clock: createHastyClock(),
    random: () => 0.5,
    store: disk.store,
    ...options,
  });
  const gaps: DeliveryGap[] = [];
  const durable = new Map<number, number>();
  const opened = { journal, gaps, durable, rooms: 0 };
  journal.listener = {
    onDurable: ({ shardId }, offset) => void durable.set(shardId, offset),
    onCursor: () => {},
    onGap: (gap) => void gaps.push(gap),
    onRoom: () => void (opened.rooms += 1),
  };
  const recovery = await journal.open();
  return Object.assign(opened, { recovery });
}

/** Everything of a lane above an offset. */
export async function readAll(journal: Journal, lane: LaneKey, after = -1, records = 7): Promise<DeliveryRecord[]> {
  const all: DeliveryRecord[] = [];
  for (let offset = after; ;) {
    const some = await journal.read(lane, offset, { records, bytes: 100_000 });
    if (some.length === 0) return all;
    all.push(...some);
    offset = (some.at(-1) as DeliveryRecord).offset;
  }
}

export function checkpointOf(parts: Partial<SessionCheckpoint> = {}): SessionCheckpoint {
  return {
    ...LANE,
    sessionId: 'session-a',
    resumeUrl: null,
    seq: 1,
    intents: 513,
    version: 10,
    encoding: 'json',
    tokenFingerprint: '0123456789abcdef',
    savedAt: WALL,
    userId: null,
    applicationId: null,
    ...parts,
  };
}

/** Lets the event loop turn until something is so. */
export async function turns(until: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5_000 && !until(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(until()).toBe(true);
}
