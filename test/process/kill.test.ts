import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertClean, compareDeliveries, createSimulator, type Delivery } from '@shardgate/simulator';
import { afterEach, expect, it } from 'vitest';

const SHARDS = 64;
const TOKEN = 'canary.process.token';
const SCRIPT = fileURLToPath(new URL('./gateway-process.mjs', import.meta.url));

let folder = '';
let running: ChildProcess | undefined;

afterEach(async () => {
  running?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Starts the gateway process and resolves when all its shards are ready. */
async function start(apiUrl: string): Promise<{ child: ChildProcess; readyAfterMs: number }> {
  const startedAt = performance.now();
  const child = fork(SCRIPT, [], { env: { ...process.env, API_URL: apiUrl, FOLDER: folder, TOKEN } });
  running = child;
  const troubles: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: { type: string }) => {
      if (message.type === 'ready') resolve();
      else troubles.push(message);
    });
    child.once('exit', (code, signal) => reject(new Error(`the gateway process ended with ${signal ?? code}`)));
  });
  expect(troubles).toEqual([]);
  return { child, readyAfterMs: performance.now() - startedAt };
}

async function readLog(): Promise<Delivery[]> {
  const text = await readFile(join(folder, 'events.log'), 'utf8');
  // The last line may be torn by the kill.
  return text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map((line) => {
      const [sessionId = '', seq = '0'] = line.split(' ');
      return { sessionId, seq: Number(seq) };
    });
}

it(
  'a gateway killed under 500 events a second resumes all 64 shards, identifies none and misses not one event',
  { timeout: 120_000 },
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'shardgate-kill-'));
    const simulator = createSimulator({ shards: SHARDS, maxConcurrency: 16, guilds: 320, token: TOKEN });
    const { apiUrl } = await simulator.start();
    const first = await start(apiUrl);
    // 64 shards in 16 buckets: three waits of five seconds, and the start of a process.
    expect(first.readyAfterMs).toBeLessThan(15_000 * 1.1 + 2_000);
    expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(SHARDS);

    simulator.configure({ eventsPerSecond: 500 });
    const kills = 2;
    let { child } = first;
    for (let kill = 1; kill <= kills; kill++) {
      const before = simulator.ledger.counts().dispatches;
      await expect
        .poll(() => simulator.ledger.counts().dispatches - before, { timeout: 10_000 })
        .toBeGreaterThan(1_500);
      child.kill('SIGKILL');
      await once(child, 'exit');
      ({ child } = await start(apiUrl));
      expect(simulator.ledger.activity({ kind: 'resume' })).toHaveLength(SHARDS * kill);
    }
    expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(SHARDS);

    simulator.configure({ eventsPerSecond: 0 });
    const dispatched = () => simulator.ledger.dispatches().filter(({ t }) => t !== 'RESUMED');
    await expect
      .poll(async () => compareDeliveries(dispatched(), await readLog()).lost.length, { timeout: 10_000 })
      .toBe(0);
    const { unknown, reordered } = compareDeliveries(dispatched(), await readLog());
    expect({ unknown, reordered }).toEqual({ unknown: [], reordered: [] });
    assertClean(simulator, { needlessIdentifies: true });

    child.send('stop');
    await once(child, 'exit');
    running = undefined;
    await simulator.close();
  },
);
