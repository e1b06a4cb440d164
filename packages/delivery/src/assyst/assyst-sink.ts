import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Clock } from '@shardgate/gateway';
import { checkOptions } from '../options/check-options.ts';
import { clockPort, text } from '../options/shapes.ts';
import { systemClock } from '../ports/clock.ts';
import { createLaneQueue } from '../queues/lane-queue.ts';
import { createWriteQueue } from '../queues/write-queue.ts';
import type { Batch, Sink } from '../sink.ts';
import { listenOnSocketFile } from '../sockets/socket-file.ts';
import type { SocketFile } from '../sockets/socket-file.ts';
import { writeWhole } from '../sockets/write-whole.ts';
import { createConsumerLine } from './consumer-line.ts';
import { pipePath, WRITE_BYTES } from './defaults.ts';
import { frame } from './frame.ts';

/** Options of {@link createAssystSink}. */
export interface AssystSinkOptions {
  /** Unique among the sinks of a delivery. */
  readonly name: string;
  /** The socket's file. Default `assyst2-gateway-com` in the system's folder for temporary files, where assyst-core looks for it. */
  readonly path?: string | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
}

const shape = { name: text, path: text.optional(), clock: clockPort.optional() };

/**
 * Creates a sink that stands in for assyst-gateway: it listens on a UNIX socket and writes each event of all shards as a frame of length and
 * JSON to the consumer that is connected. One consumer at a time; others wait until it has gone. Only the socket's owner may connect.
 *
 * The protocol has no answers, so an event counts as acknowledged when the kernel has taken its frame. What was not taken whole when
 * the consumer went is written again to the next one. What lay in the kernel's buffer and had not been read (about 200 KiB on Linux) is lost
 * with a consumer that dies: for more than that, use a sink whose consumer acknowledges.
 *
 * While no consumer is there the sink is not ready; one that does not read holds the lanes back. Gaps and reshards cannot be told and are passed over.
 *
 * @throws {TypeError} an option is unknown or wrong
 */
export function createAssystSink(options: AssystSinkOptions): Sink {
  checkOptions('createAssystSink', options, shape);
  const path = options.path ?? pipePath();
  const clock = options.clock ?? systemClock;
  let consumer: Socket | undefined;
  let server: Server | undefined;
  let file: SocketFile | undefined;
  let closed = false;
  let closeLine = (): void => undefined;
  // A batch that failed must come again before the ones behind it, also when the next consumer is there at once.
  const lanes = createLaneQueue();
  let writes = createWriteQueue();

  async function writeBatch(batch: Batch): Promise<void> {
    const socket = consumer;
    if (socket === undefined) throw new Error('no consumer is connected');
    let pieces: Buffer[] = [];
    let size = 0;
    for (const record of batch.records) {
      if (record.kind === 'event') {
        pieces.push(...frame(record.bytes));
        size += record.bytes.length;
      }
      if (size < WRITE_BYTES && record !== batch.records.at(-1)) continue;
      if (pieces.length > 0) await writeWhole(socket, Buffer.concat(pieces), 'the consumer went away');
      batch.acknowledge(record.offset);
      pieces = [];
      size = 0;
      if (batch.signal.aborted) throw new Error('given up', { cause: batch.signal.reason });
    }
  }

  async function unlisten(): Promise<void> {
    const [closing, left] = [server, file];
    server = undefined;
    file = undefined;
    await left?.remove();
    closing?.close();
  }

  return {
    name: options.name,
    open: async (door) => {
      const line = createConsumerLine((first) => {
        consumer = first;
        door.setReady(first !== undefined);
      });
      closeLine = line.close;
      closed = false;
      writes = createWriteQueue();
      const opening = createServer(line.add);
      file = await listenOnSocketFile(opening, path, clock);
      opening.on('error', (error) => door.report('error', `${path}: ${error.message}`));
      server = opening;
      if (closed) await unlisten();
    },
    deliver: (batch) => lanes.run(batch.lane, () => writes.run(batch.signal, () => writeBatch(batch))),
    close: async () => {
      closed = true;
      writes.close();
      closeLine();
      await unlisten();
    },
  };
}
