import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGuildRegistry, guildsAt } from '../src/filters/guild-registry.ts';
import type { GuildRegistry } from '../src/filters/guild-registry.ts';
import type { GuildSnapshot } from '../src/session-store/session-store.ts';

/** A registry in which guild `1` has the status, the way it comes about. */
function withGuild(status: string): GuildRegistry {
  const guilds = createGuildRegistry();
  guilds.ready(status === 'absent' || status === 'joining, then hidden' ? [] : ['1'], 1);
  if (status === 'available' || status === 'unavailable') guilds.created('1', false, 2);
  if (status === 'unavailable') guilds.deleted('1', true, 3);
  if (status === 'loading, then hidden') guilds.deleted('1', true, 3);
  if (status === 'joining, then hidden') guilds.created('1', true, 3);
  return guilds;
}

function listsOf(snapshot: GuildSnapshot): object {
  const { available, loading, unavailable } = snapshot;
  return { available: available.toSorted(), loading: loading.toSorted(), unavailable: unavailable.toSorted() };
}

describe('a guild event means what the status before says', () => {
  test.each([
    // [before, full GUILD_CREATE, unavailable GUILD_CREATE, unavailable GUILD_DELETE, full GUILD_DELETE]
    ['loading', 'startup', 'outage', 'outage', 'leave'],
    ['available', 'replaced', 'outage', 'outage', 'leave'],
    ['unavailable', 'available', 'replaced', 'unchanged', 'leave'],
    ['absent', 'join', 'outage', 'outage', 'leave'],
    ['loading, then hidden', 'startup', 'replaced', 'unchanged', 'leave'],
    ['joining, then hidden', 'join', 'replaced', 'unchanged', 'leave'],
  ])('of a guild that is %s', (before, created, createdHidden, deletedHidden, deleted) => {
    expect(withGuild(before).created('1', false, 9)).toBe(created);
    expect(withGuild(before).created('1', true, 9)).toBe(createdHidden);
    expect(withGuild(before).deleted('1', true, 9)).toBe(deletedHidden);
    expect(withGuild(before).deleted('1', false, 9)).toBe(deleted);
  });

  test.each([
    ['loading', 'loading'],
    ['loading, then hidden', 'unavailable'],
    ['joining, then hidden', 'unavailable'],
    ['absent', 'absent'],
  ])('and one that is %s looks %s', (before, looks) => {
    expect(withGuild(before).status('1')).toBe(looks);
  });

  test('a re-invite after a leave is a join', () => {
    const guilds = withGuild('available');
    expect(guilds.deleted('1', false, 5)).toBe('leave');
    expect(guilds.status('1')).toBe('absent');
    expect(guilds.created('1', false, 6)).toBe('join');
  });

  test('an unknown guild that is in an outage is ours, so its return is no join', () => {
    const guilds = createGuildRegistry();
    expect(guilds.deleted('1', true, 2)).toBe('outage');
    expect(guilds.created('1', false, 3)).toBe('available');
  });

  test.each([
    ['loading, then hidden', 'startup'],
    ['joining, then hidden', 'join'],
    ['unavailable', 'available'],
  ])('a restart does not forget that a guild was %s', (before, event) => {
    const restarted = createGuildRegistry();
    restarted.restore(withGuild(before).snapshot(9), 9);
    expect(restarted.created('1', false, 10)).toBe(event);
  });
});

describe('READY', () => {
  test('makes exactly its guilds loading and tells what changed while away', () => {
    const guilds = createGuildRegistry();
    guilds.ready(['1', '2', '3'], 1);
    guilds.created('1', false, 2);
    guilds.deleted('2', true, 3);
    expect(guilds.ready(['2', '3', '4'], 1)).toEqual({ left: ['1'], joined: ['4'] });
    expect(guilds.sizes).toEqual({ loading: 3, available: 0, unavailable: 0 });
    expect([...guilds.ids('loading')]).toEqual(['2', '3', '4']);
  });

  test('is no news the first time, but is after a restart', () => {
    expect(createGuildRegistry().ready(['1'], 1)).toEqual({ left: [], joined: [] });
    const restarted = createGuildRegistry();
    restarted.restore({ seq: 5, available: ['1'], loading: [], unavailable: [], changes: [] }, 5);
    expect(restarted.ready(['2'], 1)).toEqual({ left: ['1'], joined: ['2'] });
  });
});

describe('a snapshot', () => {
  test('has the lists of its number, not of the latest event', () => {
    const guilds = createGuildRegistry();
    guilds.ready(['1', '2'], 1);
    guilds.created('1', false, 2);
    guilds.created('2', false, 3);
    guilds.deleted('1', false, 4);
    expect(guilds.snapshot(2)).toEqual({
      seq: 2,
      available: ['1'],
      loading: ['2'],
      unavailable: [],
      changes: [[2, '1', 'loading']],
    });
    expect(guilds.snapshot(4).changes).toHaveLength(3);
    guilds.persisted(2);
    expect(guilds.snapshot(4)).toEqual({
      seq: 4,
      available: ['2'],
      loading: [],
      unavailable: [],
      changes: [
        [3, '2', 'loading'],
        [4, '1', 'available'],
      ],
    });
  });

  test('is due as long as there is a change that none holds', () => {
    const guilds = createGuildRegistry();
    expect(guilds.changed).toBe(false);
    guilds.ready(['1'], 1);
    guilds.created('1', false, 2);
    guilds.snapshot(1);
    expect(guilds.changed).toBe(true);
    guilds.snapshot(2);
    expect(guilds.changed).toBe(false);
    guilds.created('1', false, 3);
    expect(guilds.changed).toBe(false);
    guilds.set('1', 'absent');
    expect(guilds.changed).toBe(true);
  });

  test('of guilds at or above its own number is itself', () => {
    const snapshot: GuildSnapshot = {
      seq: 5,
      available: ['1'],
      loading: [],
      unavailable: [],
      changes: [[4, '1', 'loading']],
    };
    expect(guildsAt(snapshot, 5)).toBe(snapshot);
    expect(guildsAt(snapshot, 9)).toBe(snapshot);
  });

  test('does not grow without end while no checkpoint succeeds, and still goes back to the last that did', () => {
    const guilds = createGuildRegistry();
    guilds.ready(['1', '2'], 1);
    guilds.persisted(1);
    for (let seq = 3; seq < 50_000; seq += 2) {
      guilds.deleted('1', true, seq);
      guilds.created('1', false, seq + 1);
    }
    guilds.created('2', false, 50_001);
    const snapshot = guilds.snapshot(50_001);
    expect(snapshot.changes.length).toBeLessThanOrEqual(10_000);
    expect(listsOf(guildsAt(snapshot, 1))).toEqual({ available: [], loading: ['1', '2'], unavailable: [] });
  });

  const event = fc.record({
    kind: fc.constantFrom('created', 'deleted'),
    id: fc.constantFrom('1', '2', '3', '4', '5'),
    hidden: fc.boolean(),
    persist: fc.nat({ max: 5 }),
  });

  test('gone back to any number not yet stored is the snapshot taken there', () => {
    const law = fc.property(fc.array(event, { maxLength: 40 }), fc.nat({ max: 45 }), (events, pick) => {
      const guilds = createGuildRegistry();
      guilds.ready(['1', '2', '3'], 1);
      const taken: GuildSnapshot[] = [guilds.snapshot(1)];
      let stored = 1;
      for (const [index, { kind, id, hidden, persist }] of events.entries()) {
        const seq = index + 2;
        if (kind === 'created') guilds.created(id, hidden, seq);
        else guilds.deleted(id, hidden, seq);
        taken.push(guilds.snapshot(seq));
        if (persist === 0) guilds.persisted((stored = seq - 1));
      }
      for (const status of ['loading', 'available', 'unavailable'] as const) {
        expect([...guilds.ids(status)]).toHaveLength(guilds.sizes[status]);
      }
      const back = Math.max(stored, Math.min(pick, events.length + 1));
      const there = taken.find(({ seq }) => seq === back);
      const last = guilds.snapshot(events.length + 1);
      expect(listsOf(guildsAt(last, back))).toEqual(there && listsOf(there));
      expect(listsOf(guilds.snapshot(back))).toEqual(there && listsOf(there));
      const restarted = createGuildRegistry();
      restarted.restore(last, back);
      expect(listsOf(restarted.snapshot(back))).toEqual(there && listsOf(there));
    });
    fc.assert(law, { numRuns: 500 });
  });
});

test('a guild takes no more than 120 bytes', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const guilds = Array.from({ length: 40 }, createGuildRegistry);
  const before = heap();
  // Ids as a parser makes them: strings of their own.
  for (const [shard, registry] of guilds.entries()) {
    const text = JSON.stringify(
      Array.from({ length: 2_500 }, (_, n) => String(1_000_000_000_000_000_000n + BigInt(shard * 2_500 + n))),
    );
    registry.ready(JSON.parse(text) as string[], 1);
  }
  const perGuild = (heap() - before) / (40 * 2_500);
  expect(guilds[0]?.sizes.loading).toBe(2_500);
  expect(perGuild).toBeGreaterThan(20);
  expect(perGuild).toBeLessThanOrEqual(120);
});
