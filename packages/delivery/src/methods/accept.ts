import type { GatewayManager } from '@shardgate/gateway';
import { AcceptedEvent } from '../accepted-event.ts';
import type { AcceptedPayload, Delivery } from '../delivery.ts';
import { weightOf } from '../delivery-record.ts';
import { INTERACTION, watchInteraction } from '../interactions/interaction-watch.ts';
import { noticeShardCount } from '../lanes/generations.ts';
import { relieveMemory } from '../lanes/spill.ts';
import { tell } from '../tell.ts';
import { markDue, sourceOf } from '../lanes/sources.ts';
import { HELD } from '../held.ts';
import { jsonBytes } from '../json-bytes.ts';

/** Default of {@link DeliveryMethods.accept}: the hot path. */
export function accept(
  delivery: Delivery,
  gateway: GatewayManager,
  payload: AcceptedPayload,
  shardId: number,
): unknown {
  const { runtime } = delivery;
  const shard = gateway.shards.get(shardId);
  if (shard === undefined) return undefined;
  const { sessionId } = shard;
  const { s } = payload;
  if (shard.shardCount !== runtime.shardCount) noticeShardCount(delivery, gateway, shard.shardCount);
  const source = sourceOf(delivery, shardId, shard.shardCount);
  source.manager = gateway;
  if (source.sessionId !== sessionId) {
    source.sessionId = sessionId;
    source.seq = 0;
    source.settledSeq = 0;
  }
  if (s !== null && s <= source.seq) {
    // Sent again by Discord, because the connection broke before it was settled; the lanes have it already.
    runtime.counts.duplicates++;
    return s > source.settledSeq ? HELD : undefined;
  }
  source.seq = s ?? source.seq;
  if (delivery.commands?.wants(payload.t) === true) showCommands(delivery, payload);
  const event = new AcceptedEvent(source, payload, jsonBytes(payload), delivery.clock.wallTime());
  source.push(event);
  runtime.memoryBytes += weightOf(event);
  runtime.counts.accepted++;
  if (payload.t === INTERACTION) watchInteraction(delivery, source, event);
  markDue(delivery, source);
  if (runtime.memoryBytes > delivery.maxMemoryBytes) relieveMemory(delivery);
  return HELD;
}

function showCommands(delivery: Delivery, payload: AcceptedPayload): void {
  try {
    delivery.commands?.accept(payload);
  } catch (error) {
    tell(delivery, 'error', { where: 'commands', error });
  }
}
