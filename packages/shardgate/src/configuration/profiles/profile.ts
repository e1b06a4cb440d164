import type { Variables } from '../environment-layer.ts';

/** Values by path. */
export type ProfileSettings = Readonly<Record<string, unknown>>;

interface Named {
  /** Its name in the other gateway: `SHARDS_TOTAL`, `-shards`. */
  readonly name: string;
  readonly kind: 'variable' | 'flag';
  /** What it means there, in a few words. */
  readonly meaning: string;
}

/** Something that has a counterpart here. */
export interface MappedEntry extends Named {
  /** Paths of the counterparts. */
  readonly to: readonly string[];
  /** How the value is changed on the way; empty when it is not. */
  readonly how: string;
  /**
   * The values of the counterparts. `given` has what else was given, for what only makes sense together.
   *
   * @throws {TextValueError} for a text that cannot be read
   */
  readonly set: (text: string, given: Variables) => ProfileSettings;
}

/** Something that has none. `needs`: the part of Shardgate that it waits for; without it there will be none. */
export interface UnmappedEntry extends Named {
  readonly needs?: 'the fleet';
  /** One sentence. */
  readonly why: string;
}

export type ProfileEntry = MappedEntry | UnmappedEntry;

/** Another gateway's settings, in terms of ours. */
export interface Profile {
  readonly name: 'twilight-dispatch' | 'tatsu';
  /** What holds unless something else is said: where that gateway does otherwise than ours. */
  readonly defaults: ProfileSettings;
  readonly entries: readonly ProfileEntry[];
}

/** Whether an entry has a counterpart. */
export function isMapped(entry: ProfileEntry): entry is MappedEntry {
  return 'to' in entry;
}

/** A variable whose value is taken over, perhaps changed. */
export function maps(
  name: string,
  meaning: string,
  to: string | readonly string[],
  set: MappedEntry['set'],
  how = '',
): MappedEntry {
  return { name, kind: kindOf(name), meaning, to: typeof to === 'string' ? [to] : to, how, set };
}

/** A variable that waits for a part of Shardgate. */
export function waitsFor(name: string, meaning: string, needs: NonNullable<UnmappedEntry['needs']>): UnmappedEntry {
  return { name, kind: kindOf(name), meaning, needs, why: `not yet: needs ${needs}` };
}

/** A variable that has no counterpart, and why. */
export function hasNone(name: string, meaning: string, why: string): UnmappedEntry {
  return { name, kind: kindOf(name), meaning, why: `without effect: ${why}` };
}

function kindOf(name: string): 'variable' | 'flag' {
  return name.startsWith('-') ? 'flag' : 'variable';
}
