import type { GatewayManager } from '@shardgate/gateway';
import type { EventRate } from './service-view.ts';

/** Seconds over which rates are taken. */
const SPAN = 10;

/** Counts events by type and shard. Per event it adds one to one number; rates come from looks at the counts, one a second. */
export interface EventMeter {
  /** Notes the counts of this second. */
  look(): void;
  total(): number;
  perSecond(): number;
  ofShard(shardId: number): number;
  rates(): readonly EventRate[];
}

/** Counts what is handed over; put between the gateway and whatever takes its events, so attach that first. */
export function createEventMeter(gateway: GatewayManager): EventMeter {
  const counts = new Map<string, number>();
  const { handleDiscordPayload } = gateway;
  gateway.handleDiscordPayload = (manager, payload, shardId) => {
    const t = payload.t ?? '';
    counts.set(t, (counts.get(t) ?? 0) + 1);
    return handleDiscordPayload(manager, payload, shardId);
  };

  const received = (): number => {
    let sum = 0;
    for (const shard of gateway.shards.values()) sum += shard.counts.received;
    return sum;
  };
  interface Look {
    readonly total: number;
    readonly types: ReadonlyMap<string, number>;
    readonly shards: ReadonlyMap<number, number>;
  }
  /** Oldest first, at most {@link SPAN} and one. */
  const looks: Look[] = [];
  const span = (): number => Math.max(1, looks.length - 1);
  const newest = (): Look | undefined => looks.at(-1);

  return {
    look() {
      looks.push({
        total: received(),
        types: new Map(counts),
        shards: new Map(Array.from(gateway.shards.values(), ({ id, counts: { received: count } }) => [id, count])),
      });
      if (looks.length > SPAN + 1) looks.shift();
    },
    total: received,
    perSecond: () => ((newest()?.total ?? 0) - (looks[0]?.total ?? 0)) / span(),
    ofShard: (shardId) => ((newest()?.shards.get(shardId) ?? 0) - (looks[0]?.shards.get(shardId) ?? 0)) / span(),
    rates() {
      return Array.from(counts, ([type, count]) => ({
        type,
        count,
        perSecond: ((newest()?.types.get(type) ?? 0) - (looks[0]?.types.get(type) ?? 0)) / span(),
      })).toSorted((a, b) => b.count - a.count);
    },
  };
}
