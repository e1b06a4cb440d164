import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { pause } from '../ports/pause.ts';
import { rejectReady } from '../ready.ts';
import { report } from '../report.ts';
import { stopWatchingFill } from '../reshard/watch-fill.ts';
import { saveCheckpoints } from '../session-store/checkpoint.ts';
import { applyInput } from '../shard/apply.ts';
import { endsSession, OwnCloseCode } from '../shard/close-codes.ts';
import type { Shard } from '../shard/shard.ts';
import { stopUpkeep } from '../upkeep.ts';

/** What may take longest of a stop: sockets that close and handlers that finish, and the store's write. Milliseconds together. */
const STOP_DEADLINE_MS = 5_000;
/** How long a READY is waited for whose IDENTIFY was sent, milliseconds: its session can be resumed later, where the identify would be wasted. */
const READY_GRACE_MS = 15_000;
const READY_LOOK_MS = 50;

/** Default of {@link GatewayMethods.stopGateway}. */
export async function stopGateway(
  gateway: GatewayManager,
  code: number = OwnCloseCode.Shutdown,
  reason = 'the gateway is stopping',
): Promise<void> {
  const { runtime, clock } = gateway;
  // What a reshard has to take back goes on beside the stop.
  const cancelled = runtime.reshard?.cancel('the gateway is stopping');
  stopWatchingFill(gateway);
  begin(gateway);
  for (const shard of gateway.shards.values())
    if (endsSession(code) || !isIdentifying(shard)) stopShard(gateway, shard, code, reason);
  await awaitReady(gateway);
  await finish(gateway, code, reason);
  if (cancelled === undefined) return;
  const over = new AbortController();
  await Promise.race([cancelled, pause(clock, STOP_DEADLINE_MS, over.signal)]);
  over.abort();
}

/** Stops the shards of a generation that nobody needs any more, at once, and forgets their sessions. */
export async function stopGeneration(generation: GatewayManager, reason: string): Promise<void> {
  begin(generation);
  await finish(generation, OwnCloseCode.Resharded, reason);
  const keys = Array.from(generation.shards.values(), ({ id, shardCount }) => ({ shardId: id, shardCount }));
  await generation.sessionStore
    .remove(keys)
    .catch((error: unknown) => report(generation, 'storeError', { store: 'sessions', error }));
}

function begin(gateway: GatewayManager): void {
  gateway.runtime.stopping.abort(new GatewayError('stopped', 'the gateway was stopped'));
  stopUpkeep(gateway);
}

async function finish(gateway: GatewayManager, code: number, reason: string): Promise<void> {
  for (const shard of gateway.shards.values()) if (shard.status !== 'stopped') stopShard(gateway, shard, code, reason);
  const over = new AbortController();
  const deadline = pause(gateway.clock, STOP_DEADLINE_MS, over.signal);
  await Promise.race([settled(gateway), deadline]);
  await Promise.race([saveCheckpoints(gateway), deadline]);
  over.abort();
}

function isIdentifying(shard: Shard): boolean {
  return shard.status === 'identifying';
}

/** Ends when no shard waits for READY any more. */
async function awaitReady(gateway: GatewayManager): Promise<void> {
  const never = new AbortController().signal;
  for (let waited = 0; waited < READY_GRACE_MS; waited += READY_LOOK_MS) {
    if (gateway.shards.find(isIdentifying) === undefined) return;
    await pause(gateway.clock, READY_LOOK_MS, never);
  }
}

function stopShard(gateway: GatewayManager, shard: Shard, code: number, reason: string): void {
  if (endsSession(code) && shard.stored !== undefined) {
    gateway.runtime.ended.set(shard.id, { shardId: shard.id, shardCount: shard.shardCount });
    shard.stored = undefined;
  }
  applyInput(gateway, shard, { type: 'stop', code, reason });
  rejectReady(gateway, shard, new GatewayError('stopped', `shard ${shard.id} was stopped`, { shardId: shard.id }));
}

/** Resolves when every socket is closed (a shard in a worker is linked to it as long as it has one) and every handler is done. */
function settled(gateway: GatewayManager): Promise<void> {
  const { runtime } = gateway;
  return new Promise((resolve) => {
    const look = (): void => {
      if (runtime.closing.size > 0) return;
      for (const shard of gateway.shards.values()) if (shard.inFlightEvents > 0 || shard.remote !== undefined) return;
      runtime.onAllClosed = undefined;
      runtime.onDrained = undefined;
      resolve();
    };
    runtime.onAllClosed = look;
    runtime.onDrained = look;
    look();
  });
}
