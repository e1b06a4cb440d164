import type { GatewayManager } from '@shardgate/gateway';
import type { Delivery } from '../delivery.ts';
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
    const shard = gateway.shards.get(shardId);
    if (shard === undefined) return;
    const source = sourceOf(delivery, shardId, shard.shardCount);
    const gap = {
      kind: 'gap',
      shardId,
      shardCount: shard.shardCount,
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
    tell(delivery, 'gap', gap);
    markDue(delivery, source);
  });
  const { stopGateway } = gateway;
  gateway.stopGateway = async (manager, code, reason) => {
    // What is unsettled goes to the disk, so that the sockets close without waiting for any consumer.
    const drained = delivery.drain(delivery);
    await stopGateway(manager, code, reason);
    await drained;
  };
}
