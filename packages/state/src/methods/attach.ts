import type { GatewayManager } from '@shardgate/gateway';
import { originOf } from '../event-origin.ts';
import type { AttachedPayload } from '../lanes/attached-payload.ts';
import type { Door } from '../lanes/door.ts';
import { flushLane, passThroughLane } from '../lanes/pass.ts';
import { settleLane } from '../lanes/settle-lane.ts';
import { isSynchronous } from '../store.ts';
import type { State } from '../state.ts';

/** Default of {@link StateMethods.attach}. */
export function attach(state: State, gateway: GatewayManager): void {
  const { runtime } = state;
  if (runtime.gateway === gateway) return;
  if (runtime.gateway !== undefined)
    throw new TypeError('this state is attached to another gateway already; make one state for each gateway');
  runtime.gateway = gateway;
  if (state.stores.every(isSynchronous)) passThrough(state, gateway);
  else waitInLanes(state, gateway);
}

/** Every store answers at once: an event goes on in the same tick. */
function passThrough(state: State, gateway: GatewayManager): void {
  const passOn = gateway.handleDiscordPayload;
  const { wanted } = state.runtime;
  gateway.handleDiscordPayload = (manager, payload, shardId) => {
    if (wanted.has(payload.t)) applyAtOnce(state, manager, payload, shardId);
    return passOn(manager, payload, shardId);
  };
}

function applyAtOnce(state: State, gateway: GatewayManager, payload: AttachedPayload, shardId: number): void {
  const old = state.apply(state, payload, originOf(gateway, shardId));
  // A replaced `apply` may give a promise; nobody waits for it here.
  if (typeof old === 'string') payload.old = old;
}

/** Events wait for the stores, and for those before them. */
function waitInLanes(state: State, gateway: GatewayManager): void {
  const passOn = gateway.handleDiscordPayload;
  const { settle, stopGateway } = gateway;
  const own: Door = { state, gateway, passOn, settle };
  const doorOf = (manager: GatewayManager): Door => (manager === gateway ? own : { ...own, gateway: manager });
  gateway.handleDiscordPayload = (manager, payload, shardId) => passThroughLane(doorOf(manager), payload, shardId);
  gateway.settle = (manager, shardId, sessionId, sequence) => settleLane(doorOf(manager), shardId, sessionId, sequence);
  const flush = (shardId: number): void => flushLane(own, shardId);
  // Before a new session begins: what waits belongs to the old one.
  gateway.events.on('shardDisconnected', ({ shardId }) => flush(shardId));
  gateway.stopGateway = async (manager, code, reason) => {
    for (const shardId of state.runtime.lanes.keys()) flush(shardId);
    await stopGateway(manager, code, reason);
  };
}
