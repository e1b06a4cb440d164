import { API_VERSION } from '../discord-limits.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { hookFailed, report } from '../report.ts';
import type { Shard } from '../shard/shard.ts';
import type { SessionCheckpoint } from './session-store.ts';

/** Milliseconds from the end of a write to one that does not wait for the interval; not less than that write took, so that a slow store has as much rest as work. */
const SHORTEST_REST_MS = 20;

/** What the store should hold of a shard, or undefined when it holds that already (or there is nothing to hold). */
function dueCheckpoint(gateway: GatewayManager, shard: Shard): SessionCheckpoint | undefined {
  const { state, tracker, stored } = shard;
  const known = stored !== undefined && stored.sessionId === state.session?.sessionId;
  if (known && stored.seq === tracker.settled && !shard.guilds.changed) return undefined;
  return checkpointOf(gateway, shard);
}

/** Settled events that Discord would send again after a crash. Negative before the first checkpoint of a new session. */
function unstoredEvents({ tracker, stored }: Shard): number {
  return tracker.settled - (stored?.seq ?? 0);
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
  return beginSave(gateway, gateway.shards.values());
}

/** To be called whenever a shard has settled something: has its checkpoint written when it is far behind. */
export function hurryCheckpoint(gateway: GatewayManager, shard: Shard): void {
  if (unstoredEvents(shard) < gateway.checkpointEvents) return;
  const { runtime, clock } = gateway;
  // Nothing may be written while there is no upkeep; a store that refuses is left alone until the interval is over.
  if (runtime.upkeepTimer === undefined || runtime.saveFailed) return;
  if (runtime.saving !== undefined || runtime.hurryTimer !== undefined) return;
  const waitMs = Math.max(0, runtime.hurryAt - clock.now());
  runtime.hurryTimer = clock.setTimer(() => {
    runtime.hurryTimer = undefined;
    if (runtime.saving !== undefined || runtime.stopping.signal.aborted) return;
    // Those that would be next, too; the many that have little to tell can wait.
    const least = gateway.checkpointEvents / 2;
    const behind = Array.from(gateway.shards.values()).filter((each) => unstoredEvents(each) >= least);
    beginSave(gateway, behind).catch((error: unknown) => hookFailed(gateway, 'sessionStore', undefined, error));
  }, waitMs);
}

function beginSave(gateway: GatewayManager, shards: Iterable<Shard>): Promise<void> {
  const { runtime, clock } = gateway;
  const startedAt = clock.now();
  runtime.saving = writeCheckpoints(gateway, shards).finally(() => {
    runtime.saving = undefined;
    const endedAt = clock.now();
    runtime.hurryAt = endedAt + Math.max(SHORTEST_REST_MS, endedAt - startedAt);
    // What was settled meanwhile, where nothing more comes that would have it looked at.
    for (const shard of gateway.shards.values()) hurryCheckpoint(gateway, shard);
  });
  return runtime.saving;
}

async function writeCheckpoints(gateway: GatewayManager, shards: Iterable<Shard>): Promise<void> {
  const { runtime } = gateway;
  const { ended } = runtime;
  const due = Array.from(shards, (shard) => dueCheckpoint(gateway, shard)).filter(
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
    runtime.saveFailed = false;
  } catch (error) {
    runtime.saveFailed = true;
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
