import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DeliveryEvent, DeliveryRecord, LaneKey } from '../../delivery/src/delivery-record.ts';
import { createUnixSink } from '../../delivery/src/stream/unix-sink.ts';
import type { StreamOptions } from '../../delivery/src/stream/stream-options.ts';
import { createWebSocketSink } from '../../delivery/src/stream/websocket-sink.ts';
import type { TransportName } from './stream-server.ts';

const GUILDS = 5;

interface TestLane {
  readonly key: LaneKey;
  readonly records: DeliveryRecord[];
  acked: number;
  isBusy: boolean;
}

export interface TestDelivery {
  readonly url: string;
  /** Whether every record was acknowledged. */
  isDone(): boolean;
}

/** A delivery as small as it can be: each lane's records in batches, again from the last acknowledgement when one fails. */
export async function startDelivery(
  transport: TransportName,
  records: readonly DeliveryRecord[],
  options: Partial<StreamOptions> = {},
): Promise<TestDelivery> {
  const folder = await mkdtemp(join(tmpdir(), 'sg-'));
  const path = join(folder, 's');
  const sink =
    transport === 'unix'
      ? createUnixSink({ name: 'stream', path, ...options })
      : createWebSocketSink({ name: 'stream', port: 0, ...options });
  const lanes = new Map<string, TestLane>();
  for (const record of records) {
    const name = `${record.shardId}/${record.shardCount}`;
    const key = { shardId: record.shardId, shardCount: record.shardCount };
    const lane: TestLane = lanes.get(name) ?? { key, records: [], acked: -1, isBusy: false };
    lane.records.push(record);
    lanes.set(name, lane);
  }
  let isReady = false;
  const pump = (): void => {
    for (const lane of lanes.values()) if (isReady && !lane.isBusy) void pumpLane(lane);
  };
  const pumpLane = async (lane: TestLane): Promise<void> => {
    lane.isBusy = true;
    for (let attempt = 0; isReady;) {
      const rest = lane.records.filter(({ offset }) => offset > lane.acked);
      if (rest.length === 0) break;
      const abort = new AbortController();
      const batches = [rest.slice(0, 20), rest.slice(20, 60)].filter((batch) => batch.length > 0);
      const results = await Promise.allSettled(
        batches.map((batch) =>
          sink.deliver({
            lane: lane.key,
            records: batch,
            attempt,
            signal: abort.signal,
            acknowledge: (offset) => (lane.acked = Math.max(lane.acked, offset)),
          }),
        ),
      );
      attempt = results.some(({ status }) => status === 'rejected') ? attempt + 1 : 0;
    }
    lane.isBusy = false;
  };
  await sink.open({
    setReady(ready) {
      isReady = ready;
      setImmediate(pump);
    },
    report: () => {},
  });
  onTestFinished(async () => {
    isReady = false;
    await sink.close();
    await rm(folder, { recursive: true, force: true });
  });
  const url = 'path' in sink ? `unix:${path}` : `ws://127.0.0.1:${sink.address?.port}/`;
  const isDone = (): boolean => [...lanes.values()].every(({ records: all, acked }) => acked === all.at(-1)?.offset);
  return { url, isDone };
}

/** Events of so many shards, of five guilds each. */
export function stream(shards: number, perShard: number): DeliveryEvent[] {
  return Array.from({ length: shards * perShard }, (_, index) => {
    const shardId = index % shards;
    const offset = Math.floor(index / shards) + 1;
    const d = { id: String(index), guild_id: `${shardId}${offset % GUILDS}` };
    return {
      kind: 'event',
      shardId,
      shardCount: shards,
      offset,
      sessionId: `session-${shardId}`,
      seq: offset,
      t: 'MESSAGE_CREATE',
      guildId: d.guild_id,
      receivedAt: 1,
      bytes: Buffer.from(JSON.stringify({ t: 'MESSAGE_CREATE', s: offset, op: 0, d })),
    };
  });
}

/** Stands between client and sink, and cuts every connection when told to. */
export async function startProxy(url: string): Promise<{ readonly url: string; cut(): void }> {
  const isUnix = url.startsWith('unix:');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = isUnix ? connect(url.slice(5)) : connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const folder = await mkdtemp(join(tmpdir(), 'sg-'));
  const path = join(folder, 'p');
  await new Promise<void>((resolve) =>
    isUnix ? server.listen(path, resolve) : server.listen(0, '127.0.0.1', resolve),
  );
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  onTestFinished(async () => {
    cut();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { url: isUnix ? `unix:${path}` : `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, cut };
}
