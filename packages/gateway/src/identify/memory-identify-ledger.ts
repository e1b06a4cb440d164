import type { IdentifyLedger, IdentifyLedgerState } from './identify-ledger.ts';

/** A ledger that dies with its process: a restart loop then spends identifies that nobody remembers but Discord. */
export function createMemoryIdentifyLedger(): IdentifyLedger {
  let stored: IdentifyLedgerState | undefined;
  return {
    load: async () => stored,
    async save(state) {
      stored = state;
    },
  };
}
