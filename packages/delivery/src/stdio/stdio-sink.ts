import type { Writable } from 'node:stream';
import { checkOptions } from '../options/check-options.ts';
import { flag, port, text } from '../options/shapes.ts';
import { createWriteQueue } from '../queues/write-queue.ts';
import { recordLines } from '../records/record-lines.ts';
import type { Batch, Sink } from '../sink.ts';
import { writeWhole } from '../sockets/write-whole.ts';

/** Options of {@link createStdioSink}. */
export interface StdioSinkOptions {
  /** Unique among the sinks of a delivery. */
  readonly name: string;
  /** Where the lines go. It is not ended by the sink. Default `process.stdout`. */
  readonly output?: Writable | undefined;
  /** Whether events have `old`, the object before the event, where a state knows it. Default true. */
  readonly old?: boolean | undefined;
}

const shape = { name: text, output: port('write', 'on', 'removeListener').optional(), old: flag.optional() };

/**
 * Creates a sink that writes every event, gap and reshard as one line of JSON, the same lines as an HTTP batch has, for a program at the other
 * end of a pipe. A batch counts as acknowledged when the output has taken it: what the program had not read when it died is lost with it.
 *
 * One write is under way at a time, so a reader that is slow holds the lanes back. When the reader is gone that is reported, and nothing is
 * tried any more: a closed pipe does not open again.
 *
 * @throws {TypeError} an option is unknown or wrong
 */
export function createStdioSink(options: StdioSinkOptions): Sink {
  checkOptions('createStdioSink', options, shape);
  const output = options.output ?? process.stdout;
  const { old = true } = options;
  let writes = createWriteQueue();
  let leave = (): void => undefined;

  function writeBatch(batch: Batch): Promise<void> {
    return writeWhole(output, recordLines(batch.records, { old }), 'the output is closed');
  }

  return {
    name: options.name,
    open: (door) => {
      writes = createWriteQueue();
      const onError = (error: Error): void => {
        door.setReady(false);
        door.report('error', `the output is closed, no more events are written to it: ${error.message}`);
      };
      output.on('error', onError);
      leave = () => void output.removeListener('error', onError);
      door.setReady(true);
    },
    deliver: (batch) => writes.run(batch.signal, () => writeBatch(batch)),
    close: async () => {
      writes.close();
      leave();
    },
  };
}
