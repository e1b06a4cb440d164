import type { FileFormat, Files } from '../session-store/atomic-file.ts';
import { coalesce, readSealed, systemFiles, writeSealed } from '../session-store/atomic-file.ts';
import type { IdentifyLedger, IdentifyLedgerState, IdentifyReading } from './identify-ledger.ts';

/** Options of {@link createFileIdentifyLedger}. */
export interface FileIdentifyLedgerOptions {
  /** The file; its folder is created when missing (0700). One gateway a file. Default `./.shardgate/identifies.json`. */
  readonly path?: string;
  /** The disk. Default: the real one. */
  readonly files?: Files;
}

const LEDGER: FileFormat = { format: 'shardgate-identifies', version: 1 };

/**
 * Keeps the ledger in a file that is replaced whole. Saves that come while a write is under way share the next one, which writes the newest
 * state. A damaged file is set aside as `*.damaged-<n>` and means no ledger; `save` rejects when the disk refuses.
 */
export function createFileIdentifyLedger(options: FileIdentifyLedgerOptions = {}): IdentifyLedger {
  const { path = './.shardgate/identifies.json', files = systemFiles } = options;
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`option path: expected the name of a file, got ${JSON.stringify(path)}`);
  }
  let newest: IdentifyLedgerState | undefined;
  const flush = coalesce(() => writeSealed(files, path, LEDGER, newest));
  return {
    async load() {
      try {
        return await readSealed(files, path, LEDGER, isLedgerState);
      } catch {
        // What cannot be read cannot be replaced either, as a rule: then the first save says so, before any identify.
        return undefined;
      }
    },
    async save(state) {
      newest = state;
      await flush();
    },
  };
}

function isLedgerState(value: unknown): value is IdentifyLedgerState {
  if (typeof value !== 'object' || value === null) return false;
  const { tokenFingerprint, spends, reading, starts, tokenRejected, readyAt } = value as Partial<IdentifyLedgerState>;
  return (
    typeof tokenFingerprint === 'string' &&
    areTimes(spends) &&
    areTimes(starts) &&
    typeof tokenRejected === 'boolean' &&
    (readyAt === undefined || readyAt === null || Number.isFinite(readyAt)) &&
    (reading === null || isReading(reading))
  );
}

function areTimes(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite);
}

function isReading(value: IdentifyReading | undefined): boolean {
  if (typeof value !== 'object') return false;
  return areTimes([value.total, value.remaining, value.resetsAt, value.readAt]);
}
