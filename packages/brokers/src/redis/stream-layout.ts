import type { DeliveryRecord, LaneKey } from '@shardgate/delivery';
import type { LaneProgress } from '../lane-progress.ts';
import type { RedisCommand } from './redis-connection.ts';
import type { RedisLink } from './redis-link.ts';

/** What is to be added to the streams of a lane, in order. */
export interface StreamWork {
  readonly lane: LaneKey;
  /** Facts of a gap that comes first. */
  readonly gap: object | undefined;
  readonly records: readonly DeliveryRecord[];
  /** Where the lane stands afterwards. */
  readonly progress: LaneProgress;
}

/** Which streams there are and what their entries look like. */
export interface StreamLayout {
  /** Key that says that the sink is at work. */
  readonly lifeKey: string;
  /** Whether a lane's keys are in one place of a cluster. */
  readonly oneKey: boolean;
  /** Reads how far a lane has come. `writer` is this life of the sink. */
  read(link: RedisLink, lane: LaneKey, writer: string): Promise<LaneProgress | undefined>;
  /** The commands for one transaction. */
  commands(work: StreamWork): readonly RedisCommand[];
}
