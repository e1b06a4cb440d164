import { createIdentifyGovernor } from '../src/identify/identify-governor.ts';
import type { IdentifyGovernor, IdentifyGovernorOptions } from '../src/identify/identify-governor.ts';
import type { IdentifyLedger } from '../src/identify/identify-ledger.ts';
import { createMemoryIdentifyLedger } from '../src/identify/memory-identify-ledger.ts';
import { createTestClock } from './test-clock.ts';
import type { TestClock } from './test-clock.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** What Discord says of an untouched budget. */
export const FRESH = { total: 1000, remaining: 1000, resetAfter: 24 * HOUR };

export interface GovernorBed {
  readonly clock: TestClock;
  readonly ledger: IdentifyLedger;
  readonly governor: IdentifyGovernor;
}

/** A governor on a clock and a ledger of its own, or on those of an earlier process. */
export function start(parts: Partial<IdentifyGovernorOptions & { clock: TestClock }> = {}): GovernorBed {
  const clock = parts.clock ?? createTestClock();
  const ledger = parts.ledger ?? createMemoryIdentifyLedger();
  const options = { random: () => 0, tokenFingerprint: 'f', ...parts, clock, ledger };
  return { clock, ledger, governor: createIdentifyGovernor(options) };
}

/** Spends for as long as it is granted, each on a shard of its own that gets READY. */
export async function spendAll(governor: IdentifyGovernor, limit = 5_000): Promise<number> {
  for (let spent = 0; spent < limit; spent += 1) {
    if (!(await governor.spend(spent)).granted) return spent;
    governor.succeeded(spent);
  }
  return limit;
}
