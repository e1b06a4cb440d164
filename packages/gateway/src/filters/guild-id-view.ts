import type { GuildRegistry, HeldStatus } from './guild-registry.ts';

/** Where a {@link createGuildIdView} looks. */
export interface GuildIdViewOptions {
  /** The registries to show, by shard; asked at every look. */
  readonly registries: () => Iterable<readonly [shardId: number, registry: GuildRegistry]>;
  /** The registry a guild belongs to; undefined when its shard is not here. */
  readonly shardOf: (guildId: bigint) => GuildRegistry | undefined;
  /** Guilds in one of these statuses are in the set; added ones get the first. */
  readonly statuses: readonly [HeldStatus, ...HeldStatus[]];
}

/**
 * The guilds of many shards in some statuses, as a live set: nothing is copied, and what is added or deleted here is added or deleted in the
 * shard's registry.
 *
 * `has`, `add` and `delete` cost one look-up, `size` one addition a shard. `add` throws a RangeError for a guild whose shard is not here.
 */
export function createGuildIdView(options: GuildIdViewOptions): Set<bigint> {
  const { registries, shardOf, statuses } = options;
  const shown: ReadonlySet<string> = new Set(statuses);

  function* ids(): Generator<bigint, undefined> {
    for (const [, registry] of registries()) {
      for (const status of statuses) for (const id of registry.ids(status)) yield BigInt(id);
    }
    return undefined;
  }

  function* pairs(): Generator<[bigint, bigint], undefined> {
    for (const id of ids()) yield [id, id];
    return undefined;
  }

  const has = (guildId: bigint): boolean => shown.has(shardOf(guildId)?.status(String(guildId)) ?? 'absent');

  const view: Set<bigint> = {
    has,
    add(guildId) {
      const registry = shardOf(guildId);
      if (registry === undefined)
        throw new RangeError(`guild ${guildId} belongs to a shard that is not in this gateway`);
      if (!has(guildId)) registry.set(String(guildId), statuses[0]);
      return view;
    },
    delete(guildId) {
      if (!has(guildId)) return false;
      shardOf(guildId)?.set(String(guildId), 'absent');
      return true;
    },
    clear() {
      for (const [, registry] of registries()) {
        for (const status of statuses) for (const id of registry.ids(status)) registry.set(id, 'absent');
      }
    },
    get size() {
      let size = 0;
      for (const [, registry] of registries()) for (const status of statuses) size += registry.sizes[status];
      return size;
    },
    forEach(callback, thisArg) {
      for (const id of ids()) callback.call(thisArg, id, id, view);
    },
    keys: ids,
    values: ids,
    entries: pairs,
    [Symbol.iterator]: ids,
    [Symbol.toStringTag]: 'Set',
  };
  return view;
}
