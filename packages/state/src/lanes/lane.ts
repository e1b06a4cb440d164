import type { AttachedPayload } from './attached-payload.ts';
import type { HeldEvent, Settlement } from './settlement.ts';

/** An event that waits for the stores, or for an event before it. */
export interface WaitingEvent {
  readonly payload: AttachedPayload;
  readonly held: HeldEvent | undefined;
  readonly settlement: Settlement;
  /** The stores have it, or nobody waits for them. */
  isReady: boolean;
}

/** The events of one shard that have not gone on. */
export interface Lane {
  readonly shardId: number;
  readonly waiting: WaitingEvent[];
  settlement: Settlement;
  /** Events are being handed on; what comes meanwhile goes behind them. */
  isReleasing: boolean;
}
