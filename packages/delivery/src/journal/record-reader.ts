import type { DeliveryRecord, LaneKey } from '../delivery-record.ts';
import type { Batch } from './batch.ts';
import type { Lane } from './lane.ts';
import type { LaneIndex } from './lane-index.ts';
import type { Segment } from './segment.ts';

/** Where the records of a lane go on. */
export interface Place {
  readonly source: Segment | Batch;
  readonly index: LaneIndex;
  readonly at: number;
}

/** Gives a lane's records in order, from wherever they are. */
export interface Reader {
  read(lane: LaneKey, afterOffset: number, limit: { records: number; bytes: number }): Promise<DeliveryRecord[]>;
  /** Next record above an offset that is there, holes or not. */
  locate(lane: Lane, afterOffset: number): Promise<Place | undefined>;
  /** One record; undefined when it is damaged. */
  recordAt(place: Place, at?: number): Promise<DeliveryRecord | undefined>;
}
