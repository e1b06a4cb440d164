import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DeliveryEvent, DeliveryRecord, LaneKey } from '../src/delivery-record.ts';
import type { Batch, SinkDoor } from '../src/sink.ts';
import type { StreamOptions } from '../src/stream/stream-options.ts';
import { createUnixSink } from '../src/stream/unix-sink.ts';
import type { UnixSink } from '../src/stream/unix-sink.ts';
import { createWebSocketSink } from '../src/stream/websocket-sink.ts';
import type { WebSocketSink } from '../src/stream/websocket-sink.ts';

export type TransportName = 'websocket' | 'unix';
export const TRANSPORTS: readonly TransportName[] = ['websocket', 'unix'];

/** What the sink told its delivery. */
export interface TestDoor extends SinkDoor {
  readonly readiness: boolean[];
  readonly reports: string[];
}

/** An open sink that closes with the test. */
export interface OpenSink {
  readonly sink: WebSocketSink | UnixSink;
  readonly door: TestDoor;
  /** Where a client connects. */
  readonly url: string;
}

export async function openSink(
  transport: TransportName,
  options: Partial<StreamOptions> & { allowedOrigins?: string[]; path?: string } = {},
): Promise<OpenSink> {
  const door = testDoor();
  if (transport === 'websocket') {
    const sink = createWebSocketSink({ name: 'stream', port: 0, ...options });
    await sink.open(door);
    onTestFinished(() => sink.close());
    return { sink, door, url: `ws://127.0.0.1:${sink.address?.port}${options.path ?? '/'}` };
  }
  const path = options.path ?? join(await temporaryFolder(), 'events.sock');
  const sink = createUnixSink({ name: 'stream', ...options, path });
  await sink.open(door);
  onTestFinished(() => sink.close());
  return { sink, door, url: `unix:${path}` };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sg-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function testDoor(): TestDoor {
  const door: TestDoor = {
    readiness: [],
    reports: [],
    setReady: (ready) => void door.readiness.push(ready),
    report: (_level, message) => void door.reports.push(message),
  };
  return door;
}

export function lane(shardId: number, shardCount = 4): LaneKey {
  return { shardId, shardCount };
}

/** Events with the offsets `from` to `to`; the sequence number is 1,000 more. */
export function events(key: LaneKey, from: number, to: number, extra: Partial<DeliveryEvent> = {}): DeliveryEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => event(key, from + index, extra));
}

export function event(key: LaneKey, offset: number, extra: Partial<DeliveryEvent> = {}): DeliveryEvent {
  const t = extra.t ?? 'MESSAGE_CREATE';
  return {
    kind: 'event',
    ...key,
    offset,
    sessionId: 'session-a',
    seq: 1_000 + offset,
    t,
    receivedAt: 1_800_000_000_000,
    bytes: Buffer.from(
      `{"t":"${t}","s":${1_000 + offset},"op":0,"d":{"id":"${offset}","channel_id":"7","content":"ü\\u0000"}}`,
    ),
    ...extra,
  };
}

/** A batch with what became of it. */
export interface TestBatch {
  /** `acknowledged` when the sink said the whole was, else why not. */
  readonly outcome: Promise<string>;
  /** Offsets the sink acknowledged while it was under way. */
  readonly acknowledged: number[];
  abort(): void;
}

export function deliver({ sink }: OpenSink, records: readonly DeliveryRecord[], attempt = 0): TestBatch {
  const [first] = records;
  if (first === undefined) throw new Error('a batch has a record');
  const abort = new AbortController();
  const acknowledged: number[] = [];
  const batch: Batch = {
    lane: { shardId: first.shardId, shardCount: first.shardCount },
    records,
    attempt,
    signal: abort.signal,
    acknowledge: (offset) => void acknowledged.push(offset),
  };
  const outcome = sink.deliver(batch).then(
    () => 'acknowledged',
    (error: Error) => error.message,
  );
  return { outcome, acknowledged, abort: () => abort.abort(new Error('given up')) };
}
