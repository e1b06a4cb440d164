import type { ClearGuild, Operation, Put } from '../operation.ts';

/** Guilds of which a store lacks something, until Discord sends them whole. */
export interface MissingGuilds {
  readonly size: number;
  /** These operations were dropped. */
  dropped(operations: readonly Operation[]): void;
  /** These were carried out. */
  written(operations: readonly Operation[]): void;
  clear(): void;
}

/** What is in no guild counts as one. */
const NO_GUILD = '';

export function createMissingGuilds(): MissingGuilds {
  const missing = new Set<string>();
  return {
    get size() {
      return missing.size;
    },
    dropped(operations) {
      for (const operation of operations) {
        if (operation.op === 'retainGuilds') missing.add(NO_GUILD);
        else missing.add(guildOf(operation));
      }
    },
    written(operations) {
      if (missing.size === 0) return;
      for (const operation of operations) {
        if (operation.op === 'retainGuilds') missing.delete(NO_GUILD);
        if (isWholeGuild(operation)) missing.delete(guildOf(operation));
      }
    },
    clear: () => missing.clear(),
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
