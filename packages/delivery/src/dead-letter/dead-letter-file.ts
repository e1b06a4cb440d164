import type { Clock } from '@shardgate/gateway';
import type { DeliveryRecord } from '../delivery-record.ts';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, clockPort, text as textShape, wholeNumber } from '../options/shapes.ts';
import { systemClock } from '../ports/clock.ts';
import { recordLines } from '../records/record-lines.ts';
import { createAppendFile } from './append-file.ts';
import { MAX_FILE_BYTES, MAX_PENDING_BYTES } from './defaults.ts';

/** Options of {@link createDeadLetterFile}. */
export interface DeadLetterFileOptions {
  /** The file; its folder is created. The one before it is kept as `<path>.1`. */
  readonly path: string;
  /** Size at which a new file is begun, bytes. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Hears when records could not be written, and how many. What it throws is dropped. Default: nobody hears it. */
  readonly onTrouble?: ((message: string) => void) | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
}

/** Keeps the records that a consumer refused, for a human to look at. */
export interface DeadLetterFile {
  /**
   * Writes one record as a line `{"at":…,"sink":…,"reason":…,"attempts":…,<the record as in a batch>}`. Resolves when it is on the disk, or
   * when that was not possible: then `onTrouble` has heard of it. Never rejects.
   */
  add(sink: string, record: DeliveryRecord, reason: string, attempts?: number): Promise<void>;
  /** Since the start: lines on the disk, and records that could not be written. */
  status(): { readonly written: number; readonly lost: number };
  /** Writes what waits and closes the file. */
  close(): Promise<void>;
}

const shape = {
  path: textShape,
  maxBytes: wholeNumber(1, Number.MAX_SAFE_INTEGER, 'bytes').optional(),
  onTrouble: anyFunction.optional(),
  clock: clockPort.optional(),
};

/**
 * Creates a dead-letter file: lines of JSON that are only ever appended, readable by the owner alone (0600), each batch of them synced. It is
 * opened with the first record. At `maxBytes` it is renamed to `<path>.1`, in place of the one before, and begun anew.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong
 */
export function createDeadLetterFile(options: DeadLetterFileOptions): DeadLetterFile {
  checkOptions('createDeadLetterFile', options, shape);
  const clock = options.clock ?? systemClock;
  const file = createAppendFile(options.path, options.maxBytes ?? MAX_FILE_BYTES);
  let waiting: Buffer[] = [];
  let pendingBytes = 0;
  let written = 0;
  let lost = 0;
  let closed = false;
  /** The write under way, and the one that follows it with everything that came meanwhile. */
  let current: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  function miss(count: number, why: string): void {
    lost += count;
    try {
      options.onTrouble?.(`${count} refused ${count === 1 ? 'event' : 'events'} not kept in ${options.path}: ${why}`);
    } catch {
      // Who listens to trouble must not make more of it.
    }
  }

  async function writeWaiting(): Promise<void> {
    const lines = waiting;
    waiting = [];
    next = undefined;
    const text = Buffer.concat(lines);
    try {
      await file.append(text);
      written += lines.length;
    } catch (error) {
      miss(lines.length, error instanceof Error ? error.message : String(error));
    }
    pendingBytes -= text.length;
  }

  return {
    add: async (sink, record, reason, attempts = 1) => {
      const facts = { at: clock.wallTime(), sink, reason, attempts };
      const line = recordLines([record], { before: `${JSON.stringify(facts).slice(1, -1)},` });
      if (closed) return miss(1, 'the file was closed');
      if (pendingBytes + line.length > MAX_PENDING_BYTES && pendingBytes > 0)
        return miss(1, 'too many wait for the disk');
      waiting.push(line);
      pendingBytes += line.length;
      next ??= current = current.then(writeWaiting);
      return next;
    },
    status: () => ({ written, lost }),
    close: async () => {
      closed = true;
      await current;
      await file.close();
    },
  };
}
