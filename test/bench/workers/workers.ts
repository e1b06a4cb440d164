import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import { createGatewayManager, createWorkerPool, type GatewayManager } from '@shardgate/gateway';
import type { WorkersResult } from '../runner/results.ts';
import { record } from './recording.ts';
import { createReplay, type PlayOrder } from './replay-socket.ts';

/** Started by the runner; tells one result. The same recorded stream through one thread and through workers, the ways in turn. */
const SHARDS = 4;
const WARMUP_EVENTS = 6_000;
const EVENTS = 16_000;
const ROUNDS = 5;
const DEADLINE_MS = 60_000;

type Way = keyof Omit<WorkersResult, 'cpus'>;

/** Workers, and where the handler is. */
const WAYS: Readonly<Record<Way, { readonly workers: number; readonly inside: boolean }>> = {
  oneThread: { workers: 0, inside: false },
  oneWorkerInside: { workers: 1, inside: true },
  oneWorkerMain: { workers: 1, inside: false },
  twoWorkersInside: { workers: 2, inside: true },
  twoWorkersMain: { workers: 2, inside: false },
};

interface Counter {
  /** Resolves when so many events of each shard were handled, wherever that is done. */
  until(eventsPerShard: number): Promise<void>;
  add(): void;
  close(): void;
}

function createCounter(): Counter {
  const channel = new BroadcastChannel('bench-count');
  const told = new Map<number, number>();
  let here = 0;
  let wanted = Infinity;
  let done: (() => void) | undefined;
  const look = (): void => {
    let events = here;
    for (const count of told.values()) events += count;
    if (events >= wanted) done?.();
  };
  channel.onmessage = (message) => {
    const { workerId, events } = (message as { data: { workerId: number; events: number } }).data;
    told.set(workerId, events);
    look();
  };
  return {
    add() {
      here++;
      if (here >= wanted) look();
    },
    async until(eventsPerShard) {
      wanted = eventsPerShard * SHARDS;
      const timer = setTimeout(() => {
        throw new Error('the events did not come');
      }, DEADLINE_MS);
      await new Promise<void>((resolve) => {
        done = resolve;
        look();
      });
      clearTimeout(timer);
    },
    close: () => channel.close(),
  };
}

async function run(way: Way, folder: string): Promise<{ cpuMs: number; wallMs: number }> {
  const { workers, inside } = WAYS[way];
  const counter = createCounter();
  const orders = new BroadcastChannel('bench-play');
  const gateway: GatewayManager = createGatewayManager({
    token: 'bench.bench.bench',
    urlWSS: 'ws://127.0.0.1:9',
    // Where the recordings are, and the way: what the workers' module reads.
    url: folder,
    secretKey: inside ? 'inside' : 'main',
    intents: ['Guilds', 'GuildMessages'],
    maxShards: SHARDS,
    maxConcurrency: SHARDS,
    sessionStartLimitRemaining: 1_000,
    filters: { editedMessages: false },
    openSocket: createReplay(folder),
    handleDiscordPayload: () => counter.add(),
  });
  gateway.events.on('hookError', ({ error }) => {
    throw error;
  });
  const pool = createWorkerPool({
    shardsPerCluster: Math.max(1, SHARDS / Math.max(1, workers)),
    maxClusters: Math.max(1, workers),
    module: new URL('./worker-module.js', import.meta.url),
    // Another process may hold the cores for long; a worker that is taken for hung would spoil the run.
    hangAfterMs: 20_000,
  });
  if (workers > 0) pool.attach(gateway);
  await gateway.spawnShards(gateway);
  const play = async (events: number): Promise<{ cpuMs: number; wallMs: number }> => {
    const before = process.cpuUsage();
    const startedAt = performance.now();
    orders.postMessage({ upTo: events + 2 } satisfies PlayOrder);
    await counter.until(events);
    const { user, system } = process.cpuUsage(before);
    return { cpuMs: (user + system) / 1_000, wallMs: performance.now() - startedAt };
  };
  await play(WARMUP_EVENTS);
  const measured = await play(WARMUP_EVENTS + EVENTS);
  await gateway.stopGateway(gateway);
  orders.close();
  counter.close();
  return measured;
}

const folder = mkdtempSync(join(tmpdir(), 'shardgate-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
await Promise.all(Array.from({ length: SHARDS }, (_, shard) => record(folder, shard, SHARDS, WARMUP_EVENTS + EVENTS)));
const ways = Object.keys(WAYS) as Way[];
const result = Object.fromEntries(ways.map((way) => [way, [] as { cpuUs: number; perSecond: number }[]])) as Record<
  Way,
  { cpuUs: number; perSecond: number }[]
>;
for (let round = 0; round < ROUNDS; round++) {
  const first = round % ways.length;
  for (const way of [...ways.slice(first), ...ways.slice(0, first)]) {
    const { cpuMs, wallMs } = await run(way, folder);
    const events = EVENTS * SHARDS;
    result[way].push({ cpuUs: (cpuMs * 1_000) / events, perSecond: events / (wallMs / 1_000) });
  }
}
process.send?.({ kind: 'workers', cpus: (await import('node:os')).availableParallelism(), ...result });
if (process.send === undefined) console.log(JSON.stringify(result, null, 1));
process.on('disconnect', () => process.exit());
if (process.send === undefined) process.exit();
