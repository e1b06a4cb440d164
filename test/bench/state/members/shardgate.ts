import { createMemoryStore, createState } from '@shardgate/state';
import { readPayload } from '@shardgate/wire';
import { runMembers } from './run-members.ts';

/** Our memory store, default kinds: users are in their members. */
const state = createState({ stores: [createMemoryStore()] });
await state.start(state);
await runMembers({
  feed: (text) => state.apply(state, readPayload(Buffer.from(text)), { shardId: 0, shardCount: 1, botId: '1' }),
  count() {
    const counts = state.counts(state);
    return counts instanceof Promise ? 0 : counts.member;
  },
});
