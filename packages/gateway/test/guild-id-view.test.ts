import { describe, expect, test } from 'vitest';
import { createGuildIdView } from '../src/filters/guild-id-view.ts';
import { createGuildRegistry } from '../src/filters/guild-registry.ts';

/** Guild n belongs to shard n % 2; shard 2 and up do not exist here. */
function twoShards() {
  const registries = new Map([
    [0, createGuildRegistry()],
    [1, createGuildRegistry()],
  ]);
  const shardOf = (guildId: bigint) => (guildId < 100n ? registries.get(Number(guildId % 2n)) : undefined);
  registries.get(0)?.ready(['2', '4'], 1);
  registries.get(1)?.ready(['1', '3'], 1);
  registries.get(0)?.created('2', false, 2);
  registries.get(1)?.created('1', false, 2);
  registries.get(1)?.deleted('1', true, 3);
  const guildIds: Set<bigint> = createGuildIdView({
    registries: () => registries,
    shardOf,
    statuses: ['available', 'unavailable'],
  });
  const loadingGuildIds = createGuildIdView({ registries: () => registries, shardOf, statuses: ['loading'] });
  return { registries, guildIds, loadingGuildIds };
}

describe('a view of guild ids', () => {
  test('shows the guilds of all shards in its statuses, as a set does', () => {
    const { guildIds, loadingGuildIds } = twoShards();
    expect([...guildIds]).toEqual([2n, 1n]);
    expect([...loadingGuildIds]).toEqual([4n, 3n]);
    expect([guildIds.size, guildIds.has(1n), guildIds.has(4n), guildIds.has(500n)]).toEqual([2, true, false, false]);
    expect([...guildIds.keys(), ...guildIds.values()]).toEqual([2n, 1n, 2n, 1n]);
    expect([...guildIds.entries()]).toEqual([
      [2n, 2n],
      [1n, 1n],
    ]);
    expect(new Set(guildIds)).toEqual(new Set([1n, 2n]));
    expect(Object.prototype.toString.call(guildIds)).toBe('[object Set]');
  });

  test('is live in both directions', () => {
    const { registries, guildIds, loadingGuildIds } = twoShards();
    registries.get(0)?.created('4', false, 5);
    expect([guildIds.has(4n), loadingGuildIds.has(4n)]).toEqual([true, false]);
    expect(guildIds.add(6n)).toBe(guildIds);
    expect(registries.get(0)?.status('6')).toBe('available');
    expect(registries.get(0)?.created('6', false, 6)).toBe('replaced');
    expect(guildIds.delete(2n)).toBe(true);
    expect(registries.get(0)?.created('2', false, 7)).toBe('join');
    registries.delete(1);
    expect(new Set(guildIds)).toEqual(new Set([2n, 4n, 6n]));
  });

  test('adding what is there, deleting what is not, change nothing', () => {
    const { registries, guildIds, loadingGuildIds } = twoShards();
    guildIds.add(1n);
    expect(registries.get(1)?.status('1')).toBe('unavailable');
    expect([guildIds.delete(3n), guildIds.delete(500n), loadingGuildIds.has(3n)]).toEqual([false, false, true]);
  });

  test('clear empties its own statuses only', () => {
    const { guildIds, loadingGuildIds } = twoShards();
    guildIds.clear();
    expect([guildIds.size, loadingGuildIds.size]).toEqual([0, 2]);
  });

  test('forEach gives id, id and the set, with the this it is told', () => {
    const { loadingGuildIds } = twoShards();
    const seen: unknown[] = [];
    loadingGuildIds.forEach(function (this: unknown, ...args) {
      seen.push([this, ...args]);
    }, 'self');
    expect(seen).toEqual([
      ['self', 4n, 4n, loadingGuildIds],
      ['self', 3n, 3n, loadingGuildIds],
    ]);
  });

  test('a guild whose shard is not here cannot be added', () => {
    expect(() => twoShards().guildIds.add(500n)).toThrow(
      new RangeError('guild 500 belongs to a shard that is not in this gateway'),
    );
  });
});
