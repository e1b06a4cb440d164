import type { GatewayManager, Resharded } from '@shardgate/gateway';
import type { Delivery } from '../delivery.ts';
import type { DeliveryReshard, ShardGeneration } from '../delivery-record.ts';
import type { SinkSlot } from '../sinks/sink-slot.ts';
import type { Lane } from './lane.ts';
import { lanesOf } from './lanes.ts';
import type { Source } from './source.ts';
import { markDue, sourceOf } from './sources.ts';
import { giveToJournal } from './spill.ts';

/**
 * The gateway has other shards from now on: what all sources have so far goes out before anything that comes. Sources of other shard counts leave as soon as they
 * are empty.
 */
function beginGeneration(delivery: Delivery, shardCount: number): void {
  const { runtime, clock } = delivery;
  const sources = [...runtime.sources.values()];
  cutAfter(delivery, sources);
  runtime.shardCount = shardCount;
  for (const source of sources) {
    // Of a count that comes back before its old lanes are empty, they are the new ones, too.
    if (source.shardCount === shardCount) runtime.leaving.delete(source);
    else if (!runtime.leaving.has(source)) runtime.leaving.set(source, clock.now());
  }
}

/** An event came of a shard count that is not the present one: has a generation begin, unless it is one that ends. */
export function noticeShardCount(delivery: Delivery, gateway: GatewayManager, shardCount: number): void {
  const { runtime } = delivery;
  const isOfOldShards = runtime.gateway !== undefined && runtime.gateway !== gateway;
  if (isOfOldShards || gateway.shards.find((shard) => shard.shardCount === runtime.shardCount)) return;
  beginGeneration(delivery, shardCount);
}

/**
 * Takes up the lanes that earlier processes left. Those of older shard counts go out first; offsets tell which those are, as they rise with the
 * time.
 */
export function takeUpRecovered(delivery: Delivery): void {
  const { runtime } = delivery;
  const left = [...runtime.recovered.values()];
  const newest = new Map<number, number>();
  for (const { shardCount, lastOffset } of left)
    newest.set(shardCount, Math.max(lastOffset, newest.get(shardCount) ?? -1));
  const counts = Array.from(newest)
    .sort(([, one], [, other]) => one - other)
    .map(([shardCount]) => shardCount);
  runtime.shardCount = counts.at(-1);
  const taken: Source[] = [];
  for (const shardCount of counts) {
    for (const lane of left) {
      if (lane.shardCount !== shardCount) continue;
      const source = sourceOf(delivery, lane.shardId, shardCount);
      markDue(delivery, source);
      taken.push(source);
    }
    if (shardCount !== runtime.shardCount) cutAfter(delivery, taken);
  }
}

/** The new shards have taken over: tells it in the lane of the first of them. */
export function reshard(delivery: Delivery, gateway: GatewayManager, { from, to, at }: Resharded): void {
  beginGeneration(delivery, to.shardCount);
  const shardId = to.shards.length === 0 ? gateway.firstShardId : Math.min(...to.shards.map((shard) => shard.shardId));
  const source = sourceOf(delivery, shardId, to.shardCount);
  const record: DeliveryReshard = {
    kind: 'reshard',
    shardId,
    shardCount: to.shardCount,
    offset: source.next,
    sessionId: to.shards.find((shard) => shard.shardId === shardId)?.sessionId ?? '',
    from: generationOf(from),
    to: generationOf(to),
    at,
  };
  source.push(record);
  markDue(delivery, source);
  // Discord would not send it again: it does not wait for the disk.
  giveToJournal(delivery, source, record.offset);
}

function generationOf({ shardCount, shards }: Resharded['from']): ShardGeneration {
  return {
    shardCount,
    shards: shards.map(({ shardId, sessionId, sequence }) => ({ shardId, sessionId, seq: sequence })),
  };
}

/** Everything that these sources have so far goes out before anything else. */
function cutAfter(delivery: Delivery, sources: readonly Source[]): void {
  const waiting = new Map<SinkSlot, Set<Lane>>();
  for (const source of sources) {
    for (const lane of lanesOf(delivery, source)) {
      if (lane.acked >= source.next - 1) continue;
      const lanes = waiting.get(lane.slot) ?? new Set();
      waiting.set(lane.slot, lanes.add(lane));
    }
  }
  if (waiting.size === 0) return;
  delivery.runtime.cuts.push({
    marks: new Map(sources.map((source) => [source, source.next])),
    waiting,
    onPassed: () => {
      for (const source of delivery.runtime.sources.values()) markDue(delivery, source);
    },
  });
}
