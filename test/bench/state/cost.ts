import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore, type Store } from '@shardgate/state';
import { createLmdbStore } from '@shardgate/state/lmdb';
import { createPostgresStore } from '@shardgate/state/postgres';
import { createRedisStore } from '@shardgate/state/redis';
import type { StateCostResult } from './state-result.ts';
import { costOfEvents, typicalMessages } from './cost-run.ts';

/** Started by the runner; tells one result. The same events through each store, the stores in turn. */
const WARMUP_ROUNDS = 2;

export interface CostOptions {
  readonly events: number;
  readonly rounds: number;
  /** Of servers that could be had. */
  readonly redisUrl?: string | undefined;
  readonly postgresUrl?: string | undefined;
}

type Way = keyof StateCostResult;

const { events, rounds, redisUrl, postgresUrl } = JSON.parse(process.argv[2] ?? '') as CostOptions;
const folder = mkdtempSync(join(tmpdir(), 'shardgate-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let schemas = 0;

const stores: Readonly<Record<Way, (() => Store | undefined) | undefined>> = {
  none: () => undefined,
  memory: () => createMemoryStore(),
  lmdb: () => createLmdbStore({ path: join(folder, 'lmdb') }),
  redis: redisUrl === undefined ? undefined : () => createRedisStore({ url: redisUrl }),
  postgres:
    postgresUrl === undefined
      ? undefined
      : () => createPostgresStore({ url: postgresUrl, schema: `bench_${++schemas}` }),
};

const messages = typicalMessages(events);
const ways = (Object.keys(stores) as Way[]).filter((way) => stores[way] !== undefined);
const result: Record<Way, number[]> = { none: [], memory: [], lmdb: [], redis: [], postgres: [] };
for (let round = 0; round < WARMUP_ROUNDS + rounds; round++) {
  const first = round % ways.length;
  for (const way of [...ways.slice(first), ...ways.slice(0, first)]) {
    globalThis.gc?.();
    const cost = await costOfEvents(messages, stores[way]?.());
    if (round >= WARMUP_ROUNDS) result[way].push(cost);
  }
}
const told: StateCostResult = result;
process.send?.({ kind: 'state-cost', ...told });
if (process.send === undefined) console.log(JSON.stringify(told));
process.on('disconnect', () => process.exit());
if (process.send === undefined) process.exit();
