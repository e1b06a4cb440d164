import type { GatewayManager } from '../gateway-manager.ts';
import { hookFailed, report } from '../report.ts';
import { hurryCheckpoint } from '../session-store/checkpoint.ts';
import type { InFlight, SequenceTracker } from './sequence.ts';
import type { Shard } from './shard.ts';

/** An event's handler has begun. */
export function takeOff(shard: Shard, entry: InFlight): void {
  shard.inFlightEvents++;
  shard.inFlightBytes += entry.bytes;
}

/** Ends an event's flight, once: a handler that returns after its time is over finds it settled. */
export function settle(gateway: GatewayManager, shard: Shard, tracker: SequenceTracker, entry: InFlight): void {
  if (entry.settled) return;
  tracker.settle(entry);
  land(gateway, shard, 1, entry.bytes);
  hurryCheckpoint(gateway, shard);
}

/** The events of a session that is over are no one's any more; their handlers may still work on them. */
export function abandonFlights(gateway: GatewayManager, shard: Shard): void {
  for (const entry of shard.tracker.abandon()) land(gateway, shard, 1, entry.bytes);
}

/** Settles what the handler has held up to a sequence number. */
export function settleHeld(gateway: GatewayManager, shard: Shard, sequence: number): void {
  const { events, bytes } = shard.tracker.settleHeld(sequence);
  if (events === 0) return;
  land(gateway, shard, events, bytes);
  hurryCheckpoint(gateway, shard);
}

function land(gateway: GatewayManager, shard: Shard, events: number, bytes: number): void {
  shard.inFlightEvents -= events;
  shard.inFlightBytes -= bytes;
  if (shard.pausedSince !== undefined && hasRoom(gateway, shard)) resumeReading(gateway, shard);
  if (shard.inFlightEvents === 0) gateway.runtime.onDrained?.();
}

/** Stops reading once too much is under way. */
export function pauseIfFull(gateway: GatewayManager, shard: Shard): void {
  if (shard.pausedSince === undefined && isFull(gateway, shard)) pauseReading(gateway, shard);
}

/** What waits behind the oldest unsettled event counts, too: none of it would be forgotten by a crash. */
function isFull(gateway: GatewayManager, shard: Shard): boolean {
  return shard.tracker.pending >= gateway.maxInFlight.events || shard.inFlightBytes >= gateway.maxInFlight.bytes;
}

/** Half full: pausing and going on at the same mark would do both for every event. */
function hasRoom(gateway: GatewayManager, shard: Shard): boolean {
  return (
    shard.tracker.pending * 2 <= gateway.maxInFlight.events && shard.inFlightBytes * 2 <= gateway.maxInFlight.bytes
  );
}

function pauseReading(gateway: GatewayManager, shard: Shard): void {
  shard.pausedSince = gateway.clock.now();
  shard.connection?.socket?.pause();
  report(gateway, 'shardPaused', { shardId: shard.id, events: shard.inFlightEvents, bytes: shard.inFlightBytes });
}

function resumeReading(gateway: GatewayManager, shard: Shard): void {
  shard.pausedSince = undefined;
  shard.connection?.socket?.resume();
  report(gateway, 'shardUnpaused', { shardId: shard.id });
}

/** Settles what the handler has held for too long. */
export function settleOverdue(gateway: GatewayManager, shard: Shard): void {
  const limit = gateway.clock.now() - gateway.handlerTimeoutMs;
  for (
    let entry = shard.tracker.oldest;
    entry !== undefined && !entry.held && entry.startedAt < limit;
    entry = shard.tracker.oldest
  ) {
    hookFailed(
      gateway,
      'handleDiscordPayload',
      shard.id,
      new Error(`the handler of sequence ${entry.seq} did not settle within ${gateway.handlerTimeoutMs} ms`),
    );
    settle(gateway, shard, shard.tracker, entry);
  }
}
