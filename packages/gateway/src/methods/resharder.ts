import type { GatewayManager, Reshard } from '../gateway-manager.ts';
import { pause } from '../ports/pause.ts';
import { hookFailed, note, report } from '../report.ts';
import { createGeneration } from '../reshard/generation.ts';
import { planReshard } from '../reshard/plan-reshard.ts';
import { handOverFiltered } from '../reshard/take-over.ts';
import { createRollCall } from '../reshard/roll-call.ts';
import { createReshardStreams } from '../reshard/reshard-streams.ts';
import type { ReshardPhase, ReshardProgress, ReshardRequest, ReshardResult } from '../reshard/reshard-status.ts';
import type { ShardRange } from '../session-store/session-store.ts';
import { startUpkeep } from '../upkeep.ts';

const LOOK_MS = 1_000;
const READY_LOOK_MS = 100;
/** The start of the new shards may take three times what the identify rules ask for, and at least this long, milliseconds. */
const LEAST_PREPARE_MS = 600_000;
/** How long the new shards may take to be ready for the cut once they are connected, milliseconds. */
const READY_MS = 300_000;
/** A cut takes moments; one that waits for other processes may take longer, milliseconds. */
const CUT_MS = 600_000;
/** Longest time for planning, closing and taking back, milliseconds. */
const PART_MS = 120_000;
const CUT_ATTEMPTS = 5;
/** Least pause between two attempts, milliseconds. */
const CUT_PAUSE_MS = 5_000;

/** Default of {@link GatewayMethods.resharder}. */
export async function resharder(gateway: GatewayManager, request: ReshardRequest = {}): Promise<ReshardResult> {
  const { runtime, clock } = gateway;
  const from = gateway.maxShards;
  const refused = (reason: string, to: number = from): ReshardResult => {
    note(gateway, 'GW RESHARD', { refused: reason });
    return { done: false, reason, from, to };
  };
  if (runtime.reshard !== undefined) return refused('another reshard is under way');
  if (runtime.stopping.signal.aborted || gateway.shards.size === 0) return refused('the gateway is not running');

  const control = new AbortController();
  const over = new AbortController();
  const startedAt = clock.wallTime();
  let progress: ReshardProgress = {
    phase: 'preparing',
    from,
    to: request.maxShards ?? from,
    ready: 0,
    total: 0,
    etaMs: 0,
    heldEvents: 0,
    heldBytes: 0,
    startedAt,
  };
  let finished = (): void => {};
  const end = new Promise<void>((resolve) => {
    finished = resolve;
  });
  runtime.reshard = {
    progress: () => progress,
    cancel: (reason) => {
      control.abort(new Error(reason));
      return end;
    },
  };
  const stopped = (): void => control.abort(new Error('the gateway is stopping'));
  runtime.stopping.signal.addEventListener('abort', stopped, { once: true });
  try {
    const plan = await bounded(gateway, control, PART_MS, 'reshardNeeded', planReshard(gateway, request));
    if (!plan.possible) return refused(plan.reason, plan.to);
    const reshard = createReshard(gateway, plan.range, startedAt, control.signal);
    const tell = (): void => {
      progress = progressOf(gateway, reshard, plan.etaMs);
      report(gateway, 'reshardProgress', progress);
    };
    const watching = watch(gateway, reshard, control, over.signal, tell);
    tell();
    try {
      await advance(gateway, reshard, control, plan.etaMs, tell);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const { phase } = reshard;
      if (phase === 'closing') throw error;
      over.abort();
      // What of it goes on must find that it is over.
      control.abort(new Error(reason));
      await bounded(
        gateway,
        new AbortController(),
        PART_MS,
        'reshardRollBack',
        gateway.reshardRollBack(gateway, reshard, reason),
      );
      report(gateway, 'reshardRolledBack', { from, to: plan.range[0], phase, reason });
      return refused(reason, plan.range[0]);
    }
    tell();
    await bounded(gateway, new AbortController(), PART_MS, 'reshardClose', gateway.reshardClose(gateway, reshard));
    over.abort();
    await watching;
    report(gateway, 'reshardClosed', { from, to: plan.range[0], tookMs: clock.wallTime() - startedAt });
    return { done: true, reason: `${plan.range[0]} shards have taken over from ${from}`, from, to: plan.range[0] };
  } catch (error) {
    hookFailed(gateway, 'resharder', undefined, error);
    return refused(error instanceof Error ? error.message : String(error));
  } finally {
    over.abort();
    runtime.stopping.signal.removeEventListener('abort', stopped);
    runtime.reshard = undefined;
    finished();
  }
}

function createReshard(gateway: GatewayManager, to: ShardRange, startedAt: number, signal: AbortSignal): Reshard {
  const from: ShardRange = [gateway.maxShards, gateway.firstShardId, gateway.lastShardId ?? null];
  const next = createGeneration(gateway, {
    maxShards: to[0],
    firstShardId: to[1],
    lastShardId: to[2] ?? undefined,
    mark: { state: 'preparing', configured: gateway.runtime.configured ?? from, range: to },
  });
  const phase: ReshardPhase = 'preparing';
  const streams = createReshardStreams(gateway, next);
  return { from, to, next, old: undefined, phase, startedAt, signal, streams };
}

/** Everything up to the cut. Rejects when it is to be given up. */
async function advance(
  gateway: GatewayManager,
  reshard: Reshard,
  control: AbortController,
  etaMs: number,
  tell: () => void,
): Promise<void> {
  const { clock } = gateway;
  const { signal } = control;
  const limitMs = Math.max(LEAST_PREPARE_MS, 3 * etaMs);
  await bounded(gateway, control, limitMs, 'reshardPrepare', gateway.reshardPrepare(gateway, reshard));
  reshard.phase = 'aligning';
  tell();
  const from = clock.now();
  // What an old shard missed while it was away the new ones have only from their beginning on: it must have caught up with that.
  const rollCall = createRollCall(gateway);
  while (
    !rollCall.complete() ||
    !(await bounded(gateway, control, READY_MS, 'reshardReady', gateway.reshardReady(gateway, reshard)))
  ) {
    if (clock.now() - from > READY_MS)
      throw new Error(
        `the old shards were not all connected, or the new ones did not have all guilds, after ${READY_MS} ms`,
      );
    await pause(clock, READY_LOOK_MS, signal);
    signal.throwIfAborted();
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await bounded(gateway, control, CUT_MS, 'reshardCut', gateway.reshardCut(gateway, reshard));
    } catch (error) {
      if (signal.aborted || attempt === CUT_ATTEMPTS) throw error;
      reshard.phase = 'aligning';
      note(gateway, 'GW RESHARD', { cut: String(error), attempt });
      resumeStreams(gateway, reshard);
      await pause(clock, CUT_PAUSE_MS * (1 + gateway.random()) * attempt, signal);
      signal.throwIfAborted();
    }
  }
}

/** A cut did not come about: old shards hand over what waited, and both streams are held against each other as before. */
function resumeStreams(gateway: GatewayManager, { next, streams }: Reshard): void {
  const frozen = streams.thawOld();
  streams.thawNew();
  startUpkeep(next);
  for (const event of frozen) {
    const { payload, shard } = event;
    // It is an old shard's event like any other now: the new shards may have shown it.
    if (payload !== undefined) streams.old.takes(shard, payload);
    handOverFiltered(gateway, event);
  }
}

/** What a method that may be the user's gives. Rejects when it takes longer than its time, and then ends the whole reshard; or when that has ended. */
async function bounded<T>(
  gateway: GatewayManager,
  control: AbortController,
  limitMs: number,
  method: string,
  answer: T | Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const limit = pause(gateway.clock, limitMs, AbortSignal.any([control.signal, over.signal])).then(() => {
    if (!over.signal.aborted) control.abort(new Error(`${method} took longer than ${limitMs} ms`));
    control.signal.throwIfAborted();
    throw new Error('over');
  });
  // Whichever of the two is slower has nobody left who listens.
  limit.catch(() => {});
  const answered = Promise.resolve(answer);
  answered.catch(() => {});
  try {
    return await Promise.race([answered, limit]);
  } finally {
    over.abort();
  }
}

/** Keeps the streams short and tells how far the reshard is, once a second; gives it up when the identifies run out. */
async function watch(
  gateway: GatewayManager,
  reshard: Reshard,
  control: AbortController,
  over: AbortSignal,
  tell: () => void,
): Promise<void> {
  const onRefused = ({ reason }: { reason: string }): void => {
    if (reshard.phase === 'preparing')
      control.abort(new Error(`no more identifies are to be had (${reason}); what is left is kept for the old shards`));
  };
  gateway.events.on('identifyRefused', onRefused);
  while (!over.aborted) {
    await pause(gateway.clock, LOOK_MS, over);
    if (over.aborted) break;
    reshard.streams.expire();
    if (reshard.phase !== 'closing') tell();
  }
  gateway.events.off('identifyRefused', onRefused);
}

function progressOf(gateway: GatewayManager, reshard: Reshard, etaMs: number): ReshardProgress {
  const { next, streams, phase, startedAt } = reshard;
  const shards = phase === 'closing' ? gateway.shards : next.shards;
  let ready = 0;
  for (const shard of shards.values()) if (shard.ready) ready++;
  const total = shards.size;
  return {
    phase,
    from: reshard.from[0],
    to: reshard.to[0],
    ready,
    total,
    etaMs: total === 0 ? etaMs : Math.ceil((etaMs * (total - ready)) / total),
    heldEvents: streams.heldEvents,
    heldBytes: streams.heldBytes,
    startedAt,
  };
}
