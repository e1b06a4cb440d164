import { Op } from '@shardgate/wire';
import type { GatewayManager, Reshard } from '../gateway-manager.ts';
import { contained, report } from '../report.ts';
import { handOverWaiting } from '../shard/hand-over.ts';
import { settle } from '../shard/in-flight.ts';
import type { QueuedCommand } from '../shard/command-queue.ts';
import { filtered } from '../shard/filtered.ts';
import { managerOf } from '../shard/manager-of.ts';
import type { RemoteLink } from '../shard/remote-link.ts';
import type { Shard } from '../shard/shard.ts';
import type { ShardCommand } from '../shard-command.ts';
import { startUpkeep } from '../upkeep.ts';
import type { WaitingEvent } from './crossing.ts';
import { createGeneration, dissolve, moveShards } from './generation.ts';
import type { ReshardGeneration } from './reshard-status.ts';

/** The cut itself, in one step: the gateway's shards are the new ones, and what was held of them is handed over. */
export function takeOver(gateway: GatewayManager, reshard: Reshard, next: GatewayManager): void {
  const { streams, from, to } = reshard;
  const { runtime } = gateway;
  const frozen = streams.thawOld();
  // Of guilds whose new shard is in another process nobody here will hear again.
  for (const event of frozen) if (streams.leavesProcess(event)) handOverFiltered(gateway, event);
  const cut = { from: generationOf(gateway, from[0]), to: generationOf(next, to[0]), at: gateway.clock.wallTime() };

  const old = createGeneration(gateway, {
    maxShards: from[0],
    firstShardId: from[1],
    lastShardId: from[2] ?? undefined,
    mark: runtime.reshardMark,
  });
  moveShards(gateway, old);
  gateway.shards.clear();
  moveShards(next, gateway);
  [gateway.maxShards, gateway.firstShardId] = to;
  gateway.lastShardId = to[2] ?? undefined;
  gateway.loadingShards.clear();
  gateway.buckets.clear();
  for (const [bucketId, bucket] of next.buckets) gateway.buckets.set(bucketId, bucket);
  runtime.reshardMark = { state: 'current', configured: runtime.configured ?? from, range: to };
  runtime.spawn = undefined;
  runtime.crossing = streams.tail;
  old.runtime.crossing = streams.retired;
  dissolve(next);
  reshard.old = old;
  reshard.phase = 'closing';
  startUpkeep(gateway);

  moveCommands(gateway, old);
  report(gateway, 'resharded', cut);
  for (const event of frozen) answersOnly(old, event);
  for (const event of streams.takeHeld()) handOverFiltered(gateway, event);
}

/** Hands over what has waited, if the filters let it. */
export function handOverFiltered(gateway: GatewayManager, event: WaitingEvent): void {
  const { shard, tracker, flight } = event;
  if (flight.settled) return;
  let payload = event.gone ? undefined : event.payload;
  if (payload !== undefined && !event.filtered) {
    const arrived = payload;
    payload = undefined;
    contained(gateway, 'filters', shard.id, () => {
      payload = filtered(gateway, shard, arrived);
    });
  }
  if (payload === undefined) settle(managerOf(shard), shard, tracker, flight);
  else handOverWaiting(gateway, shard, { tracker, flight, payload });
}

/** Of what waited on old shards the new ones bring all but the answers to what was asked of the old ones. */
function answersOnly(old: GatewayManager, event: WaitingEvent): void {
  const { shard, tracker, flight, payload } = event;
  if (flight.settled) return;
  if (payload !== undefined && old.runtime.crossing?.takes(shard, payload) === false)
    handOverWaiting(old, shard, { tracker, flight, payload });
  else settle(old, shard, tracker, flight);
}

function generationOf(gateway: GatewayManager, shardCount: number): ReshardGeneration {
  const shards = Array.from(gateway.shards.values(), (shard) => ({
    shardId: shard.id,
    sessionId: shard.sessionId,
    sequence: shard.tracker.settled,
  }));
  return { shardCount, shards };
}

/** What old shards had still to send goes with the guild; a presence that changed meanwhile goes to all. */
function moveCommands(gateway: GatewayManager, old: GatewayManager): void {
  for (const shard of old.shards.values()) {
    for (const command of shard.commands.takeAll()) {
      const heir = heirOf(gateway, shard, command.d);
      if (heir === undefined || command.op === Op.PresenceUpdate) command.resolve();
      else if (heir.remote === undefined) heir.commands.enqueue(command);
      else sendRemotely(gateway, heir.remote, command);
    }
  }
  for (const shard of gateway.shards.values()) {
    const presence = old.shards.get(shard.id % old.maxShards)?.presence;
    if (presence !== undefined && presence !== shard.presence)
      contained(gateway, 'sendShardMessage', shard.id, () =>
        // The newest presence is what the bot last sent: it was checked then.
        gateway.sendShardMessage(gateway, shard, { op: Op.PresenceUpdate, d: presence as never }),
      );
    contained(gateway, 'processGatewayQueue', shard.id, () => gateway.processGatewayQueue(gateway, shard.id));
  }
}

function sendRemotely(gateway: GatewayManager, remote: RemoteLink, command: QueuedCommand): void {
  const { op, d, highPriority, expiresAt } = command;
  const expires = expiresAt === undefined ? {} : { expiresAfterMs: Math.max(1, expiresAt - gateway.clock.now()) };
  // It was checked when it was sent.
  remote.send({ op, d } as ShardCommand, { highPriority, ...expires }).then(
    () => command.resolve(),
    (error: Error) => command.reject(error),
  );
}

function heirOf(gateway: GatewayManager, shard: Shard, d: unknown): Shard | undefined {
  const guildId: unknown = typeof d === 'object' && d !== null ? Reflect.get(d, 'guild_id') : undefined;
  if (typeof guildId !== 'string' || !/^\d+$/.test(guildId)) return gateway.shards.get(shard.id % gateway.maxShards);
  return gateway.shards.get(Number((BigInt(guildId) >> 22n) % BigInt(gateway.maxShards)));
}
