import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DiskResult } from '../runner/results.ts';

const ROUNDS = 600;
/** What comes within 8 ms at 10,000 events of 1 KB a second. */
const BYTES = 80 * 1024;

/** How long the disk itself takes to keep what a journal hands it: what no journal can be faster than. */
export function measureDisk(): DiskResult {
  const folder = mkdtempSync(join(tmpdir(), 'shardgate-bench-'));
  const file = openSync(join(folder, 'disk'), 'w');
  const bytes = Buffer.alloc(BYTES, 1);
  const times: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const before = performance.now();
      writeSync(file, bytes);
      fdatasyncSync(file);
      times.push(performance.now() - before);
    }
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
  times.sort((one, other) => one - other);
  const at = (share: number): number => times[Math.floor(ROUNDS * share)] ?? Number.NaN;
  return { bytes: BYTES, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1 - 1 / ROUNDS) };
}
