import { STUCK_LANE_FACTOR } from './defaults.ts';
import type { Lease } from './leases.ts';
import type { CloseReason } from './protocol.ts';
import type { SessionSettings } from './session-settings.ts';

/** How a session stands, in clock times. */
export interface SessionTimes {
  readonly heardAt: number;
  /** Since when it owes an acknowledgement; null while it owes none. */
  readonly owesSince: number | null;
  /** When it said bye, if it has no lane any more. */
  readonly retiringAt: number | null;
  readonly leases: Iterable<Lease>;
}

/** Why a client that was silent, or has not acknowledged, for too long is to be disconnected; undefined while it is in time. */
export function overdue(
  { ackTimeoutMs, silenceTimeoutMs }: SessionSettings,
  now: number,
  { heardAt, owesSince, retiringAt, leases }: SessionTimes,
): { readonly reason: CloseReason; readonly message: string } | undefined {
  if (now - heardAt > silenceTimeoutMs)
    return { reason: 'silent', message: `nothing was heard of you for ${silenceTimeoutMs} ms` };
  if (now - (owesSince ?? now) > ackTimeoutMs)
    return { reason: 'ackTimeout', message: `nothing was acknowledged for ${ackTimeoutMs} ms` };
  if (now - (retiringAt ?? now) > ackTimeoutMs) return { reason: 'done', message: 'goodbye' };
  for (const { lane, progressAt } of leases) {
    if (!lane.isSettled && now - progressAt > STUCK_LANE_FACTOR * ackTimeoutMs)
      return { reason: 'ackTimeout', message: `lane ${lane.name}: nothing was acknowledged for long` };
  }
  return undefined;
}
