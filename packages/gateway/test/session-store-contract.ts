import { describe, expect, test } from 'vitest';
import type { GuildSnapshot, SessionCheckpoint, SessionStore } from '../src/session-store/session-store.ts';

/** A store under test. */
export interface StoreUnderTest {
  readonly store: SessionStore;
  /** The store as a later process finds it; the same object where nothing outlives the process. */
  reopen(): Promise<SessionStore>;
}

/** A whole checkpoint, with whatever a test cares for put in. */
export function checkpointOf(parts: Partial<SessionCheckpoint> = {}): SessionCheckpoint {
  return {
    shardId: 0,
    shardCount: 2,
    sessionId: 'a',
    resumeUrl: 'wss://gateway-us-east1-b.discord.gg',
    seq: 1,
    intents: 513,
    version: 10,
    encoding: 'json',
    tokenFingerprint: '0123456789abcdef',
    savedAt: 1_800_000_000_000,
    userId: '80351110224678912',
    applicationId: '80351110224678913',
    ...parts,
  };
}

/** A snapshot in which these guilds are available. */
export function guildsOf(seq: number, ...available: string[]): GuildSnapshot {
  return { seq, available, loading: [], unavailable: [], changes: [] };
}

/** What every session store must do. `make` gives a new, empty store. */
export function testSessionStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a session store`, () => {
    test('an empty store loads no sessions', async () => {
      const { store } = await make();
      expect(await store.load()).toEqual([]);
    });

    test('what was saved is loaded, every field', async () => {
      const { store, reopen } = await make();
      const first = checkpointOf({ guilds: guildsOf(1, '10', '11') });
      const second = checkpointOf({
        shardId: 1,
        resumeUrl: null,
        userId: null,
        applicationId: null,
        guilds: guildsOf(1),
      });
      await store.save([first, second]);
      expect(sorted(await (await reopen()).load())).toEqual([first, second]);
    });

    test('a later checkpoint of a shard replaces the earlier one', async () => {
      const { store, reopen } = await make();
      await store.save([checkpointOf({ seq: 5, guilds: guildsOf(5) })]);
      await store.save([checkpointOf({ seq: 9, guilds: guildsOf(9, '10') })]);
      expect(await (await reopen()).load()).toEqual([checkpointOf({ seq: 9, guilds: guildsOf(9, '10') })]);
    });

    test('a checkpoint without guilds keeps those of the same session', async () => {
      const { store, reopen } = await make();
      await store.save([checkpointOf({ seq: 5, guilds: guildsOf(5, '10') })]);
      await store.save([checkpointOf({ seq: 9 })]);
      expect(await (await reopen()).load()).toEqual([checkpointOf({ seq: 9, guilds: guildsOf(5, '10') })]);
    });

    test("a new session's checkpoint without guilds does not take those of the old session", async () => {
      const { store, reopen } = await make();
      await store.save([checkpointOf({ seq: 5, guilds: guildsOf(5, '10') })]);
      await store.save([checkpointOf({ sessionId: 'b', seq: 1 })]);
      expect(await (await reopen()).load()).toEqual([checkpointOf({ sessionId: 'b', seq: 1 })]);
    });

    test('the same shard under another shard count is another session', async () => {
      const { store, reopen } = await make();
      const both = [checkpointOf({ guilds: guildsOf(1, '10') }), checkpointOf({ shardCount: 4, sessionId: 'b' })];
      await store.save(both);
      expect(sorted(await (await reopen()).load())).toEqual(both);
    });

    test('a removed session is gone, and its guilds do not come back with a later one', async () => {
      const { store, reopen } = await make();
      await store.save([checkpointOf({ guilds: guildsOf(1, '10') }), checkpointOf({ shardId: 1 })]);
      await store.remove([{ shardId: 0, shardCount: 2 }]);
      expect(await (await reopen()).load()).toEqual([checkpointOf({ shardId: 1 })]);
      await store.save([checkpointOf({ seq: 3 })]);
      expect(sorted(await (await reopen()).load())).toEqual([checkpointOf({ seq: 3 }), checkpointOf({ shardId: 1 })]);
    });

    test('removing what is not there, and saving nothing, are fine', async () => {
      const { store } = await make();
      await store.remove([{ shardId: 7, shardCount: 8 }]);
      await store.remove([]);
      await store.save([]);
      expect(await store.load()).toEqual([]);
    });

    test('saves at the same time all last, the later call of a shard above the earlier', async () => {
      const { store, reopen } = await make();
      await Promise.all([
        store.save([checkpointOf({ seq: 1, guilds: guildsOf(1, '10') })]),
        store.save([checkpointOf({ shardId: 1, seq: 4 })]),
        store.save([checkpointOf({ seq: 2 })]),
        store.remove([{ shardId: 1, shardCount: 2 }]),
        store.save([checkpointOf({ seq: 3 })]),
      ]);
      expect(await (await reopen()).load()).toEqual([checkpointOf({ seq: 3, guilds: guildsOf(1, '10') })]);
    });
  });
}

function sorted(checkpoints: readonly SessionCheckpoint[]): SessionCheckpoint[] {
  return checkpoints.toSorted((a, b) => a.shardCount - b.shardCount || a.shardId - b.shardId);
}
