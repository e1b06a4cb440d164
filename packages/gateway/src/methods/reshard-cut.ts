import { GatewayError } from '../errors.ts';
import type { GatewayManager, Reshard } from '../gateway-manager.ts';
import { pause } from '../ports/pause.ts';
import { saveCheckpoints, checkpointOf } from '../session-store/checkpoint.ts';
import type { SessionCheckpoint } from '../session-store/session-store.ts';
import type { SequenceTracker } from '../shard/sequence.ts';
import type { Shard } from '../shard/shard.ts';
import { createRollCall } from '../reshard/roll-call.ts';
import { takeOver } from '../reshard/take-over.ts';
import { stopUpkeep } from '../upkeep.ts';

/** How long events of old shards that were handed over may take to be settled, milliseconds: a consumer may be slow, the journal is not. */
const SETTLE_MS = 10_000;
/** How long the new shards may take to show what the old ones have shown, milliseconds. */
const CATCH_UP_MS = 15_000;
const LOOK_MS = 10;

/** Default of {@link GatewayMethods.reshardCut}. */
export async function reshardCut(gateway: GatewayManager, reshard: Reshard): Promise<void> {
  const { next, streams, signal } = reshard;
  reshard.phase = 'cutting';
  streams.freezeOld();
  const expectSameSessions = rememberSessions(next);
  const settled = whenSettled(gateway);
  await until(gateway, signal, SETTLE_MS, settled);
  if (!settled())
    throw new GatewayError(
      'stopped',
      `events of the old shards were not settled within ${SETTLE_MS} ms: is a consumer stalled?`,
    );
  // Nothing more comes from the old shards; once the new ones have answered they have shown all of that, too.
  const rollCall = createRollCall(next);
  const caughtUp = (): boolean => rollCall.complete();
  await until(gateway, signal, CATCH_UP_MS, caughtUp);
  signal.throwIfAborted();
  if (!caughtUp()) throw new GatewayError('stopped', `new shards were away for ${CATCH_UP_MS} ms`);
  expectSameSessions();
  streams.freezeNew();
  await store(gateway, reshard, expectSameSessions);
  // Given up meanwhile: whoever did that has the new sessions removed.
  signal.throwIfAborted();
  // From here on nothing can fail and nothing waits: a process that ends now is followed by one with the new shards.
  takeOver(gateway, reshard, next);
}

/**
 * What the old shards hold back from the freeze on, the new sessions of this moment bring; one that begins later lacks what came before it.
 *
 * @returns throws when a new shard has another session by then
 */
function rememberSessions(next: GatewayManager): () => void {
  const sessions = Array.from(next.shards.values(), (shard) => [shard, shard.sessionId] as const);
  return () => {
    for (const [shard, sessionId] of sessions) {
      if (shard.sessionId === sessionId) continue;
      throw new GatewayError('stopped', `new shard ${shard.id} lost its session while the old ones waited`, {
        shardId: shard.id,
      });
    }
  };
}

/** Whether everything that the old shards had handed over by now is settled. */
function whenSettled(gateway: GatewayManager): () => boolean {
  const marks = Array.from(gateway.shards.values(), (shard): readonly [Shard, SequenceTracker, number] => [
    shard,
    shard.tracker,
    shard.tracker.handedOver,
  ]);
  return () => marks.every(([shard, tracker, mark]) => shard.tracker !== tracker || tracker.settled >= mark);
}

async function until(
  gateway: GatewayManager,
  signal: AbortSignal,
  deadlineMs: number,
  condition: () => boolean,
): Promise<void> {
  const from = gateway.clock.now();
  while (!condition() && gateway.clock.now() - from < deadlineMs && !signal.aborted)
    await pause(gateway.clock, LOOK_MS, signal);
}

/**
 * Stores the new sessions with what the old ones have covered of them; then, in a write of its own, that they are in charge. The second one is the moment of the cut for whoever comes after a
 * crash.
 */
async function store(gateway: GatewayManager, { next, to }: Reshard, expectSameSessions: () => void): Promise<void> {
  stopUpkeep(next);
  await saveCheckpoints(next);
  const checkpoints: SessionCheckpoint[] = [];
  for (const shard of next.shards.values()) {
    const ahead = shard.tracker.settledAhead;
    shard.covered = ahead.length === 0 ? undefined : new Set(ahead);
    const checkpoint = shard.ready ? checkpointOf(next, shard) : undefined;
    if (checkpoint === undefined)
      throw new GatewayError('stopped', `new shard ${shard.id} lost its session at the last moment`, {
        shardId: shard.id,
      });
    checkpoints.push(checkpoint);
  }
  await gateway.sessionStore.save(checkpoints);
  // The last moment at which the old shards can go on instead.
  expectSameSessions();
  const [first] = checkpoints;
  if (first?.reshard === undefined) throw new GatewayError('stopped', `none of ${to[0]} new shards has a session`);
  await gateway.sessionStore.save([{ ...first, reshard: { ...first.reshard, state: 'current' } }]);
}
