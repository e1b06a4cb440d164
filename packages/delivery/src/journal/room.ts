import type { Log } from './log.ts';
import { diskBytes, oldestNeeded } from './log.ts';

/** Part of `maxBytes` that only the journal's own records may fill. */
const RESERVE = 1 / 16;

/** Whether records of that many bytes may wait in memory. */
export function hasMemory(log: Log, bytes: number): boolean {
  return log.pendingBytes === 0 || log.pendingBytes + bytes <= log.settings.maxPendingBytes;
}

/** Whether the journal may become larger by that many bytes. One that nobody needs anything of may always. */
export function hasDisk(log: Log, bytes: number): boolean {
  const { maxBytes } = log.settings;
  if (diskBytes(log) + log.pendingBytes + bytes <= maxBytes * (1 - RESERVE)) return true;
  return log.pendingBytes === 0 && oldestNeeded(log) === undefined;
}

/** Whether what waits longest is not too old. */
export function isYoung(log: Log): boolean {
  const { maxAgeMs, clock } = log.settings;
  if (maxAgeMs === Number.POSITIVE_INFINITY) return true;
  const oldest = oldestNeeded(log);
  return oldest === undefined || oldest.newestAt >= clock.wallTime() - maxAgeMs;
}
