import type { TimerHandle } from '@shardgate/gateway';
import type { MemberSelection, RawPayload } from './command.ts';
import type { CommandError } from './command-error.ts';

/** What a member request resolves with, after its last chunk. */
export interface MembersResult {
  /** GUILD_MEMBERS_CHUNK payloads that were handed over. */
  readonly chunks: number;
  /** Members in them. */
  readonly members: number;
  /** Ids that were asked for and are nobody's in the guild. */
  readonly notFound: readonly string[];
}

/** One client that waits for an answer. */
export interface Waiter {
  readonly clientId: string;
  readonly expiresAt: number;
  readonly onChunk: ((payload: unknown) => void) | undefined;
  readonly timer: TimerHandle;
  settle(result: MembersResult | CommandError): void;
}

/** `d` of op 8, without a nonce. */
export type MemberQuery =
  | { readonly guild_id: string; readonly query: string; readonly limit: number; readonly presences: boolean }
  | { readonly guild_id: string; readonly user_ids: readonly string[]; readonly presences: boolean };

/** One request to Discord and the clients that share its answer. */
export interface MemberRequest {
  /** Equal for requests with the same answer. */
  readonly key: string;
  readonly guildId: string;
  /** Of the attempt: a reshard may lie between two. */
  shardId: number;
  /** Undefined before the first attempt. */
  shardCount: number | undefined;
  readonly query: MemberQuery;
  /** For everyone, which Discord limits by guild. */
  readonly asksForAll: boolean;
  readonly waiters: Set<Waiter>;
  /** Waits for the guild's turn, or for the time that Discord named; is on its way to the socket; was written. */
  phase: 'waiting' | 'sending' | 'answering';
  /** Of the attempt; '' before the first. */
  nonce: string;
  /** Indexes of the chunks that came. */
  readonly seen: Set<number>;
  members: number;
  readonly notFound: Set<string>;
  /** Ends the wait for a turn or for the next chunk. */
  stopWaiting: () => void;
}

/** A request of which nothing was sent yet and nobody waits for. */
export function newMemberRequest(shardId: number, query: MemberQuery): MemberRequest {
  return {
    key: JSON.stringify(query),
    guildId: query.guild_id,
    shardId,
    shardCount: undefined,
    query,
    asksForAll: asksForAll(query),
    waiters: new Set(),
    phase: 'waiting',
    nonce: '',
    seen: new Set(),
    members: 0,
    notFound: new Set(),
    stopWaiting: () => {},
  };
}

/** What of a GUILD_MEMBERS_CHUNK is needed. */
export interface Chunk {
  readonly guildId: string;
  readonly nonce: string;
  readonly index: number;
  readonly count: number;
  readonly members: number;
  readonly notFound: readonly string[];
}

/** What of a RATE_LIMITED is needed. */
export interface RateLimit {
  readonly nonce: string;
  readonly retryAfterMs: number;
}

/** The query of a selection: everyone when it names neither ids nor a name. */
export function memberQuery({ guildId, query = '', limit, userIds, presences = false }: MemberSelection): MemberQuery {
  return userIds === undefined
    ? { guild_id: guildId, query, limit: limit ?? (query === '' ? 0 : 100), presences }
    : { guild_id: guildId, user_ids: [...new Set(userIds)].sort(), presences };
}

/** Whether Discord's limit for all members of a guild is meant. */
export function asksForAll(query: MemberQuery | RawPayload['d']): boolean {
  return 'query' in query && query.query === '' && query.limit === 0;
}

/** The data of an event; undefined when it cannot be read. */
export function readData(event: { readonly d: unknown }): unknown {
  try {
    return event.d;
  } catch {
    return undefined;
  }
}

/** Reads the data of a GUILD_MEMBERS_CHUNK; undefined when it is none of ours or cannot be used. */
export function readChunk(d: unknown): Chunk | undefined {
  if (!isRecord(d)) return undefined;
  const { guild_id: guildId, nonce, chunk_index: index, chunk_count: count, members, not_found: notFound = [] } = d;
  if (typeof guildId !== 'string' || typeof nonce !== 'string' || !Array.isArray(members)) return undefined;
  if (!isCount(index) || !isCount(count) || index >= count || !Array.isArray(notFound)) return undefined;
  const ids = notFound.filter((id): id is string => typeof id === 'string');
  return { guildId, nonce, index, count, members: members.length, notFound: ids };
}

/** Reads the data of a RATE_LIMITED; undefined when it is none of ours. */
export function readRateLimit(d: unknown): RateLimit | undefined {
  if (!isRecord(d) || !isRecord(d['meta'])) return undefined;
  const { nonce } = d['meta'];
  const seconds = d['retry_after'];
  if (typeof nonce !== 'string' || typeof seconds !== 'number' || !(seconds >= 0)) return undefined;
  return { nonce, retryAfterMs: Math.min(seconds, 86_400) * 1_000 };
}

/** The shard of a READY, if it names one. */
export function readReadyShard(d: unknown): { shardId: number; shardCount: number } | undefined {
  const shard: unknown = isRecord(d) ? d['shard'] : undefined;
  const [shardId, shardCount]: readonly unknown[] = Array.isArray(shard) ? shard : [];
  return typeof shardId === 'number' && typeof shardCount === 'number' ? { shardId, shardCount } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
