import { API_VERSION } from '../discord-limits.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { ensureShard } from '../methods/shard-of.ts';
import { report } from '../report.ts';
import { trustedResumeUrl } from '../shard/gateway-address.ts';
import { initialState } from '../shard/phase.ts';
import { SequenceTracker } from '../shard/sequence.ts';
import type { SessionCheckpoint } from './session-store.ts';

/** A stored shard count is kept, where none was asked for, while its sessions are not older than this, milliseconds. */
const SESSION_LIFE_MS = 600_000;

/** This bot's stored sessions. A store that cannot be read is reported and holds none. */
export async function loadSessions(gateway: GatewayManager): Promise<readonly SessionCheckpoint[]> {
  if (!gateway.resumeSessions) return [];
  try {
    const all = await gateway.sessionStore.load();
    return all.filter((checkpoint) => checkpoint.tokenFingerprint === gateway.runtime.tokenFingerprint);
  } catch (error) {
    report(gateway, 'storeError', { store: 'sessions', error });
    return [];
  }
}

/**
 * The shard count of sessions that may still live, if they agree on one: Discord's recommendation moves with every few guilds, and following it would
 * throw all of them away.
 */
export function storedShardCount(gateway: GatewayManager, sessions: readonly SessionCheckpoint[]): number | undefined {
  const oldest = gateway.clock.wallTime() - SESSION_LIFE_MS;
  const counts = new Set(sessions.filter((session) => session.savedAt >= oldest).map((session) => session.shardCount));
  const [count, another] = counts;
  return another === undefined ? count : undefined;
}

/** Gives the shards of the range the sessions that can be resumed. Returns their ids. */
export function adoptSessions(
  gateway: GatewayManager,
  sessions: readonly SessionCheckpoint[],
  shardIds: readonly number[],
): number[] {
  const wanted = new Set(shardIds);
  const adopted: number[] = [];
  for (const checkpoint of sessions) {
    if (checkpoint.shardCount !== gateway.maxShards || !wanted.has(checkpoint.shardId)) continue;
    const shard = ensureShard(gateway, checkpoint.shardId, gateway.maxShards);
    if (shard.status !== 'idle' || shard.state.session !== undefined) continue;
    const hindrance = whyNot(gateway, checkpoint);
    if (hindrance !== undefined) {
      report(gateway, 'gap', {
        shardId: shard.id,
        sessionId: checkpoint.sessionId,
        lastSequence: checkpoint.seq,
        cause: hindrance,
      });
      gateway.runtime.ended.set(shard.id, { shardId: shard.id, shardCount: checkpoint.shardCount });
      continue;
    }
    shard.state = initialState({
      sessionId: checkpoint.sessionId,
      resumeUrl: trustedResumeUrl(gateway, checkpoint.resumeUrl),
    });
    // READY is the one event that no resume brings again.
    shard.tracker = new SequenceTracker(Math.max(1, checkpoint.seq));
    if (checkpoint.seq === 0) {
      report(gateway, 'gap', {
        shardId: shard.id,
        sessionId: checkpoint.sessionId,
        lastSequence: 0,
        nextSequence: 2,
        cause: 'the process ended while the handler worked on READY',
      });
    }
    shard.stored = { sessionId: checkpoint.sessionId, seq: checkpoint.seq };
    const covered = checkpoint.reshard?.covered.filter((seq) => seq > checkpoint.seq) ?? [];
    shard.covered = covered.length === 0 ? undefined : new Set(covered);
    shard.userId = checkpoint.userId;
    shard.applicationId = checkpoint.applicationId;
    if (checkpoint.guilds !== undefined) shard.guilds.restore(checkpoint.guilds, checkpoint.seq);
    shard.guildsAnnounced = shard.guilds.sizes.loading === 0;
    adopted.push(shard.id);
  }
  return adopted;
}

/** Discord refuses a RESUME under another version or encoding, and a session keeps the intents it was identified with. */
function whyNot(gateway: GatewayManager, checkpoint: SessionCheckpoint): string | undefined {
  if (checkpoint.version !== API_VERSION) return 'the API version changed';
  if (checkpoint.encoding !== gateway.encoding) return 'the encoding changed';
  if (checkpoint.intents !== gateway.intents) return 'the intents changed';
  return undefined;
}
