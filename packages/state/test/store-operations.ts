import {
  guildRef,
  messageRef,
  ownedRef,
  userRef,
  type EntityKind,
  type EntityRef,
  type GuildList,
  type ListQuery,
  type Operation,
  type Replaced,
  type Store,
} from '../src/index.ts';

export const G = '197038439483310086';
export const H = '613425648685547541';
export const C = '381870553235193857';
export const D = '381870553235193858';

export function refOfKind(kind: EntityKind): EntityRef {
  if (kind === 'guild') return guildRef(G);
  if (kind === 'user') return userRef('1');
  if (kind === 'message') return messageRef(C, '1', G);
  return ownedRef(kind, G, kind === 'channel' ? C : kind === 'thread' ? D : '1');
}

export function put(ref: EntityRef, value: object): Operation & { op: 'put' } {
  return { op: 'put', ref, value: JSON.stringify(value), ifAbsent: false, tellOld: false };
}

export function merge(ref: EntityRef, fields: Record<string, unknown>): Operation & { op: 'merge' } {
  return { op: 'merge', ref, fields, createIfAbsent: false, tellOld: false };
}

export function remove(ref: EntityRef): Operation & { op: 'remove' } {
  return { op: 'remove', ref, tellOld: true };
}

export function putAll(kind: GuildList, guildId: string, of: Record<string, string>): Operation & { op: 'putAll' } {
  return { op: 'putAll', kind, guildId, entries: entriesOf(of), tellOld: false };
}

export function replaceAll(
  kind: GuildList,
  guildId: string,
  of: Record<string, string>,
): Operation & { op: 'replaceAll' } {
  return { op: 'replaceAll', kind, guildId, entries: entriesOf(of), parentIds: null, tellOld: false };
}

function entriesOf(of: Record<string, string>): { id: string; value: string }[] {
  return Object.entries(of).map(([id, v]) => ({ id, value: JSON.stringify({ v }) }));
}

export function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

export function told(replaced: readonly Replaced[]): unknown[] {
  return replaced.map((old) => (typeof old === 'object' ? old.map(parsed) : parsed(old)));
}

export async function read(store: Store, refs: readonly EntityRef[]): Promise<unknown[]> {
  return (await store.getMany(refs)).map(parsed);
}

export async function ids(store: Store, query: ListQuery): Promise<string[]> {
  const found = (await store.list(query)).map(({ ref }) => ref.id);
  return found.toSorted((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1));
}

export async function values(store: Store, query: ListQuery): Promise<Record<string, unknown>> {
  const found = await store.list(query);
  return Object.fromEntries(found.map(({ ref, value }) => [ref.id, (parsed(value) as { v: unknown }).v]));
}
