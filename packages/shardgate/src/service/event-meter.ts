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

  /** Of shards that resharding closed. */
  let carried = 0;
  const received = (): number => {
    let sum = carried;
    for (const shard of gateway.shards.values()) sum += shard.counts.received;
    return sum;
  };
  interface Look {
    readonly total: number;
    /** How often the bot was resharded before. */
    readonly generation: number;
    readonly types: ReadonlyMap<string, number>;
    readonly shards: ReadonlyMap<number, number>;
  }
  /** Oldest first, at most {@link SPAN} and one. */
  const looks: Look[] = [];
  const span = (): number => Math.max(1, looks.length - 1);
  const newest = (): Look | undefined => looks.at(-1);
  let generation = 0;
  gateway.events.on('resharded', () => {
    generation++;
    // New shards count from 0 on; what came between the last look and the cut is left out.
    carried += (newest()?.total ?? 0) - received();
  });

  return {
    look() {
      looks.push({
        total: received(),
        generation,
        types: new Map(counts),
        shards: new Map(Array.from(gateway.shards.values(), ({ id, counts: { received: count } }) => [id, count])),
      });
      if (looks.length > SPAN + 1) looks.shift();
    },
    total: received,
    perSecond: () => ((newest()?.total ?? 0) - (looks[0]?.total ?? 0)) / span(),
    ofShard(shardId) {
      const ofNow = looks.filter((look) => look.generation === generation);
      const count = (look: Look | undefined): number => look?.shards.get(shardId) ?? 0;
      return (count(ofNow.at(-1)) - count(ofNow[0])) / Math.max(1, ofNow.length - 1);
    },
    rates() {
      return Array.from(counts, ([type, count]) => ({
        type,
        count,
        perSecond: ((newest()?.types.get(type) ?? 0) - (looks[0]?.types.get(type) ?? 0)) / span(),
      })).toSorted((a, b) => b.count - a.count);
    },
  };
}
