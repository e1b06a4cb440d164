import type { GatewayManager } from '../gateway-manager.ts';

/** What a worker's module is told besides the manager. */
export interface WorkerModuleContext {
  /** From 1. */
  readonly workerId: number;
}

/**
 * Default export of a worker's module: called with each manager of the worker (one a shard count) before it gets its first shard, so that what is replaced here is what its
 * shards call. When it throws or rejects the worker is ended and, after a pause, started again.
 */
export type WorkerModule = (gateway: GatewayManager, context: WorkerModuleContext) => void | Promise<void>;

/** @returns what to call with each new manager */
export async function loadModule(
  module: string | undefined,
  workerId: number,
): Promise<(gateway: GatewayManager) => Promise<void>> {
  if (module === undefined) return async () => {};
  const { default: prepare } = (await import(module)) as { default?: unknown };
  if (typeof prepare !== 'function')
    throw new TypeError(`option module: ${module} has no default export that is a function (gateway, { workerId })`);
  return async (gateway) => {
    await (prepare as WorkerModule)(gateway, { workerId });
  };
}
