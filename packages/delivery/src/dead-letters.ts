import type { DeliveryRecord } from './delivery-record.ts';

/** Where records go that a consumer refused for good. `createDeadLetterFile` is ours. */
export interface DeadLetters {
  /** Keeps the record with the sink's name and the reason. The lane goes on when it settles, however it does. */
  add(sink: string, record: DeliveryRecord, reason: string, attempts: number): Promise<void>;
  close(): Promise<void>;
}
