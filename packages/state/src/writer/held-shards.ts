import type { GatewayManager } from '@shardgate/gateway';
import { shardIdOf } from '../entity.ts';
import type { EventOrigin } from '../reducer.ts';
import type { SynchronousStore } from '../store.ts';

/** Guilds read at once. */
const PAGE = 1_000;

/** A shard whose events pass through this process. */
export interface HeldShard {
  readonly shardId: number;
  readonly shardCount: number;
  /** Whether the store from which others are rebuilt knows all of its guilds: it had them when it was opened, or Discord has named them since. */
  readonly isKnown: boolean;
}

/** Which shards this process holds: of other guilds it knows nothing, or nothing new. */
export interface HeldShards {
  /** Takes down which guilds the source has before the first event. */
  begin(): void;
  /** Notes where an event came from. Gives the shard when it is seen for the first time and goes on with an earlier session: no guild of it will come by itself. */
  see(origin: EventOrigin, isReady: boolean): HeldShard | undefined;
  /** Those that were seen, and those of the gateway that are quiet. */
  all(): readonly HeldShard[];
}

export function createHeldShards(
  source: SynchronousStore | undefined,
  gateway: () => GatewayManager | undefined,
): HeldShards {
  const seen = new Map<number, { isKnown: boolean }>();
  /** Number of shards of all that were seen; after a reshard they are forgotten, and the new ones have their guilds. */
  let shardCount = 0;
  /** After a reshard: whether the guilds of all shards before it were known. */
  let wereKnown: boolean | undefined;
  let guildIds: readonly string[] = [];
  /** Shards of which the source had guilds at first. */
  let hadGuilds: ReadonlySet<number> = new Set();

  function begins(count: number): void {
    if (shardCount !== 0) wereKnown = Array.from(seen.values()).every(({ isKnown }) => isKnown);
    seen.clear();
    shardCount = count;
    hadGuilds = new Set(guildIds.map((id) => shardIdOf(id, count)));
  }

  const isKnownAtFirst = (shardId: number): boolean => wereKnown ?? hadGuilds.has(shardId);

  return {
    begin() {
      if (source !== undefined) guildIds = guildIdsOf(source);
    },
    see(origin, isReady) {
      const { shardId } = origin;
      if (origin.shardCount !== shardCount) begins(origin.shardCount);
      const shard = seen.get(shardId);
      if (shard !== undefined) {
        if (isReady) shard.isKnown = true;
        return undefined;
      }
      const isKnown = isReady || isKnownAtFirst(shardId);
      seen.set(shardId, { isKnown });
      return isReady || wereKnown !== undefined ? undefined : { shardId, shardCount, isKnown };
    },
    all() {
      const held = new Map<number, HeldShard>();
      for (const [shardId, { isKnown }] of seen) held.set(shardId, { shardId, shardCount, isKnown });
      for (const [shardId, shard] of gateway()?.shards ?? [])
        if (shard.status !== 'idle' && shard.shardCount === shardCount && !held.has(shardId))
          held.set(shardId, { shardId, shardCount, isKnown: isKnownAtFirst(shardId) });
      return [...held.values()];
    },
  };
}

/** Ids of all guilds of a store. A guild may be known by its lists alone, where guilds themselves are not kept. */
function guildIdsOf(source: SynchronousStore): readonly string[] {
  const ids: string[] = [];
  for (;;) {
    const after = ids.at(-1);
    const page = source.list({ kind: 'guild', limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { ref } of page) ids.push(ref.id);
    if (page.length < PAGE) break;
  }
  return ids.length > 0 ? ids : source.guildIds();
}
