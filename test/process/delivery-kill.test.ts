import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { assertClean, compareDeliveries, createRandom, type Simulator } from '@shardgate/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessDiscord, dispatchedEvents } from '../beds/delivery-discord.ts';
import { createPair, PAIR_BOT, type Half, type ProcessPair } from '../beds/delivery-pair.ts';
import { endProcesses, readHandled, type Handled } from '../beds/delivery-processes.ts';

/** In every run enough for each named point; 200 and more on demand. */
const KILLS = Number(process.env['SHARDGATE_KILLS'] ?? 34);
const SEED = Number(process.env['SHARDGATE_SEED'] ?? 1);
const SHARDS = 4;
const RATE = 5_000;
/** What may be under way to one consumer, of each shard. */
const WINDOW = 1_024;
/** Late heartbeats are not looked at: the processes share two cores with all other tests. */
const PATIENCE = { heartbeatSlackMs: 10_000, heartbeatTimeoutMs: 30_000 };

/** Where a process ends itself: what `delivery-crash-points.mjs` and `delivery-bot.mjs` call them. READY has a test of its own. */
const POINTS: readonly (readonly [Half, string])[] = [
  ['gateway', 'received'],
  ['gateway', 'appended'],
  ['gateway', 'written'],
  ['gateway', 'synced'],
  ['gateway', 'handed over'],
  ['bot', 'before handling'],
  ['bot', 'before acknowledging'],
  ['gateway', 'acknowledged'],
  ['gateway', 'cursor moved'],
  ['gateway', 'rotating'],
  ['gateway', 'rotated'],
  ['gateway', 'unlinking'],
  ['gateway', 'unlinked'],
  ['gateway', 'stored the session'],
];

let folder = '';
let simulator: Simulator;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-delivery-'));
});

afterEach(async () => {
  await endProcesses();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const identifies = (): number => simulator.ledger.activity({ kind: 'identify' }).length;

/** Waits until the bot has handled everything, and holds what it handled against what was sent. */
async function compareAll(orderOf?: (handled: Handled) => string): Promise<void> {
  const sent = dispatchedEvents(simulator);
  await expect
    .poll(() => compareDeliveries(sent, readHandled(folder, PAIR_BOT)).lost.length, { timeout: 60_000, interval: 500 })
    .toBe(0);
  const handled = readHandled(folder, PAIR_BOT);
  const { unknown, reordered, duplicated } = compareDeliveries(sent, handled);
  const order = orderOf === undefined ? reordered : outOfOrder(handled, orderOf);
  // The first of each say enough.
  expect({ unknown: unknown[0], reordered: order[0], handledTwice: duplicated[0] }).toEqual({});
}

/** What was handled after a later one of the same line. */
function outOfOrder(handled: readonly Handled[], lineOf: (handled: Handled) => string): Handled[] {
  const highest = new Map<string, number>();
  return handled.filter((one) => {
    const line = lineOf(one);
    const before = highest.get(line) ?? 0;
    highest.set(line, Math.max(before, one.seq));
    return one.seq < before;
  });
}

/** Kills gateway, bot or both, again and again. Gives what came twice for each. */
async function torture(pair: ProcessPair, kills: number): Promise<{ what: string; duplicates: number }[]> {
  const random = createRandom(SEED);
  const below = (bound: number): number => Math.floor(random() * bound);
  const rounds: { what: string; duplicates: number }[] = [];
  let before = 0;
  for (let round = 0, killed = 0; killed < kills; round++) {
    // Each named point in turn, and in between any moment: also that in which a process is starting.
    const [named, point] = POINTS[(round >> 1) % POINTS.length] ?? [];
    const isNamed = round % 2 === 0;
    const target = isNamed ? named : (['gateway', 'bot', 'both'] as const)[below(3)];
    if (isNamed || random() < 0.7) await pair.gateway.ready;
    await pause(random() * 600);
    const halves = (['gateway', 'bot'] as const).filter((half) => target === half || target === 'both');
    for (const half of halves) {
      await (isNamed ? pair.kill(half, point, below(half === 'bot' ? 2_000 : 3)) : pair.kill(half));
      killed++;
    }
    // A process manager takes its time.
    await pause(random() * 300);
    if (halves.includes('gateway')) {
      await pair.disconnected();
      pair.startGateway();
    }
    if (halves.includes('bot')) pair.startBot();
    rounds.push({ what: `${target}: ${isNamed ? point : 'any moment'}`, duplicates: pair.duplicates - before });
    before = pair.duplicates;
  }
  await pair.gateway.ready;
  // What is still under way is of the last one.
  await pause(500);
  rounds.push({ what: 'the last one', duplicates: pair.duplicates - before });
  return rounds;
}

describe('SIGKILLs', () => {
  it(
    `${KILLS} of gateway, bot and both at ${RATE} events/s lose nothing, reorder nothing and identify nothing anew`,
    { timeout: 90_000 + KILLS * 6_000 },
    async () => {
      simulator = createProcessDiscord({ ...PATIENCE, shards: SHARDS, seed: SEED });
      const { apiUrl } = await simulator.start();
      const pair = createPair({ simulator, apiUrl, folder });
      pair.startGateway();
      pair.startBot();
      await pair.gateway.ready;
      simulator.configure({ eventsPerSecond: RATE });
      const startedAt = performance.now();
      const rounds = await torture(pair, KILLS);
      simulator.configure({ eventsPerSecond: 0 });
      const seconds = (performance.now() - startedAt) / 1_000;
      await compareAll();
      expect(identifies()).toBe(SHARDS);
      expect((await pair.gateway.status()).troubles).toEqual([]);
      const worst = rounds.toSorted((a, b) => b.duplicates - a.duplicates)[0];
      const events = dispatchedEvents(simulator).length;
      console.log(
        `kills: ${KILLS}, ${events} events (${Math.round(events / seconds)}/s), dropped as duplicates ${pair.duplicates}, ` +
          `most for one kill ${worst?.duplicates} (${worst?.what})`,
      );
      expect(worst?.duplicates, 'duplicates for one kill').toBeLessThanOrEqual(WINDOW * SHARDS);
      await pair.bot.stop();
      await pair.gateway.stop();
      assertClean(simulator, { needlessIdentifies: true });
    },
  );

  it('a bot with a store of handled ids and many handlers at a time handles nothing twice, and a guild in its order', async () => {
    simulator = createProcessDiscord({ ...PATIENCE, shards: SHARDS, seed: SEED });
    const { apiUrl } = await simulator.start();
    const pair = createPair({ simulator, apiUrl, folder, memory: 'store' });
    pair.startGateway();
    pair.startBot();
    await pair.gateway.ready;
    simulator.configure({ eventsPerSecond: 2_000 });
    for (const half of ['bot', 'gateway', 'bot', 'bot'] as const) {
      await pause(500);
      await pair.kill(half);
      if (half === 'bot') pair.startBot();
      else await pair.disconnected().then(() => pair.startGateway().ready);
    }
    await pause(500);
    simulator.configure({ eventsPerSecond: 0 });
    await compareAll(({ sessionId, orderKey }) => `${sessionId} ${orderKey}`);
    assertClean(simulator, { needlessIdentifies: true });
  });

  it.each([
    // Discord has a session then that nobody knows of: there is nothing to resume.
    { point: 'storing the session', more: 1 },
    // From here on the operating system has it, which survives the process.
    { point: 'wrote the session', more: 0 },
    { point: 'synced the session', more: 0 },
    { point: 'stored the session', more: 0 },
  ])('while READY is stored, at "$point", cost $more identifies', async ({ point, more }) => {
    simulator = createProcessDiscord({ ...PATIENCE, shards: 1, seed: SEED });
    const { apiUrl } = await simulator.start();
    const pair = createPair({ simulator, apiUrl, folder });
    pair.startBot();
    const first = pair.startGateway(point);
    await first.ended();
    expect(first.crashedAt).toBe(point);
    await pair.disconnected();
    await pair.startGateway().ready;
    simulator.configure({ eventsPerSecond: 500 });
    await pause(500);
    simulator.configure({ eventsPerSecond: 0 });
    expect(identifies()).toBe(1 + more);
    const [session] = simulator.state().sessions.filter(({ connected }) => connected);
    const sent = dispatchedEvents(simulator).filter(({ sessionId }) => sessionId === session?.id);
    expect(sent.length).toBeGreaterThan(100);
    // A RESUME cannot ask for READY: where no bot had it yet, it is a gap that is told.
    const missing = (): string[] => {
      const { lost } = compareDeliveries(sent, readHandled(folder, PAIR_BOT));
      return lost.slice(pair.bot.figures.gaps).map(({ t }) => t);
    };
    await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
    expect(pair.bot.figures.gaps).toBeLessThanOrEqual(1);
  });
});
