import { expect, test } from 'vitest';
import { createMemorySessionStore } from '../src/session-store/memory-session-store.ts';
import { checkpointOf, testSessionStore } from './session-store-contract.ts';

testSessionStore('the memory store', async () => {
  const store = createMemorySessionStore();
  return { store, reopen: async () => store };
});

test('two memory stores share nothing', async () => {
  const [one, other] = [createMemorySessionStore(), createMemorySessionStore()];
  await one.save([checkpointOf()]);
  expect([one.sessions.size, other.sessions.size]).toEqual([1, 0]);
});
