import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '@shardgate/gateway';
import type { MemberSelection, RawPayload } from './command.ts';
import { CommandError } from './command-error.ts';
import { createGuildTurns } from './guild-turns.ts';
import {
  asksForAll,
  memberQuery,
  newMemberRequest,
  readChunk,
  readData,
  readRateLimit,
  readReadyShard,
} from './member-request.ts';
import type { Chunk, MemberRequest, MembersResult, RateLimit } from './member-request.ts';
import { createMemberWaiters, giveChunk, refuseLate } from './member-waiters.ts';
import { NONCE_PREFIX } from './parse-command.ts';

/** What {@link createMemberRequests} needs. */
export interface MemberRequestsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Writes a payload to Discord; resolves when it is written. */
  readonly send: (clientId: string, shardId: number, payload: RawPayload, expiresAfterMs: number) => Promise<void>;
  /** The shard that has a guild now; undefined while that is not known. */
  readonly shardOf: (guildId: string) => { readonly shardId: number; readonly shardCount: number } | undefined;
  readonly maxRequests: number;
  readonly maxRequestsPerClient: number;
  readonly chunkTimeoutMs: number;
}

/** A dispatch, as the gateway hands it over. */
export interface SeenDispatch {
  readonly t: string | null;
  /** Read only when the event may be an answer. */
  readonly d: unknown;
  readonly bytes?: Buffer;
}

/**
 * Requests for members (op 8): those that ask the same share one request and its answer, and all members of a guild are asked for no more often than
 * Discord allows.
 */
export interface MemberRequests {
  /** Gives each chunk's data to `onChunk`; resolves after the last one. Rejects with a {@link CommandError}. */
  request(
    clientId: string,
    shardId: number,
    selection: MemberSelection,
    expiresAfterMs: number,
    onChunk?: (payload: unknown) => void,
  ): Promise<MembersResult>;
  /**
   * Sends an op 8 whose answer somebody else takes.
   *
   * @throws {CommandError} `rateLimited`, when it asks for all members of a guild too early
   */
  sendRaw(clientId: string, shardId: number, payload: RawPayload, expiresAfterMs: number): Promise<void>;
  wants(t: string | null): boolean;
  accept(event: SeenDispatch): void;
  close(): void;
  /** Requests to Discord that are not answered in full. */
  readonly size: number;
}

/** Beyond what Discord named: the most that chance adds before the next try. */
const RETRY_JITTER_MS = 500;

export function createMemberRequests(options: MemberRequestsOptions): MemberRequests {
  const { clock, random, send } = options;
  const turns = createGuildTurns(clock);
  const requests = new Set<MemberRequest>();
  /** Those that a client with the same wish may still join: no chunk has come. */
  const joinable = new Map<string, MemberRequest>();
  /** Those that were sent. */
  const byNonce = new Map<string, MemberRequest>();
  const waiters = createMemberWaiters(clock, (request) => forget(request));

  const forget = (request: MemberRequest): void => {
    request.stopWaiting();
    requests.delete(request);
    byNonce.delete(request.nonce);
    if (joinable.get(request.key) === request) joinable.delete(request.key);
  };

  const end = (request: MemberRequest, result: MembersResult | CommandError): void => {
    forget(request);
    for (const waiter of [...request.waiters]) waiter.settle(result);
  };

  /** Has `next` called when the request's wait is over, unless it is ended before. */
  const pause = (request: MemberRequest, delayMs: number, next: () => void): void => {
    const timer = clock.setTimer(next, delayMs);
    request.stopWaiting = () => clock.clearTimer(timer);
  };

  const awaitChunk = (request: MemberRequest): void => {
    request.stopWaiting();
    pause(request, options.chunkTimeoutMs, () => {
      end(request, new CommandError('timeout', `no answer to the member request on shard ${request.shardId}`));
    });
  };

  const attempt = (request: MemberRequest): void => {
    request.stopWaiting();
    request.phase = 'waiting';
    byNonce.delete(request.nonce);
    if (!request.asksForAll) {
      transmit(request);
      return;
    }
    refuseLate(request, clock.now(), turns.waitMs(request.guildId));
    if (!requests.has(request)) return;
    // The turn may come before `wait` returns.
    let mine = false;
    const cancel = turns.wait(request.guildId, () => {
      mine = true;
      transmit(request);
    });
    if (!mine) request.stopWaiting = cancel;
  };

  const transmit = (request: MemberRequest): void => {
    const { guildId } = request;
    Object.assign(request, options.shardOf(guildId));
    const { shardId } = request;
    const nonce = NONCE_PREFIX + randomBytes(16).toString('base64url');
    request.nonce = nonce;
    request.phase = 'sending';
    request.stopWaiting = () => {};
    byNonce.set(nonce, request);
    const given = [...request.waiters];
    const clientId = given[0]?.clientId ?? '';
    const expiresAt = Math.max(clock.now() + 1, ...given.map((waiter) => waiter.expiresAt));
    const written = (isWritten: boolean): void => {
      if (request.asksForAll) turns.release(guildId, isWritten);
    };
    const payload = { op: 8, d: { ...request.query, nonce } };
    send(clientId, shardId, payload, expiresAt - clock.now()).then(
      () => {
        written(true);
        if (request.nonce !== nonce || !requests.has(request) || request.phase !== 'sending') return;
        request.phase = 'answering';
        // It may have waited over a reshard, and gone to another shard.
        Object.assign(request, options.shardOf(guildId));
        awaitChunk(request);
      },
      (error: CommandError) => {
        written(false);
        if (request.nonce !== nonce || !requests.has(request)) return;
        // It failed for the client in whose name it was sent, whose queue may be full; one that joined may have more time, or room.
        for (const waiter of [...request.waiters])
          if (waiter.clientId === clientId || waiter.expiresAt <= clock.now()) waiter.settle(error);
        if (requests.has(request)) attempt(request);
      },
    );
  };

  const takeChunk = (request: MemberRequest, chunk: Chunk, payload: unknown): void => {
    if (chunk.guildId !== request.guildId || request.seen.has(chunk.index)) return;
    request.phase = 'answering';
    if (joinable.get(request.key) === request) joinable.delete(request.key);
    request.seen.add(chunk.index);
    request.members += chunk.members;
    for (const id of chunk.notFound) request.notFound.add(id);
    giveChunk(request, payload);
    if (!requests.has(request)) return;
    if (request.seen.size < chunk.count) awaitChunk(request);
    else end(request, { chunks: request.seen.size, members: request.members, notFound: [...request.notFound] });
  };

  const takeRateLimit = (request: MemberRequest, limit: RateLimit): void => {
    const delayMs = limit.retryAfterMs + random() * RETRY_JITTER_MS;
    if (request.asksForAll) {
      turns.delay(request.guildId, delayMs);
      attempt(request);
      return;
    }
    request.stopWaiting();
    request.phase = 'waiting';
    refuseLate(request, clock.now(), delayMs);
    if (requests.has(request)) pause(request, delayMs, () => attempt(request));
  };

  /** A new session on the shard: what the old one was asked for will not come. */
  const takeReady = (shard: ReturnType<typeof readReadyShard>): void => {
    if (shard === undefined) return;
    const { shardId, shardCount } = shard;
    for (const request of [...requests]) {
      // A new generation's shard of the same id says nothing of the old one, which still answers.
      if (request.shardId !== shardId || request.shardCount !== shardCount || request.phase !== 'answering') continue;
      if (request.seen.size === 0) attempt(request);
      else end(request, new CommandError('notReady', `shard ${shardId} lost its session during the answer; ask again`));
    }
  };

  return {
    async request(clientId, shardId, selection, expiresAfterMs, onChunk) {
      if (waiters.countOf(clientId) >= options.maxRequestsPerClient) {
        const message = `${options.maxRequestsPerClient} member requests of this client wait already`;
        throw new CommandError('queueFull', message);
      }
      const request = newMemberRequest(shardId, memberQuery(selection));
      const same = joinable.get(request.key);
      if (same !== undefined) return waiters.join(same, clientId, expiresAfterMs, onChunk);
      if (requests.size >= options.maxRequests)
        throw new CommandError('queueFull', `${options.maxRequests} member requests wait already; ask later`);
      requests.add(request);
      joinable.set(request.key, request);
      const answer = waiters.join(request, clientId, expiresAfterMs, onChunk);
      attempt(request);
      return answer;
    },
    async sendRaw(clientId, shardId, payload, expiresAfterMs) {
      if (!asksForAll(payload.d)) return send(clientId, shardId, payload, expiresAfterMs);
      const guildId = String(payload.d['guild_id']);
      const waitMs = turns.tryTake(guildId);
      if (waitMs > 0) {
        throw new CommandError('rateLimited', 'Discord gives all members of a guild once in 30 seconds', {
          retryAfterMs: Math.ceil(waitMs),
        });
      }
      let isWritten = false;
      try {
        await send(clientId, shardId, payload, expiresAfterMs);
        isWritten = true;
      } finally {
        turns.release(guildId, isWritten);
      }
    },
    wants: (t) => requests.size > 0 && (t === 'GUILD_MEMBERS_CHUNK' || t === 'RATE_LIMITED' || t === 'READY'),
    accept(event) {
      const { t } = event;
      if (requests.size === 0) return;
      if (t === 'READY') takeReady(readReadyShard(readData(event)));
      // The name of a nonce of ours is looked for in the bytes first: a chunk may have half a megabyte.
      if (event.bytes !== undefined && !event.bytes.includes(NONCE_PREFIX)) return;
      if (t === 'GUILD_MEMBERS_CHUNK') {
        const payload = readData(event);
        const chunk = readChunk(payload);
        const request = chunk && byNonce.get(chunk.nonce);
        if (chunk !== undefined && request !== undefined) takeChunk(request, chunk, payload);
      } else if (t === 'RATE_LIMITED') {
        const limit = readRateLimit(readData(event));
        const request = limit && byNonce.get(limit.nonce);
        if (limit !== undefined && request !== undefined) takeRateLimit(request, limit);
      }
    },
    close() {
      for (const request of [...requests])
        end(request, new CommandError('closed', 'the gateway takes no commands any more'));
      turns.close();
    },
    get size() {
      return requests.size;
    },
  };
}
