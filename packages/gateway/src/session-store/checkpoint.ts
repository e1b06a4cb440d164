import { API_VERSION } from '../discord-limits.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { report } from '../report.ts';
import type { Shard } from '../shard/shard.ts';
import type { SessionCheckpoint } from './session-store.ts';

/** What the store should hold of a shard, or undefined when it holds that already (or there is nothing to hold). */
function dueCheckpoint(gateway: GatewayManager, shard: Shard): SessionCheckpoint | undefined {
  const { state, tracker, stored } = shard;
  const known = stored !== undefined && stored.sessionId === state.session?.sessionId;
  if (known && stored.seq === tracker.settled && !shard.guilds.changed) return undefined;
  return checkpointOf(gateway, shard);
}

/** The shard's session as it stands, or undefined without one. */
export function checkpointOf(gateway: GatewayManager, shard: Shard): SessionCheckpoint | undefined {
  const { state, tracker, stored } = shard;
  if (state.session === undefined) return undefined;
  const { sessionId, resumeUrl } = state.session;
  const known = stored !== undefined && stored.sessionId === sessionId;
  return {
    shardId: shard.id,
    shardCount: shard.shardCount,
    sessionId,
    resumeUrl,
    seq: tracker.settled,
    intents: gateway.intents,
    version: API_VERSION,
    encoding: gateway.encoding,
    tokenFingerprint: gateway.runtime.tokenFingerprint,
    savedAt: gateway.clock.wallTime(),
    userId: shard.userId,
    applicationId: shard.applicationId,
    ...markOf(gateway, shard),
    ...(known && !shard.guilds.changed ? {} : { guilds: shard.guilds.snapshot(tracker.settled) }),
  };
}

/** What the checkpoint says of resharding. */
function markOf(gateway: GatewayManager, shard: Shard): Pick<SessionCheckpoint, 'reshard'> {
  const { reshardMark } = gateway.runtime;
  if (reshardMark === undefined) return {};
  const { settled } = shard.tracker;
  const covered = Array.from(shard.covered ?? []).filter((seq) => seq > settled);
  if (covered.length === 0) shard.covered = undefined;
  return { reshard: { ...reshardMark, covered } };
}

/**
 * Writes every checkpoint that is due, and forgets what Discord has ended. One write at a time; a call during a write gets one that comes after it.
 * Never rejects: trouble is reported, what was not written is due again.
 */
export async function saveCheckpoints(gateway: GatewayManager): Promise<void> {
  const { runtime } = gateway;
  if (runtime.saving !== undefined) {
    runtime.saveNext ??= runtime.saving.then(() => {
      runtime.saveNext = undefined;
      return saveCheckpoints(gateway);
    });
    return runtime.saveNext;
  }
  runtime.saving = writeCheckpoints(gateway).finally(() => {
    runtime.saving = undefined;
  });
  return runtime.saving;
}

async function writeCheckpoints(gateway: GatewayManager): Promise<void> {
  const { ended } = gateway.runtime;
  const due = Array.from(gateway.shards.values(), (shard) => dueCheckpoint(gateway, shard)).filter(
    (checkpoint) => checkpoint !== undefined,
  );
  try {
    if (due.length > 0) {
      await gateway.sessionStore.save(due);
      for (const checkpoint of due) stored(gateway, checkpoint);
    }
    // A session that took the place of an ended one has overwritten it.
    const gone = Array.from(ended.values()).filter(
      (key) =>
        !due.some((checkpoint) => checkpoint.shardId === key.shardId && checkpoint.shardCount === key.shardCount),
    );
    if (gone.length > 0) await gateway.sessionStore.remove(gone);
    for (const key of [...gone, ...due]) ended.delete(key.shardId);
  } catch (error) {
    report(gateway, 'storeError', { store: 'sessions', error });
  }
}

function stored(gateway: GatewayManager, checkpoint: SessionCheckpoint): void {
  const shard = gateway.shards.get(checkpoint.shardId);
  // The shard may have got another session meanwhile.
  if (shard === undefined || shard.sessionId !== checkpoint.sessionId) return;
  shard.stored = { sessionId: checkpoint.sessionId, seq: checkpoint.seq };
  shard.guilds.persisted(checkpoint.seq);
}
