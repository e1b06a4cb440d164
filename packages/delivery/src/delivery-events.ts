import type { DeliveryGap, DeliveryRecord, LaneKey } from './delivery-record.ts';

/** What a delivery tells of itself. None is emitted per event. Listeners run synchronously; one that throws is contained. */
export interface DeliveryEvents {
  /** Events that no consumer will get; the lanes tell them in their place. */
  gap: (gap: DeliveryGap) => void;
  /** A record that a sink refused for good; it is in the dead-letter file, if there is one. */
  deadLetter: (event: { sink: string; record: DeliveryRecord; reason: string; attempts: number }) => void;
  /** A sink began or ceased to take batches of all lanes. */
  sinkReady: (event: { sink: string; ready: boolean }) => void;
  /** A sink is open: it listens, or has connected. */
  sinkOpen: (event: { sink: string }) => void;
  /** A sink failed to open; it is tried again after `retryInMs`. */
  sinkFailed: (event: { sink: string; error: unknown; retryInMs: number }) => void;
  /** A batch failed; the lane tries again after `retryInMs`. */
  laneFailed: (event: LaneKey & { sink: string; error: unknown; failures: number; retryInMs: number }) => void;
  /** A word of a sink for the log. */
  note: (event: { sink: string; level: 'info' | 'warn' | 'error'; message: string }) => void;
  /** The journal took no more, or takes again: its policy is `pause`, and shards are paused until it does. */
  overflow: (event: { full: boolean }) => void;
  /** What earlier processes left was damaged. */
  journalDamage: (event: { detail: string }) => void;
  /** Something that should not fail did; the delivery goes on. */
  error: (event: { where: string; error: unknown }) => void;
}
