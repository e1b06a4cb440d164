import type { GatewayManager } from './gateway-manager.ts';
import type { GatewayEvents } from './life-cycle-events.ts';

/** Emits a life-cycle event; a listener that throws harms no one. */
export function report<Name extends keyof GatewayEvents>(
  gateway: GatewayManager,
  name: Name,
  event: Parameters<GatewayEvents[Name]>[0],
): void {
  note(gateway, name, event);
  try {
    // The emitter's types cannot see that the event belongs to the name.
    (gateway.events.emit as (name: string, event: unknown) => boolean)(name, event);
  } catch (error) {
    if (name !== 'hookError') report(gateway, 'hookError', { method: 'events', shardId: undefined, error });
  }
}

/** Calls `debug`; if it throws there is nobody left to tell. */
export function note(gateway: GatewayManager, text: string, ...values: readonly unknown[]): void {
  try {
    const result: unknown = gateway.debug(text, ...values);
    if (isThenable(result)) result.then(undefined, () => {});
  } catch {
    // A broken debug function must not stop what it only watches.
  }
}

/** Reports that something of the user's failed. */
export function hookFailed(gateway: GatewayManager, method: string, shardId: number | undefined, error: unknown): void {
  const shard = shardId === undefined ? undefined : gateway.shards.get(shardId);
  if (shard !== undefined) shard.counts.hookErrors++;
  report(gateway, 'hookError', { method, shardId, error });
}

/** Whether a value has a `then` to wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Calls a method that may be the user's; a throw or a rejection is reported and goes no further. */
export function contained(
  gateway: GatewayManager,
  method: string,
  shardId: number | undefined,
  call: () => unknown,
): void {
  try {
    const result = call();
    if (isThenable(result)) result.then(undefined, (error: unknown) => hookFailed(gateway, method, shardId, error));
  } catch (error) {
    hookFailed(gateway, method, shardId, error);
  }
}

/** Asks a method that may be the user's for a number; `fallback` serves when it gives none. */
export function containedNumber(
  gateway: GatewayManager,
  method: string,
  shardId: number | undefined,
  call: () => unknown,
  fallback: () => number,
): number {
  try {
    const answer = call();
    if (typeof answer === 'number' && Number.isFinite(answer)) return answer;
    if (isThenable(answer)) answer.then(undefined, () => {});
    hookFailed(gateway, method, shardId, new TypeError(`${method} gave ${typeof answer}, not a number`));
  } catch (error) {
    hookFailed(gateway, method, shardId, error);
  }
  return fallback();
}
