import type { Clock } from '@shardgate/gateway';
import { CommandError } from './command-error.ts';
import type { MemberRequest, MembersResult, Waiter } from './member-request.ts';

/** The clients that wait for the answers to member requests. */
export interface MemberWaiters {
  /** Settles with the request's result, or rejects when the client's time is over. */
  join(
    request: MemberRequest,
    clientId: string,
    expiresAfterMs: number,
    onChunk: Waiter['onChunk'],
  ): Promise<MembersResult>;
  /** How often a client waits. */
  countOf(clientId: string): number;
}

/** @param onDeserted called when the last client of a request has gone */
export function createMemberWaiters(clock: Clock, onDeserted: (request: MemberRequest) => void): MemberWaiters {
  const counts = new Map<string, number>();

  const count = (clientId: string, by: 1 | -1): void => {
    const now = (counts.get(clientId) ?? 0) + by;
    if (now === 0) counts.delete(clientId);
    else counts.set(clientId, now);
  };

  return {
    join: (request, clientId, expiresAfterMs, onChunk) =>
      new Promise((resolve, reject) => {
        count(clientId, 1);
        const waiter: Waiter = {
          clientId,
          expiresAt: clock.now() + expiresAfterMs,
          onChunk,
          timer: clock.setTimer(() => {
            const code = request.phase === 'answering' ? 'timeout' : 'expired';
            waiter.settle(new CommandError(code, `the member request on shard ${request.shardId} took too long`));
          }, expiresAfterMs),
          settle(result) {
            if (!request.waiters.delete(waiter)) return;
            clock.clearTimer(waiter.timer);
            count(clientId, -1);
            if (result instanceof CommandError) reject(result);
            else resolve(result);
            if (request.waiters.size === 0) onDeserted(request);
          },
        };
        request.waiters.add(waiter);
      }),
    countOf: (clientId) => counts.get(clientId) ?? 0,
  };
}

/** Hands a chunk to every client of the request; one that throws is given up. */
export function giveChunk(request: MemberRequest, payload: unknown): void {
  for (const waiter of [...request.waiters]) {
    try {
      waiter.onChunk?.(payload);
    } catch (cause) {
      const error = new CommandError('closed', 'the client does not take the chunks of the answer', { cause });
      waiter.settle(cause instanceof CommandError ? cause : error);
    }
  }
}

/** Rejects those whose time is over before the next try. */
export function refuseLate(request: MemberRequest, now: number, waitMs: number): void {
  for (const waiter of [...request.waiters]) {
    if (waiter.expiresAt - now >= waitMs) continue;
    waiter.settle(
      new CommandError('rateLimited', 'Discord gives all members of a guild once in 30 seconds; ask again later', {
        retryAfterMs: Math.ceil(waitMs),
      }),
    );
  }
}
