import type { Clock, Random } from '@shardgate/gateway';
import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, clockPort, milliseconds, oneOf, port, text, textList, wholeNumber } from '../options/shapes.ts';
import { systemClock, systemRandom } from '../ports/clock.ts';
import { createFileStore } from './file-store.ts';
import type { OverflowPolicy } from './journal.ts';
import type { JournalStore } from './store.ts';

/** Options of {@link createJournal}. */
export interface JournalOptions {
  /** Directory of the journal, made when missing (0700). One journal a directory. */
  readonly path: string;
  /** Sinks that must have acknowledged a record before it may go. With none, everything goes as soon as its segment is full. */
  readonly sinks: readonly string[];
  /** Bound of all segments together, bytes. At least 1 MiB. Default 4 GiB. */
  readonly maxBytes?: number;
  /** Bound of the age of what waits, milliseconds, kept to within an eighth. At least 1,000. Default: none. */
  readonly maxAgeMs?: number;
  /** Default `pause`. */
  readonly overflow?: OverflowPolicy;
  /** Size at which a segment is followed by another one, bytes; never more than an eighth of `maxBytes`. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** Least time from one sync to the next, milliseconds: more spares the disk and costs latency. Default 2. */
  readonly syncIntervalMs?: number;
  /** `sync` waits for the disk, `os` only for the operating system: then a power cut may lose what was reported durable, a crash of the process not. Default `sync`. */
  readonly durability?: 'sync' | 'os';
  /** Room held free for cursors and sessions on a disk that is full, bytes; 0 for none. Default 16 MiB. */
  readonly ballastBytes?: number;
  /** Records in memory that wait for the disk, bytes; above it `append` says false. Default 32 MiB. */
  readonly maxPendingBytes?: number;
  /** Default: the real one. */
  readonly clock?: Clock;
  /** Spreads retries. Default: the system's. */
  readonly random?: Random;
  /** The disk. Default `createFileStore({ path })`. */
  readonly store?: JournalStore;
}

export interface JournalSettings extends Required<Omit<JournalOptions, 'maxAgeMs'>> {
  /** Infinity for none. */
  readonly maxAgeMs: number;
}

const MIB = 2 ** 20;
const DEFAULTS = {
  maxBytes: 4096 * MIB,
  maxAgeMs: Number.POSITIVE_INFINITY,
  overflow: 'pause',
  segmentBytes: 64 * MIB,
  syncIntervalMs: 2,
  durability: 'sync',
  ballastBytes: 16 * MIB,
  maxPendingBytes: 32 * MIB,
} as const;

const AGE = 'expected a whole number of 1000 ms or more';

/** Positions within a segment are 32-bit numbers. */
const LARGEST_SEGMENT = 1024 * MIB;

const shape = {
  path: text,
  sinks: textList,
  maxBytes: wholeNumber(MIB, undefined, 'bytes').optional(),
  maxAgeMs: z.union([z.literal(Number.POSITIVE_INFINITY), wholeNumber(1_000, undefined, 'ms')], AGE).optional(),
  overflow: oneOf('pause', 'dropOldest', 'dropNewest').optional(),
  segmentBytes: wholeNumber(4_096, LARGEST_SEGMENT, 'bytes').optional(),
  syncIntervalMs: milliseconds(0, 60_000).optional(),
  durability: oneOf('sync', 'os').optional(),
  ballastBytes: wholeNumber(0, LARGEST_SEGMENT, 'bytes').optional(),
  maxPendingBytes: wholeNumber(4_096, LARGEST_SEGMENT, 'bytes').optional(),
  clock: clockPort.optional(),
  random: anyFunction.optional(),
  store: port('lock', 'list', 'create', 'open', 'read', 'rename', 'remove', 'syncDirectory').optional(),
};

/**
 * Options with every default filled in; an undefined value counts as absent.
 *
 * @throws {TypeError} naming every option that is unknown, missing or of the wrong type
 * @throws {RangeError} when all that is wrong are numbers out of range
 */
export function resolveOptions(options: JournalOptions): JournalSettings {
  checkOptions('createJournal', options, shape);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const merged = { clock: systemClock, random: systemRandom, ...DEFAULTS, ...given } as JournalSettings;
  return {
    ...merged,
    sinks: [...new Set(options.sinks)],
    segmentBytes: Math.min(merged.segmentBytes, Math.floor(merged.maxBytes / 8)),
    store: merged.store ?? createFileStore({ path: options.path }),
  };
}
