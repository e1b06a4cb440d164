import { expect, test } from 'vitest';
import { createMemoryIdentifyLedger } from '../src/identify/memory-identify-ledger.ts';

const STATE = { tokenFingerprint: 'f', spends: [1, 2], reading: null, starts: [1], tokenRejected: false };

test('a memory ledger knows nothing at first, then what was saved last', async () => {
  const ledger = createMemoryIdentifyLedger();
  expect(await ledger.load()).toBeUndefined();
  await ledger.save(STATE);
  await ledger.save({ ...STATE, spends: [1, 2, 3] });
  expect(await ledger.load()).toEqual({ ...STATE, spends: [1, 2, 3] });
  expect(await createMemoryIdentifyLedger().load()).toBeUndefined();
});
