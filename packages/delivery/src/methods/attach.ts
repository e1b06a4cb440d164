import type { GatewayManager } from '@shardgate/gateway';
import type { Delivery } from '../delivery.ts';
import { noticeShardCount, reshard } from '../lanes/generations.ts';
import { lanesOf } from '../lanes/lanes.ts';
import { oldShardsClosed } from '../lanes/retirement.ts';
import type { Source } from '../lanes/source.ts';
import { markDue, sourceOf } from '../lanes/sources.ts';
import { tell } from '../tell.ts';

/** Default of {@link DeliveryMethods.attach}. */
export function attach(delivery: Delivery, gateway: GatewayManager): void {
  if (delivery.runtime.gateway !== undefined && delivery.runtime.gateway !== gateway)
    throw new TypeError('this delivery is attached to another gateway already; make one delivery for each gateway');
  if (delivery.runtime.gateway === gateway) return;
  delivery.runtime.gateway = gateway;
  gateway.handleDiscordPayload = (manager, payload, shardId) => delivery.accept(delivery, manager, payload, shardId);
  gateway.events.on('gap', ({ shardId, sessionId, lastSequence, nextSequence }) => {
    const source = sourceOfSession(delivery, gateway, shardId, sessionId);
    if (source === undefined) return;
    const gap = {
      kind: 'gap',
      shardId,
      shardCount: source.shardCount,
      offset: source.next,
      sessionId,
      // The journal may have more of it than the session's checkpoint.
      afterSeq: source.sessionId === sessionId ? Math.max(lastSequence, source.seq) : lastSequence,
      nextSeq: nextSequence ?? null,
      cause: 'sessionLost',
      count: nextSequence === undefined ? null : nextSequence - lastSequence - 1,
      detectedAt: delivery.clock.wallTime(),
    } as const;
    source.push(gap);
    for (const lane of lanesOf(delivery, source)) lane.counts.gaps++;
    tell(delivery, 'gap', gap);
    markDue(delivery, source);
  });
  gateway.events.on('resharded', (event) => reshard(delivery, gateway, event));
  gateway.events.on('reshardClosed', () => oldShardsClosed(delivery));
  const { stopGateway } = gateway;
  gateway.stopGateway = async (manager, code, reason) => {
    // What is unsettled goes to the disk, so that the sockets close without waiting for any consumer.
    const drained = delivery.drain(delivery);
    await stopGateway(manager, code, reason);
    await drained;
  };
}

/** Where a session's gap belongs: while old shards are still there two shards may have one id. */
function sourceOfSession(
  delivery: Delivery,
  gateway: GatewayManager,
  shardId: number,
  sessionId: string,
): Source | undefined {
  for (const source of delivery.runtime.leaving.keys())
    if (source.shardId === shardId && source.sessionId === sessionId) return source;
  const shard = gateway.shards.get(shardId);
  if (shard === undefined) return undefined;
  if (shard.shardCount !== delivery.runtime.shardCount) noticeShardCount(delivery, gateway, shard.shardCount);
  return sourceOf(delivery, shardId, shard.shardCount);
}
