import { shardIdOf } from '../entity.ts';
import type { ClearGuild, Operation, Put } from '../operation.ts';
import type { HeldShard } from './held-shards.ts';

/** Guilds of which a store lacks something, until Discord sends them whole. */
export interface MissingGuilds {
  /** Guilds known to be missing; what is in no guild counts as one. */
  readonly size: number;
  /** Shards all of whose guilds are missing: READY names them. */
  readonly shardIds: readonly number[];
  /** These operations were dropped. */
  dropped(operations: readonly Operation[]): void;
  /** Everything of these shards is gone. */
  lost(shards: readonly HeldShard[]): void;
  /** These were carried out. */
  written(operations: readonly Operation[]): void;
  /** These shards are written anew; of a shard that is not known whole, what is missing stays so. */
  rebuilt(shards: readonly HeldShard[]): void;
}

/** What is in no guild counts as one. */
const NO_GUILD = '';

export function createMissingGuilds(): MissingGuilds {
  const missing = new Set<string>();
  const shardIds = new Set<number>();

  function wrote(operation: Operation): void {
    if (isWholeGuild(operation)) missing.delete(guildOf(operation));
    if (operation.op !== 'retainGuilds') return;
    missing.delete(NO_GUILD);
    // Each of them comes next.
    if (shardIds.delete(operation.shardId)) for (const id of operation.guildIds) missing.add(id);
  }

  return {
    get size() {
      return missing.size;
    },
    get shardIds() {
      return [...shardIds].toSorted((one, other) => one - other);
    },
    dropped(operations) {
      for (const operation of operations) {
        if (operation.op === 'retainGuilds') missing.add(NO_GUILD);
        else missing.add(guildOf(operation));
      }
    },
    lost(shards) {
      for (const { shardId } of shards) shardIds.add(shardId);
    },
    written(operations) {
      if (missing.size > 0 || shardIds.size > 0) for (const operation of operations) wrote(operation);
    },
    rebuilt(shards) {
      const known = shards.filter(({ isKnown }) => isKnown);
      if (known.length === shards.length) return missing.clear();
      const ids = new Set(known.map(({ shardId }) => shardId));
      const shardCount = shards[0]?.shardCount ?? 1;
      for (const id of missing) if (ids.has(id === NO_GUILD ? 0 : shardIdOf(id, shardCount))) missing.delete(id);
    },
  };
}

/** Only GUILD_CREATE writes a guild over what is there, with all its lists; and of a guild that was cleared nothing is missing. */
function isWholeGuild(operation: Operation): operation is Put | ClearGuild {
  return (
    operation.op === 'clearGuild' || (operation.op === 'put' && operation.ref.kind === 'guild' && !operation.ifAbsent)
  );
}

function guildOf(operation: Exclude<Operation, { op: 'retainGuilds' }>): string {
  if (!('ref' in operation)) return operation.guildId ?? NO_GUILD;
  const { ref } = operation;
  return (ref.kind === 'guild' ? ref.id : ref.guildId) ?? NO_GUILD;
}
