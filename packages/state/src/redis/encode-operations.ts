import { ENTITY_KINDS, type EntityRef } from '../entity.ts';
import type { ListEntry, Merge, Operation, Put, Replaced } from '../operation.ts';
import type { StoreContext } from '../store.ts';
import { EMPTY_LISTS, withLists, withoutLists } from './guild-text.ts';
import { keyWord, type ChannelKeys } from './layout.ts';
import { timestamp } from './timestamp.ts';

/** What every call of the script begins with. */
export interface CallSettings extends Pick<StoreContext, 'clock' | 'ttlMs' | 'messagesPerChannel'> {
  /** Who writes, and on which of its connections. */
  readonly writer: string;
  readonly epoch: number;
  readonly channelKeys: ChannelKeys;
  readonly nativeExpiry: boolean;
}

/** The script's first arguments. */
export function encodeSettings(settings: CallSettings): string[] {
  const { writer, epoch, channelKeys, nativeExpiry, clock, ttlMs, messagesPerChannel } = settings;
  const now = Math.floor(clock.wallTime());
  const expiry: Record<string, { ms: string; at: string; text: string }> = {};
  for (const kind of ENTITY_KINDS) {
    const ms = ttlMs[kind];
    if (ms !== undefined)
      expiry[keyWord(kind)] = { ms: String(ms), at: String(now + ms), text: `"${timestamp(now + ms)}"` };
  }
  return [
    writer,
    String(epoch),
    String(now),
    channelKeys,
    flag(nativeExpiry),
    String(messagesPerChannel ?? ''),
    JSON.stringify(expiry),
  ];
}

/** Adds the operations to the script's arguments. */
export function encodeOperations(args: string[], operations: readonly Operation[]): void {
  for (const operation of operations) encode(args, operation);
}

function encode(args: string[], operation: Operation): void {
  switch (operation.op) {
    case 'put':
      return encodePut(args, operation);
    case 'merge':
      return encodeMerge(args, operation);
    case 'remove':
      args.push('R');
      encodeRef(args, operation.ref);
      args.push(flag(operation.tellOld));
      return;
    case 'putAll':
      args.push('A', keyWord(operation.kind), operation.guildId, flag(operation.tellOld));
      return encodeEntries(args, operation.entries);
    case 'replaceAll': {
      const { kind, guildId, tellOld, parentIds, entries } = operation;
      args.push('L', keyWord(kind), guildId, flag(tellOld), String(parentIds?.length ?? -1));
      for (const id of parentIds ?? []) args.push(JSON.stringify(id));
      return encodeEntries(args, entries);
    }
    case 'clearGuild':
      args.push('G', operation.guildId ?? '');
      return;
    case 'clearChannel':
      args.push('C', operation.channelId, operation.guildId ?? '');
      return;
    case 'retainGuilds': {
      const { shardId, shardCount, guildIds } = operation;
      args.push('K', String(shardId), String(shardCount), String(guildIds.length));
      for (const id of guildIds) args.push(id);
      return;
    }
  }
}

function encodePut(args: string[], { ref, value, ifAbsent, tellOld }: Put): void {
  args.push('P');
  encodeRef(args, ref);
  // A stub is written as it is.
  args.push(flag(ifAbsent), flag(tellOld), ref.kind === 'guild' && !ifAbsent ? withLists(value) : value);
}

function encodeMerge(args: string[], { ref, fields: given, createIfAbsent, tellOld }: Merge): void {
  // What has a name is no stub any more.
  const fields = ref.kind === 'guild' && 'name' in given ? { ...given, ...EMPTY_LISTS } : given;
  // What JSON leaves out removes the member.
  const removed = Object.keys(fields).filter((name) => isLeftOut(fields[name]));
  args.push('M');
  encodeRef(args, ref);
  args.push(flag(createIfAbsent), flag(tellOld), JSON.stringify(fields), String(removed.length));
  for (const name of removed) args.push(JSON.stringify(name));
}

function isLeftOut(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol';
}

function encodeRef(args: string[], { kind, guildId, channelId, id }: EntityRef): void {
  args.push(keyWord(kind), guildId ?? '', channelId ?? '', id);
}

function encodeEntries(args: string[], entries: readonly ListEntry[]): void {
  args.push(String(entries.length));
  for (const { id, value } of entries) args.push(id, value);
}

function flag(value: boolean): string {
  return value ? '1' : '';
}

/** What each operation replaced; the script tells it only of those that ask. */
export function decodeReplaced(operations: readonly Operation[], told: readonly unknown[]): Replaced[] {
  let at = 0;
  return operations.map((operation) => {
    if (!('tellOld' in operation) || !operation.tellOld) return undefined;
    const old = told[at++];
    if (Array.isArray(old)) return old as string[];
    if (typeof old !== 'string') return undefined;
    return 'ref' in operation && operation.ref.kind === 'guild' ? withoutLists(old) : old;
  });
}
