import type { EntityKind } from '../entity.ts';

/** Finds the level of what touches rows: one more than that of all that touched any of them before. */
export interface Levels {
  ofRow(kind: EntityKind, guildId: string, row: string): number;
  ofLists(guildId: string, kinds: readonly EntityKind[]): number;
  ofGuild(guildId: string): number;
  ofAll(): number;
}

/** A part of the rows: all, a guild's, a list's, or one. */
interface Part {
  /** Level of the last that touched the whole part. */
  whole: number;
  /** Level of the last that touched anything in it. */
  any: number;
}

export function createLevels(): Levels {
  const parts = new Map<string, Part>();
  const partOf = (name: string): Part => {
    let part = parts.get(name);
    if (part === undefined) {
      part = { whole: -1, any: -1 };
      parts.set(name, part);
    }
    return part;
  };
  const all = partOf('');

  /** The parts that are touched as a whole, and those in which they lie. */
  function touch(touched: readonly Part[], around: readonly Part[]): number {
    let level = 0;
    for (const { any } of touched) level = Math.max(level, any + 1);
    for (const { whole } of around) level = Math.max(level, whole + 1);
    for (const part of touched) part.whole = part.any = level;
    for (const part of around) part.any = Math.max(part.any, level);
    return level;
  }

  return {
    ofRow(kind, guildId, row) {
      const list = `${guildId} ${kind}`;
      return touch([partOf(`${list} ${row}`)], [partOf(list), partOf(guildId), all]);
    },
    ofLists: (guildId, kinds) =>
      touch(
        kinds.map((kind) => partOf(`${guildId} ${kind}`)),
        [partOf(guildId), all],
      ),
    ofGuild: (guildId) => touch([partOf(guildId)], [all]),
    ofAll: () => touch([all], []),
  };
}
