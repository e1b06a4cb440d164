import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Batch, DeliveryEvent, DeliveryGap, DeliveryRecord, LaneKey, Sink, SinkDoor } from '../src/index.ts';

export const SESSION = 'd1e2f3a4b5c6';

/** The payload of an event as Discord sends it. */
export function payload(seq: number, content = 'hello 🎉'): string {
  return `{"t":"MESSAGE_CREATE","s":${seq},"op":0,"d":{"id":"${900_000 + seq}","content":${JSON.stringify(content)}}}`;
}

/** An event whose offset is its sequence number. */
export function event(seq: number, more: Partial<DeliveryEvent> = {}): DeliveryEvent {
  return {
    kind: 'event',
    shardId: 0,
    shardCount: 4,
    offset: seq,
    sessionId: SESSION,
    seq,
    t: 'MESSAGE_CREATE',
    receivedAt: 1_700_000_000_000 + seq,
    bytes: Buffer.from(payload(seq)),
    ...more,
  };
}

/** Events with sequence numbers from `first` to `last`. */
export function events(first: number, last: number, more: Partial<DeliveryEvent> = {}): DeliveryEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) => event(first + index, more));
}

export function gap(offset: number): DeliveryGap {
  return {
    kind: 'gap',
    shardId: 0,
    shardCount: 4,
    offset,
    sessionId: SESSION,
    afterSeq: 3,
    nextSeq: null,
    cause: 'sessionLost',
    count: null,
    detectedAt: 1_700_000_000_999,
  };
}

/** A batch that remembers what was acknowledged. */
export function batchOf(records: readonly DeliveryRecord[], attempt = 0): Batch & { acked: number[]; abort(): void } {
  const controller = new AbortController();
  const { shardId, shardCount } = records[0] ?? { shardId: 0, shardCount: 4 };
  const acked: number[] = [];
  return {
    lane: { shardId, shardCount },
    records,
    attempt,
    acked,
    acknowledge: (offset) => void acked.push(offset),
    signal: controller.signal,
    abort: () => controller.abort(new Error('the lane gave up')),
  };
}

/** A door that remembers what it was told. */
export function openDoor(): SinkDoor & { ready: boolean; readonly reports: string[] } {
  const door = {
    ready: false,
    reports: [] as string[],
    setReady: (ready: boolean, _lane?: LaneKey) => {
      door.ready = ready;
    },
    report: (level: string, message: string) => void door.reports.push(`${level}: ${message}`),
  };
  return door;
}

/** Opens a sink; it is closed when the test ends. */
export async function opened(sink: Sink): Promise<{ sink: Sink; door: ReturnType<typeof openDoor> }> {
  const door = openDoor();
  onTestFinished(() => sink.close());
  await sink.open(door);
  return { sink, door };
}

/**
 * Does what a lane does: hands records over in batches, several under way, and after a failure goes on behind what was acknowledged.
 * Resolves when all were.
 */
export async function drain(
  sink: Sink,
  door: { readonly ready: boolean },
  records: readonly DeliveryRecord[],
  { batchSize = 10, window = 3, pauseMs = 5, deadlineMs = 20_000 } = {},
): Promise<void> {
  const end = performance.now() + deadlineMs;
  let done = 0;
  while (done < records.length) {
    if (performance.now() > end) throw new Error(`only ${done} of ${records.length} were acknowledged in time`);
    const under: Promise<void>[] = [];
    const abort = new AbortController();
    let next = done;
    const one = async (start: number): Promise<void> => {
      const part = records.slice(start, start + batchSize);
      const batch: Batch = {
        ...batchOf(part),
        signal: abort.signal,
        acknowledge: (offset) => {
          const index = records.findIndex((record) => record.offset === offset);
          if (!abort.signal.aborted) done = Math.max(done, index + 1);
        },
      };
      await sink.deliver(batch);
      done = Math.max(done, start + part.length);
    };
    if (door.ready) {
      for (; under.length < window && next < records.length; next += batchSize) under.push(one(next));
      const results = await Promise.allSettled(
        under.map((batch) =>
          batch.catch((error: unknown) => {
            abort.abort(error);
            throw error;
          }),
        ),
      );
      if (results.every(({ status }) => status === 'fulfilled')) continue;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly socket: Socket;
}

/** A real server on loopback. */
export interface Peer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly seen: Seen[];
  /** Connections so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Starts a server with plain `node:http`; it is closed when the test ends. */
export async function startPeer(
  answer: (request: Seen, response: ServerResponse, index: number) => void = (_, response) => noContent(response),
  port = 0,
): Promise<Peer> {
  const seen: Seen[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, socket } = request;
      const index = seen.push({ method, url, headers, socket, body: Buffer.concat(chunks) }) - 1;
      answer(seen[index]!, response, index);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  return { url: `http://127.0.0.1:${taken}`, port: taken, server, seen, connections: () => connections, close };
}

export function noContent(response: ServerResponse): void {
  response.writeHead(204).end();
}

/** What a body of one event says. */
export function seqOf({ body }: { readonly body: Buffer }): number {
  return (JSON.parse(body.toString()) as { data: { s: number } }).data.s;
}

/** The lines of a body, parsed. */
export function linesOf({ body }: { readonly body: Buffer }): Record<string, unknown>[] {
  const lines = body.toString().split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** What a promise rejects with; fails when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}

/** Waits until a condition holds; fails after a deadline. */
export async function until(what: string, holds: () => boolean, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
