import { HELD } from '../held.ts';
import { originOf } from '../event-origin.ts';
import { tell } from '../tell.ts';
import type { AttachedPayload } from './attached-payload.ts';
import { checkData } from './check-data.ts';
import type { Door } from './door.ts';
import type { Lane, WaitingEvent } from './lane.ts';
import { settleDone } from './settle-lane.ts';
import { createSettlement } from './settlement.ts';

/** Takes an event: it goes on at once if nothing waits before it and its stores need no time, else as soon as both is so. */
export function passThroughLane(door: Door, payload: AttachedPayload, shardId: number): unknown {
  const { state, gateway } = door;
  const sessionId = gateway.shards.get(shardId)?.sessionId ?? '';
  const lane = laneOf(door, shardId, sessionId);
  if (lane.settlement.sessionId !== sessionId) {
    flushLane(door, shardId);
    lane.settlement = createSettlement(sessionId);
  }
  const isWanted = state.runtime.wanted.has(payload.t);
  const answer = isWanted ? state.apply(state, payload, originOf(gateway, shardId)) : undefined;
  if (typeof answer === 'string') payload.old = answer;
  if (!(answer instanceof Promise) && lane.waiting.length === 0 && !lane.isReleasing)
    return passOnAtOnce(door, lane, payload);
  // What cannot be read has to show now, while the gateway can still ask for it again.
  if (!isWanted) checkData(payload);
  const held = payload.s === null ? undefined : lane.settlement.add(payload.s, 'waiting');
  const event: WaitingEvent = { payload, held, settlement: lane.settlement, isReady: !(answer instanceof Promise) };
  lane.waiting.push(event);
  if (answer instanceof Promise) wait(door, lane, event, answer);
  if (lane.waiting.length > state.maxWaitingEvents) flushLane(door, shardId);
  return HELD;
}

/** Hands on whatever waits, as it is. */
export function flushLane(door: Door, shardId: number): void {
  const lane = door.state.runtime.lanes.get(shardId);
  if (lane === undefined) return;
  for (const event of lane.waiting) event.isReady = true;
  release(door, lane);
}

function wait(door: Door, lane: Lane, event: WaitingEvent, answer: Promise<string | undefined>): void {
  const go = (old: string | undefined): void => {
    if (old !== undefined) event.payload.old = old;
    event.isReady = true;
    release(door, lane);
  };
  answer.then(go, (error: unknown) => {
    // Of a replaced `apply`: ours never rejects.
    tell(door.state, 'error', { where: 'apply', error });
    go(undefined);
  });
}

function laneOf({ state }: Door, shardId: number, sessionId: string): Lane {
  const { lanes } = state.runtime;
  let lane = lanes.get(shardId);
  if (lane === undefined) {
    lane = { shardId, waiting: [], settlement: createSettlement(sessionId), isReleasing: false };
    lanes.set(shardId, lane);
  }
  return lane;
}

function passOnAtOnce(door: Door, lane: Lane, payload: AttachedPayload): unknown {
  const result: unknown = door.passOn(door.gateway, payload, lane.shardId);
  // Whoever settles by number settles all before it: it has to be known that this one is not settled.
  if (result === HELD && payload.s !== null) lane.settlement.add(payload.s, 'held');
  return result;
}

function release(door: Door, lane: Lane): void {
  if (lane.isReleasing) return;
  lane.isReleasing = true;
  let count = 0;
  for (let event = lane.waiting[0]; event?.isReady === true; event = lane.waiting[count]) {
    count++;
    handOn(door, lane, event);
  }
  lane.waiting.splice(0, count);
  lane.isReleasing = false;
  settleDone(door, lane);
}

function handOn(door: Door, lane: Lane, event: WaitingEvent): void {
  const { payload, held } = event;
  // The handler may settle it before it returns.
  if (held !== undefined) held.phase = 'held';
  let result: unknown;
  try {
    result = door.passOn(door.gateway, payload, lane.shardId);
  } catch (error) {
    tell(door.state, 'error', { where: 'handleDiscordPayload', error });
  }
  if (result === HELD) return;
  if (isThenable(result)) awaitHandler(door, lane, event, result);
  else if (held !== undefined) held.phase = 'done';
}

/** The gateway was told that the event is held, so it is for us to see that it ends. */
function awaitHandler(door: Door, lane: Lane, { held, settlement }: WaitingEvent, result: PromiseLike<unknown>): void {
  const { state, gateway } = door;
  if (held !== undefined) held.phase = 'waiting';
  const done = (): void => {
    if (held === undefined) return;
    held.phase = 'done';
    if (lane.settlement === settlement && !lane.isReleasing) settleDone(door, lane);
  };
  const failed = (error: unknown): void => tell(state, 'error', { where: 'handleDiscordPayload', error });
  const limitMs = gateway.handlerTimeoutMs;
  const timer = state.clock.setTimer(() => {
    failed(new Error(`the handler of sequence ${held?.seq} did not settle within ${limitMs} ms`));
    done();
  }, limitMs);
  const settled = async (): Promise<void> => {
    try {
      await result;
    } catch (error) {
      failed(error);
    }
    state.clock.clearTimer(timer);
    done();
  };
  void settled();
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
