import { EventEmitter } from 'eventemitter3';
import { Collection } from '../collection.ts';
import { createCache } from '../gateway-cache.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import type { GatewayRuntime } from '../gateway-runtime.ts';
import type { GatewayEvents } from '../life-cycle-events.ts';
import type { ReshardMark } from '../session-store/session-store.ts';
import type { Shard } from '../shard/shard.ts';

/** What a generation of shards has of its own. */
export interface GenerationParts {
  readonly maxShards: number;
  readonly firstShardId: number;
  readonly lastShardId: number | undefined;
  readonly mark: Omit<ReshardMark, 'covered'> | undefined;
}

/** Life-cycle events that are told of any generation; the others are about one shard, whose number means two shards meanwhile. */
const TOLD = ['hookError', 'storeError', 'gatewayBotError'] as const;

/**
 * A manager for other shards of the same bot. It inherits from `gateway`, so that every option and every method, also those assigned later, are the same; shards,
 * buckets, cache, counts and promises are its own. Identify buckets, budget and the pace of connections stay one for all.
 */
export function createGeneration(gateway: GatewayManager, parts: GenerationParts): GatewayManager {
  const generation = Object.create(gateway) as GatewayManager;
  const events = new EventEmitter<GatewayEvents>();
  for (const name of TOLD) events.on(name, (event: unknown) => relay(gateway, name, event));
  const runtime: Partial<GatewayRuntime> = {
    stopping: new AbortController(),
    halted: undefined,
    readyWaits: new Map(),
    ended: new Map(),
    saving: undefined,
    saveNext: undefined,
    hurryAt: Number.NEGATIVE_INFINITY,
    saveFailed: false,
    hurryTimer: undefined,
    upkeepTimer: undefined,
    onIdentify: new Map(),
    onDrained: undefined,
    reshardMark: parts.mark,
    reshard: undefined,
    reshardTimer: undefined,
    crossing: undefined,
    spawn: undefined,
    // An edit that the old shards let pass must not look like one that was seen before.
    editedMessages: { isRealEdit: () => true, stamps: new Map() },
  };
  Object.assign(generation, {
    maxShards: parts.maxShards,
    firstShardId: parts.firstShardId,
    lastShardId: parts.lastShardId,
    // New shards have no sessions, and what is stored belongs to others.
    resumeSessions: false,
    shards: new Collection<number, Shard>(),
    loadingShards: new Collection(),
    buckets: new Collection(),
    events,
  });
  Object.defineProperty(generation, 'runtime', {
    value: Object.assign(Object.create(gateway.runtime), runtime),
    configurable: true,
  });
  Object.defineProperty(generation, 'cache', { value: createCache(generation), enumerable: true, configurable: true });
  return generation;
}

function relay(gateway: GatewayManager, name: keyof GatewayEvents, event: unknown): void {
  (gateway.events.emit as (name: string, event: unknown) => boolean)(name, event);
}

/** Makes a generation another name for the manager that it inherits from: whoever still holds it acts on that one's shards. */
export function dissolve(generation: GatewayManager): void {
  for (const name of Object.getOwnPropertyNames(generation)) Reflect.deleteProperty(generation, name);
}

/** Gives the shards of one manager to another. */
export function moveShards(from: GatewayManager, to: GatewayManager): void {
  for (const [id, shard] of from.shards) {
    shard.manager = to;
    to.shards.set(id, shard);
  }
}
