import type { DeliveryStatus } from '@shardgate/delivery';
import type { IdentifyStatus } from '@shardgate/gateway';
import type { ReshardView } from '../service/reshard-view.ts';
import type { StateView } from '../service/state-view.ts';
import type {
  EventRate,
  HistoryPoint,
  Overview,
  ServiceActions,
  ServiceView,
  ShardSummary,
} from '../service/service-view.ts';

/** What `/api/events` sends each second. */
export interface AdminSnapshot {
  readonly overview: Overview;
  /** The newest of the history; null before there is one. */
  readonly point: HistoryPoint | null;
  readonly shards: readonly ShardSummary[];
  readonly budget: IdentifyStatus;
  readonly reshard: ReshardView;
  /** Null without a cache. */
  readonly state: StateView | null;
  readonly delivery: DeliveryStatus;
  readonly rates: readonly EventRate[];
  readonly pausedSinks: readonly string[];
  readonly logLevel: string;
}

/** The service at this moment. */
export function takeSnapshot(view: ServiceView, actions: ServiceActions): AdminSnapshot {
  return {
    overview: view.overview(),
    point: view.history().at(-1) ?? null,
    shards: view.shards(),
    budget: view.budget(),
    reshard: view.resharding(),
    state: view.state(),
    delivery: view.delivery(),
    rates: view.eventRates(),
    pausedSinks: actions.pausedSinks(),
    logLevel: actions.logLevel,
  };
}
