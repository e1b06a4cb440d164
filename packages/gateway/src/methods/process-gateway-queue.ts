import { Op } from '@shardgate/wire';
import type { GatewayManager } from '../gateway-manager.ts';
import { contained, containedNumber } from '../report.ts';
import { managerOf } from '../shard/manager-of.ts';
import type { Shard } from '../shard/shard.ts';
import { safeRequestsPerShard } from './safe-requests-per-shard.ts';
import { shardOf } from './shard-of.ts';

/** Default of {@link GatewayMethods.processGatewayQueue}. */
export function processGatewayQueue(gateway: GatewayManager, shardId: number): void {
  const shard = shardOf(gateway, shardId);
  const socket = shard.connection?.socket;
  // Before READY or RESUMED Discord would close with 4003; becoming ready comes back here.
  if (!shard.ready || socket === undefined) return;
  // What waits may be a presence update: a new command need not wait with it.
  gateway.clock.clearTimer(shard.commandTimer);
  shard.commandTimer = undefined;
  const safeRequests = containedNumber(
    gateway,
    'safeRequestsPerShard',
    shardId,
    () => gateway.safeRequestsPerShard(gateway, shard),
    () => safeRequestsPerShard(gateway, shard),
  );
  for (;;) {
    if (shard.commands.size === 0) return;
    const now = gateway.clock.now();
    // Of what is kept for heartbeats, those of this window are used already.
    const reserve = Math.max(0, gateway.maxRequestsPerInterval - safeRequests - shard.beats.used(now));
    const waitMs = shard.sendLimit.waitMs(now, reserve);
    if (waitMs > 0) return comeBack(gateway, shard, waitMs);
    const next = shard.commands.next(now);
    if (next === undefined) return;
    if ('waitMs' in next) return comeBack(gateway, shard, next.waitMs);
    shard.sendLimit.take(now);
    shard.lastCommandOp = next.entry.op;
    if (next.entry.op === Op.RequestGuildMembers) shard.requestedAt = now;
    socket.send(next.entry.frame);
    next.entry.resolve();
  }
}

function comeBack(gateway: GatewayManager, shard: Shard, waitMs: number): void {
  // A limit that lets nothing through is asked again in a window's time.
  const delayMs = Math.ceil(Math.min(waitMs, gateway.queueResetInterval));
  shard.commandTimer = gateway.clock.setTimer(() => {
    shard.commandTimer = undefined;
    const manager = managerOf(shard);
    contained(manager, 'processGatewayQueue', shard.id, () => manager.processGatewayQueue(manager, shard.id));
  }, delayMs);
}
