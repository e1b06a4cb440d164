import type { z } from 'zod';
import { factsOf } from './schema/leaf.ts';
import { configurationSchema } from './schema/schema.ts';
import { partListSchemas, type PartListSchema } from './schema/part-lists.ts';
import { bare, membersOf, wordsOf } from './schema/structure.ts';

/** One value of the configuration. */
export interface ConfigurationLeaf {
  /** `shards.total`. */
  readonly path: string;
  readonly description: string;
  /** What it may be, in a few words. */
  readonly values: string;
  /** The plain default; undefined where there is none, or it is no plain value. */
  readonly fallback: unknown;
  /** The default as a text for people. */
  readonly defaultText: string;
  readonly unit: string | null;
  /** `SHARDGATE_SHARDS_TOTAL`, and other names of the same. */
  readonly variables: readonly string[];
  /** `--shards-total`; null for what the command line has no option for. */
  readonly flag: string | null;
  readonly isSecret: boolean;
  /** How much of it may be shown. */
  readonly visibility: 'all' | 'secret' | 'address' | 'webhook';
  /** Whether a running service takes a change over. */
  readonly isLive: boolean;
  readonly isNullable: boolean;
  readonly schema: z.ZodType;
}

/** The leaves of one group, such as `shards`. */
export interface ConfigurationSection {
  /** Empty for the leaves that stand in no group. */
  readonly name: string;
  readonly leaves: readonly ConfigurationLeaf[];
}

/** `SHARDGATE_SHARDS_SPAWN_DELAY_MS` of `shards.spawnDelayMs`. */
function variableOf(path: string): string {
  return `SHARDGATE_${words(path, '_').toUpperCase()}`;
}

/** `--shards-spawn-delay-ms` of `shards.spawnDelayMs`. */
function flagOf(path: string): string {
  return `--${words(path, '-').toLowerCase()}`;
}

function words(path: string, between: string): string {
  return path.replace(/(?<=[a-z0-9])([A-Z])/g, `${between}$1`).replaceAll('.', between);
}

function describeLeaf(path: string, schema: z.ZodType): ConfigurationLeaf {
  const facts = factsOf(schema);
  if (facts === undefined) throw new Error(`${path} is no leaf of the configuration`);
  const { fallback, isNullable } = bare(schema);
  return {
    path,
    description: facts.description,
    values: wordsOf(schema),
    fallback,
    defaultText: facts.defaultText ?? defaultWords(fallback),
    unit: facts.unit ?? null,
    variables: [variableOf(path), ...(facts.aliases ?? [])],
    flag: facts.flag ? flagOf(path) : null,
    isSecret: facts.visibility === 'secret',
    visibility: facts.visibility ?? 'all',
    isLive: facts.live ?? false,
    isNullable,
    schema,
  };
}

function defaultWords(fallback: unknown): string {
  if (typeof fallback === 'number') return fallback.toLocaleString('en-US');
  if (Array.isArray(fallback) && fallback.length === 0) return 'none';
  return Array.isArray(fallback) ? fallback.map((one) => `\`${String(one)}\``).join(', ') : `\`${String(fallback)}\``;
}

function leavesOf(schema: z.ZodType, path: string): ConfigurationLeaf[] {
  if (factsOf(schema) !== undefined) return [describeLeaf(path, schema)];
  return Object.entries(membersOf(schema) ?? {}).flatMap(([name, inner]) =>
    leavesOf(inner, path === '' ? name : `${path}.${name}`),
  );
}

const leaves: readonly ConfigurationLeaf[] = leavesOf(configurationSchema, '');

/** Every value of the configuration, in the order of the page. What a sink or store may have is told by {@link describePartLists}. */
export function configurationLeaves(): readonly ConfigurationLeaf[] {
  return leaves;
}

/** The configuration by groups, the ungrouped leaves first. */
export function describeConfiguration(): readonly ConfigurationSection[] {
  const sections = new Map<string, ConfigurationLeaf[]>([['', []]]);
  for (const one of leaves) {
    const name = one.path.includes('.') ? (one.path.split('.')[0] ?? '') : '';
    sections.set(name, [...(sections.get(name) ?? []), one]);
  }
  return [...sections].map(([name, members]) => ({ name, leaves: members }));
}

/** A list whose entries each have a type: sinks, stores. */
export interface PartList extends Pick<PartListSchema, 'path' | 'noun'> {
  /** What each type may have; the paths are those below the entry. */
  readonly types: readonly ConfigurationSection[];
}

const partLists: readonly PartList[] = partListSchemas.map(({ path, noun, types }) => ({
  path,
  noun,
  types: Object.entries(types).map(([name, { shape }]) => ({
    name,
    leaves: Object.entries(shape as Record<string, z.ZodType>).flatMap(([member, inner]) =>
      member === 'type' ? [] : leavesOf(inner, member),
    ),
  })),
}));

/** Every list of the configuration whose entries have a type. */
export function describePartLists(): readonly PartList[] {
  return partLists;
}

/** The list of parts at a path; undefined for any other path. */
export function partListAt(path: string): PartList | undefined {
  return partLists.find((list) => list.path === path);
}

/** What an entry of a list may have, by its type; none for a type that does not exist. */
export function leavesOfPart(list: PartList, type: unknown): readonly ConfigurationLeaf[] {
  return list.types.find(({ name }) => name === type)?.leaves ?? [];
}
