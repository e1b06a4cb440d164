import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { pause } from '../ports/pause.ts';
import { reportProgress, whenReady } from '../ready.ts';
import { refreshGatewayBot } from '../refresh-gateway-bot.ts';
import { contained } from '../report.ts';
import { adoptReshard } from '../session-store/adopt-reshard.ts';
import { adoptSessions, loadSessions, storedShardCount } from '../session-store/stored-sessions.ts';
import type { SessionCheckpoint } from '../session-store/session-store.ts';
import { watchFill } from '../reshard/watch-fill.ts';
import { backoffMs } from '../shard/backoff.ts';
import type { Shard } from '../shard/shard.ts';
import { runBucket } from '../spawn-bucket.ts';
import { handleDiscordPayload } from './handle-discord-payload.ts';
import { unattended } from '../unattended.ts';
import { shardOf } from './shard-of.ts';
import { wantedShards } from './wanted-shards.ts';

/** Default of {@link GatewayMethods.spawnShards}. */
export function spawnShards(gateway: GatewayManager, firstShardId: number = gateway.firstShardId): Promise<void> {
  return unattended(spawn(gateway, firstShardId));
}

async function spawn(gateway: GatewayManager, firstShardId: number): Promise<void> {
  const { runtime } = gateway;
  if (gateway.token === '')
    throw new TypeError(
      "option 'token' is missing: createGatewayManager needs the bot's token before spawnShards is called",
    );
  // The marker throws the message that says what is missing.
  if (gateway.handleDiscordPayload === handleDiscordPayload) handleDiscordPayload();
  if (runtime.stopping.signal.aborted) {
    runtime.stopping = new AbortController();
    runtime.halted = undefined;
  }
  await openBudget(gateway);
  const sessions = await adoptReshard(gateway, await loadSessions(gateway));
  await settleShardCount(gateway, sessions);
  const shardIds = shardRange(gateway, firstShardId);

  const plan = { shardIds, resumed: new Set<number>(), told: new Map<number, Promise<void>>() };
  runtime.spawn = plan;
  // A shard that ended begins anew, with what the store knows of it.
  for (const shardId of shardIds) if (isOver(gateway.shards.get(shardId))) gateway.shards.delete(shardId);
  const resumable = adoptSessions(gateway, sessions, shardIds);
  // Resumes cost nothing and their replay buffers run full: none waits behind an identify.
  for (const shardId of resumable)
    contained(gateway, 'resume', shardId, () => ignoringOurs(gateway.resume(gateway, shardId)));
  contained(gateway, 'prepareBuckets', undefined, () =>
    gateway.prepareBuckets(gateway, firstShardId, shardIds.at(-1) ?? firstShardId),
  );
  reportProgress(gateway);
  await Promise.all(Array.from(gateway.buckets.values(), (bucket) => runBucket(gateway, bucket)));

  watchFill(gateway);
  const ready = shardIds.map((shardId) => plan.told.get(shardId) ?? started(gateway, shardId));
  await Promise.race([Promise.all(ready), stopped(gateway)]);
}

function isOver(shard: Shard | undefined): boolean {
  return shard !== undefined && (shard.status === 'stopped' || shard.status === 'fatal');
}

/** A shard that was resumed, or that stands where it stood before this call. */
async function started(gateway: GatewayManager, shardId: number): Promise<void> {
  const { halted } = gateway.runtime;
  if (!gateway.shards.has(shardId) && halted !== undefined) throw halted;
  const shard = shardOf(gateway, shardId);
  if (shard.ready) return;
  if (halted !== undefined && shard.status === 'fatal') throw halted;
  await whenReady(gateway, shard);
}

function stopped(gateway: GatewayManager): Promise<never> {
  const { signal } = gateway.runtime.stopping;
  return new Promise((_, reject) => {
    const stop = (): void =>
      reject(new GatewayError('stopped', 'the gateway was stopped before every shard was ready'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

async function ignoringOurs(resumed: Promise<void>): Promise<void> {
  await resumed.catch((error: unknown) => {
    if (!(error instanceof GatewayError)) throw error;
  });
}

async function openBudget(gateway: GatewayManager): Promise<void> {
  const { runtime, clock } = gateway;
  await runtime.governor.open();
  const { lastSpentAt } = runtime.governor.status;
  // Buckets outlive the process: its predecessor may have identified a moment ago.
  if (lastSpentAt !== null)
    runtime.identifyQueue.pause(
      Math.min(runtime.identifySpacingMs, lastSpentAt + runtime.identifySpacingMs - clock.wallTime()),
    );
  if (runtime.limitsGiven && runtime.fetchedAt === undefined) {
    runtime.governor.adopt({
      total: gateway.sessionStartLimitTotal,
      remaining: gateway.sessionStartLimitRemaining,
      resetAfter: gateway.sessionStartLimitResetAfter,
    });
    runtime.fetchedAt = gateway.clock.now();
  }
  if (runtime.governor.status.tokenRejected) {
    throw new GatewayError(
      'tokenRejected',
      'Discord has refused this token before; give the current one, or set retryRejectedToken to try it once more',
    );
  }
}

/**
 * Finds out how many shards there are, and Discord's limits unless they were given as options. Goes on asking until there is an answer if nothing else tells the count; what can
 * be resumed does not wait for REST.
 */
async function settleShardCount(gateway: GatewayManager, sessions: readonly SessionCheckpoint[]): Promise<void> {
  const { runtime, clock } = gateway;
  const { signal } = runtime.stopping;
  const stored = storedShardCount(gateway, sessions);
  for (let failures = 0; runtime.fetchedAt === undefined; failures++) {
    try {
      await refreshGatewayBot(gateway);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'tokenRejected') {
        await runtime.governor.rejectToken();
        throw error;
      }
      if (gateway.maxShards > 0 || stored !== undefined) break;
      await pause(clock, 5_000 + backoffMs(failures, gateway.random()), signal);
      if (signal.aborted)
        throw new GatewayError('stopped', 'the gateway was stopped before Discord told the shard count');
    }
  }
  if (gateway.maxShards > 0) return;
  gateway.maxShards = stored ?? wantedShards(gateway, gateway.shardsRecommended);
}

/** Ids from the first to the last, both included; ids from `maxShards` on do not exist. */
function shardRange(gateway: GatewayManager, firstShardId: number): number[] {
  const { maxShards, lastShardId } = gateway;
  const last = Math.min(lastShardId ?? maxShards - 1, maxShards - 1);
  if (firstShardId > last) {
    throw new RangeError(
      `firstShardId ${firstShardId} is above the last shard id ${last} (lastShardId ${String(lastShardId)}, maxShards ${maxShards}): there is nothing to spawn`,
    );
  }
  return Array.from({ length: last - firstShardId + 1 }, (_, index) => firstShardId + index);
}
