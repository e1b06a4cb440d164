import type { Door } from './door.ts';
import type { Lane } from './lane.ts';

/** In place of `gateway.settle`: the handler has settled what it holds; the gateway hears of it as far as nothing before it waits here. */
export function settleLane(door: Door, shardId: number, sessionId: string, sequence: number): void {
  const lane = door.state.runtime.lanes.get(shardId);
  if (lane === undefined || lane.settlement.sessionId !== sessionId)
    return door.settle(door.gateway, shardId, sessionId, sequence);
  lane.settlement.settled(sequence);
  if (!lane.isReleasing) settleDone(door, lane);
}

/** Tells the gateway how far everything is settled. */
export function settleDone(door: Door, lane: Lane): void {
  const sequence = lane.settlement.take();
  if (sequence !== undefined) door.settle(door.gateway, lane.shardId, lane.settlement.sessionId, sequence);
}
