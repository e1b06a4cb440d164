import { BroadcastChannel } from 'node:worker_threads';
import type * as Gateway from '@shardgate/gateway';
import type { GatewayManager, GatewayOptions, PoolEvents, WorkerPool, WorkerPoolOptions } from '@shardgate/gateway';
import { compareDeliveries, createSimulator, type Delivery, type Simulator } from '@shardgate/simulator';
import { expect } from 'vitest';

export const WORKER_TOKEN = 'canary.workers.token';

/** What a module of the tests does on order. */
export type Deed = 'loop' | 'exit' | 'throw' | 'memory';

export interface Loss {
  readonly workerId: number;
  readonly cause: string;
  /** Monotonic milliseconds. */
  readonly at: number;
}

export interface WorkerBed {
  readonly simulator: Simulator;
  readonly gateway: GatewayManager;
  readonly pool: WorkerPool;
  /** What the handler in the main thread got. */
  readonly handled: (Delivery & { readonly shardId: number; readonly t: string | null })[];
  readonly losses: Loss[];
  readonly hookErrors: string[];
  /** Has a worker thread do something bad. */
  order(workerId: number, deed: Deed): void;
  /** Ends the load, waits until everything arrived, and holds it against what Discord sent. */
  nothingLost(kept?: ReadonlySet<string>): Promise<void>;
  close(): Promise<void>;
}

/** Workers run built files, and so does who starts them. */
const built = async (): Promise<typeof Gateway> =>
  (await import(new URL('../../packages/gateway/dist/index.js', import.meta.url).href)) as typeof Gateway;

/** A gateway with a worker pool, and a simulator on real sockets. Not started. */
export async function createWorkerBed(options: {
  readonly shards: number;
  readonly pool?: WorkerPoolOptions;
  /** Default true: the module that misbehaves on order. */
  readonly hasModule?: boolean;
  readonly gateway?: Partial<GatewayOptions>;
  readonly simulator?: Parameters<typeof createSimulator>[0];
}): Promise<WorkerBed> {
  const { createGatewayManager, createWorkerPool } = await built();
  const { shards, hasModule = true } = options;
  const simulator = createSimulator({
    shards,
    maxConcurrency: 16,
    guilds: shards * 20,
    token: WORKER_TOKEN,
    ...options.simulator,
  });
  const { apiUrl } = await simulator.start();
  const handled: WorkerBed['handled'] = [];
  const losses: Loss[] = [];
  const hookErrors: string[] = [];
  const gateway = createGatewayManager({
    token: WORKER_TOKEN,
    apiUrl,
    intents: ['Guilds', 'GuildMessages', 'GuildMessageReactions', 'GuildMessageTyping', 'GuildVoiceStates'],
    filters: { loadedGuilds: false, unavailableGuilds: false, editedMessages: false },
    handleDiscordPayload: (manager, { s, t }, shardId) => {
      handled.push({ sessionId: manager.shards.get(shardId)?.sessionId ?? '', seq: s, shardId, t });
    },
    ...options.gateway,
  });
  gateway.events.on('hookError', ({ method, error }) => hookErrors.push(`${method}: ${String(error)}`));
  const pool = createWorkerPool({
    maxClusters: 2,
    shardsPerCluster: Math.ceil(shards / 2),
    ...(hasModule ? { module: new URL('../process/workers-module.mjs', import.meta.url) } : {}),
    ...options.pool,
  });
  pool.attach(gateway);
  pool.events.on('workerLost', ({ workerId, cause }) => losses.push({ workerId, cause, at: performance.now() }));
  const orders = new BroadcastChannel('workers-test');

  return {
    simulator,
    gateway,
    pool,
    handled,
    losses,
    hookErrors,
    order: (workerId, deed) => orders.postMessage({ workerId, deed }),
    async nothingLost(kept = new Set()) {
      simulator.configure({ eventsPerSecond: 0 });
      const sent = (): ReturnType<Simulator['ledger']['dispatches']> =>
        simulator.ledger.dispatches().filter(({ t }) => t !== 'RESUMED' && !kept.has(String(t)));
      await expect.poll(() => compareDeliveries(sent(), handled).lost.length, { timeout: 20_000 }).toBe(0);
      const { unknown, reordered } = compareDeliveries(sent(), handled);
      expect({ unknown, reordered, handled: handled.length }).toEqual({
        unknown: [],
        reordered: [],
        handled: sent().length,
      });
    },
    async close() {
      orders.close();
      await gateway.stopGateway(gateway);
      await pool.stop();
      await simulator.close();
    },
  };
}

/** Resolves with the next event of this name. */
export function nextPoolEvent<Name extends keyof PoolEvents>(
  pool: WorkerPool,
  name: Name,
): Promise<Parameters<PoolEvents[Name]>[0]> {
  return new Promise((resolve) => {
    pool.events.once(name, resolve as never);
  });
}
