import { WireError, type Payload } from '@shardgate/wire';
import type { DispatchPayload } from '../dispatch-payload.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { HELD } from '../held.ts';
import { hookFailed, isThenable } from '../report.ts';
import { hurryCheckpoint } from '../session-store/checkpoint.ts';
import { pauseIfFull, settle, takeOff } from './in-flight.ts';
import type { InFlight, SequenceTracker } from './sequence.ts';
import { managerOf } from './manager-of.ts';
import type { Shard } from './shard.ts';
import { unreadableEvent } from './unreadable.ts';

/** Calls the user's handler and settles the event when it is done with it. */
export function handOver(gateway: GatewayManager, shard: Shard, payload: Payload): void {
  const { tracker } = shard;
  const { s } = payload;
  let result: unknown;
  try {
    // The class is the payload union's runtime form; `d` is of the type that goes with `t` as far as Discord keeps its word.
    result = gateway.handleDiscordPayload(gateway, payload as unknown as DispatchPayload, shard.id);
  } catch (error) {
    // Damaged data is Discord's connection's fault, not the handler's.
    if (error instanceof WireError) return unreadableEvent(gateway, shard, tracker, error);
    hookFailed(gateway, 'handleDiscordPayload', shard.id, error);
  }
  // One that is settled by number is never overdue: when it began matters to nobody.
  if (result === HELD && s !== null) takeOff(shard, tracker.begin(s, payload.bytes.length, 0, true));
  else if (isThenable(result))
    waitFor(shard, tracker, tracker.begin(s, payload.bytes.length, gateway.clock.now()), result);
  else if (s !== null) {
    tracker.settleNow(s);
    hurryCheckpoint(gateway, shard);
  }
  if (tracker.pending > 0) pauseIfFull(gateway, shard);
}

/** The same for an event that has waited, and keeps its place among the others. */
export function handOverWaiting(
  gateway: GatewayManager,
  shard: Shard,
  waiting: { readonly tracker: SequenceTracker; readonly flight: InFlight; readonly payload: Payload },
): void {
  const { tracker, flight, payload } = waiting;
  // Its session has ended meanwhile.
  if (flight.settled) return;
  const land = (): void => settle(managerOf(shard), shard, tracker, flight);
  if (shard.remote?.handle(payload, land) === true) return;
  let result: unknown;
  try {
    result = gateway.handleDiscordPayload(gateway, payload as unknown as DispatchPayload, shard.id);
  } catch (error) {
    hookFailed(gateway, 'handleDiscordPayload', shard.id, error);
  }
  if (isThenable(result))
    result.then(land, (error: unknown) => {
      hookFailed(managerOf(shard), 'handleDiscordPayload', shard.id, error);
      land();
    });
  else if (result !== HELD) land();
}

/** The event is not handed over: that settles it. */
export function holdBack(shard: Shard, s: number | null): void {
  shard.counts.filtered++;
  if (s !== null) shard.tracker.settleNow(s);
}

function waitFor(shard: Shard, tracker: SequenceTracker, entry: InFlight, result: PromiseLike<unknown>): void {
  takeOff(shard, entry);
  result.then(
    () => settle(managerOf(shard), shard, tracker, entry),
    (error: unknown) => {
      if (error instanceof WireError && !entry.settled) return unreadableEvent(managerOf(shard), shard, tracker, error);
      hookFailed(managerOf(shard), 'handleDiscordPayload', shard.id, error);
      settle(managerOf(shard), shard, tracker, entry);
    },
  );
}
