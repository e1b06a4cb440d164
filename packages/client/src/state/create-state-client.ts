import { checkOptions } from '../options/check-options.ts';
import { clockPort, secret, wholeNumber, type OptionCheck } from '../options/option-check.ts';
import { systemClock, type Clock } from '../ports/clock.ts';
import { ClientError } from '../stream/client-error.ts';
import type { ShardChoice, StateClient } from './state-client.ts';
import type { CachedGuildSnapshot, Page } from './state-objects.ts';
import { readJson, readLines, type Query, type RequestContext } from './state-request.ts';

/** Options of `createStateClient`. */
export interface StateClientOptions {
  /** Where the State API is: `http://host:port`, with the path of its routes where that is not `/v1/events`. */
  readonly url: string;
  /** The API's key, where it has one. */
  readonly key?: string;
  /** Longest time without an answer, and between two parts of one, milliseconds. @defaultValue `10_000` */
  readonly timeoutMs?: number;
  /** @defaultValue real time */
  readonly clock?: Clock;
}

/** Where the routes are unless the address says otherwise. */
const BASE = '/v1/events';
const TIMEOUT_MS = 10_000;
/** Ids in one request, whose address is bounded. */
const MAX_IDS = 500;

const address: OptionCheck = {
  expected: 'http://host:port or https://…, the key not in it but as key',
  fits(value) {
    if (typeof value !== 'string' || !URL.canParse(value)) return false;
    const { protocol, hash, search, username, password } = new URL(value);
    return (protocol === 'http:' || protocol === 'https:') && hash + search + username + password === '';
  },
};

/**
 * Makes a client of a State API. Nothing is sent before a method is called.
 *
 * @throws {TypeError | RangeError} naming every option that is wrong
 *
 * @example
 * const state = createStateClient({ url: 'http://127.0.0.1:7880', key: process.env['STATE_KEY'] ?? '' });
 * const member = await state.member(guildId, userId);
 */
export function createStateClient(options: StateClientOptions): StateClient {
  const { key } = options;
  // By itself: its value must not be in a message.
  if (key !== undefined && !secret.fits(key))
    throw new TypeError(`createStateClient: option 'key' is not shown: expected ${secret.expected}`);
  const checks = { url: address, key: secret, timeoutMs: wholeNumber(1, 86_400_000, 'ms'), clock: clockPort };
  checkOptions('createStateClient', options, checks, ['url']);
  const { url, timeoutMs = TIMEOUT_MS, clock = systemClock } = options;
  const { origin, pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '');
  const context: RequestContext = { base: origin + (path === '' ? BASE : path), key, timeoutMs, clock };
  return stateClient(context);
}

function stateClient(context: RequestContext): StateClient {
  // The answers' types are the API's promise.
  const one = async <T>(path: string): Promise<T | undefined> => (await readJson(context, path)) as T | undefined;
  const must = async <T>(path: string, query?: Query): Promise<T> => {
    const found = (await readJson(context, path, query)) as T | undefined;
    if (found === undefined) throw new ClientError('protocol', `the State API does not know ${path}`);
    return found;
  };
  const named = async <T>(path: string, ids: readonly string[]): Promise<readonly (T | undefined)[]> => {
    const found: (T | undefined)[] = [];
    for (let start = 0; start < ids.length; start += MAX_IDS) {
      const part = await must<readonly (T & { is_empty?: true })[]>(path, { id: ids.slice(start, start + MAX_IDS) });
      found.push(...part.map((each) => (each.is_empty === true ? undefined : each)));
    }
    return found;
  };
  return {
    guild: (id) => one(`/guilds/${segment(id)}`),
    guilds: (page) => must('/guilds', pageQuery(page)),
    guildCount: () => must('/guilds_count'),
    channel: (id) => one(`/channels/${segment(id)}`),
    thread: (id) => one(`/threads/${segment(id)}`),
    threadsOf: (channelId) => must(`/channels/${segment(channelId)}/threads`),
    message: (channelId, id) => one(`/channels/${segment(channelId)}/messages/${segment(id)}`),
    messages: (channelId, page) => must(`/channels/${segment(channelId)}/messages`, pageQuery(page)),
    list: (guildId, name, page) => must(`/guilds/${segment(guildId)}/${name}`, pageQuery(page)),
    role: (guildId, id) => one(`/guilds/${segment(guildId)}/roles/${segment(id)}`),
    emoji: (guildId, id) => one(`/guilds/${segment(guildId)}/emojis/${segment(id)}`),
    roles: (guildId, ids) => named(`/guilds/${segment(guildId)}/roles`, ids),
    member: (guildId, userId) => one(`/guilds/${segment(guildId)}/members/${segment(userId)}`),
    members: (guildId, userIds) => named(`/guilds/${segment(guildId)}/members`, userIds),
    searchMembers: (guildId, text, page) =>
      must(`/guilds/${segment(guildId)}/members`, { query: text, ...pageQuery(page) }),
    membersWithRole: async (guildId, roleId) =>
      (await must<{ id: string }[]>(`/guilds/${segment(guildId)}/members_with_role/${segment(roleId)}`)).map(
        ({ id }) => id,
      ),
    presence: (guildId, userId) => one(`/guilds/${segment(guildId)}/members/${segment(userId)}/presence`),
    user: (id) => one(`/users/${segment(id)}`),
    async userNames(ids) {
      const names = new Map<string, string>();
      for (let start = 0; start < ids.length; start += MAX_IDS) {
        const query = { userIDs: ids.slice(start, start + MAX_IDS).join(',') };
        for (const { UserID, Username } of await must<{ UserID: string; Username: string }[]>('/users', query))
          names.set(UserID, Username);
      }
      return names;
    },
    async isInGuilds(userId, guildIds) {
      if (guildIds.length === 0) return false;
      const query = { user_id: userId, server_ids: guildIds.join(',') };
      return (await must<{ exists: boolean }>('/user_in_guilds', query)).exists;
    },
    async hasRoles(userId, roleIds, guildIds) {
      if (roleIds.length === 0 || guildIds.length === 0) return false;
      const query = { user_id: userId, role_ids: roleIds.join(','), server_ids: guildIds.join(',') };
      return (await must<{ exists: boolean }>('/user_in_guilds_has_roles', query)).exists;
    },
    counts: () => must('/counts'),
    statistics: () => must('/statistics'),
    snapshot: (shard?: ShardChoice) => {
      const query = shard === undefined ? {} : { shard_id: shard.shardId, shard_count: shard.shardCount };
      return readLines(context, '/snapshot', query) as AsyncIterable<CachedGuildSnapshot>;
    },
  };
}

/** An id in a path. What is none gets a mark that the API refuses: as it is, `..` would name another route. */
function segment(id: string): string {
  return /^\d+$/.test(id) ? id : encodeURIComponent(`?${id}`);
}

function pageQuery({ after, limit }: Page = {}): Query {
  return { after, limit };
}
