import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClean, compareDeliveries, type Simulator } from '@shardgate/simulator';
import { afterEach, expect, it } from 'vitest';
import { createProcessDiscord, DELIVERY_TOKEN, dispatchedEvents } from '../beds/delivery-discord.ts';
import { endProcesses, readHandled, startBot, startGateway } from '../beds/delivery-processes.ts';

/** With it, what a bot misses that is away for ten minutes of 1,000 events a second; else a tenth. Both at a higher rate, for a shorter time. */
const IS_LONG = process.env['SHARDGATE_LONG'] === '1';
const EVENTS = IS_LONG ? 600_000 : 60_000;
const RATE = 6_000;
const MEGABYTE = 2 ** 20;
const MOST_GROWTH_BYTES = 64 * MEGABYTE;
/** Until the bot has all: garbage of some 40,000 events a second, collected when there is time. */
const MOST_GROWTH_DRAINING_BYTES = 192 * MEGABYTE;
/** Next to other tests on two cores a process gets a part of one only. */
const LEAST_DRAINED_PER_SECOND = IS_LONG ? 20_000 : 5_000;

let folder = '';
let simulator: Simulator;

afterEach(async () => {
  await endProcesses();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

it(
  `a bot that missed ${EVENTS} events gets them all, in order and fast, and the gateway's memory did not grow with them`,
  { timeout: 120_000 + EVENTS },
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'shardgate-backlog-'));
    simulator = createProcessDiscord({ heartbeatSlackMs: 5_000, heartbeatTimeoutMs: 30_000 });
    const { apiUrl } = await simulator.start();
    const gateway = startGateway({
      apiUrl,
      token: DELIVERY_TOKEN,
      folder,
      sinks: [{ kind: 'unix', name: 'stream' }],
      execArgv: ['--expose-gc'],
    });
    const [url = ''] = await gateway.ready;
    const bot = startBot({ url, folder, name: 'bot' });
    const handled = (): number => readHandled(folder, 'bot').length;
    // A daily life first: what the code and its buffers take is there before anything is measured.
    simulator.configure({ eventsPerSecond: RATE });
    await expect.poll(handled, { timeout: 20_000, interval: 250 }).toBeGreaterThan(3 * RATE);
    gateway.send({ type: 'forget' });
    const before = await gateway.status();
    const { accepted } = before.counts;

    await bot.kill();
    await expect
      .poll(async () => (await gateway.status()).counts.accepted - accepted, { timeout: EVENTS, interval: 100 })
      .toBeGreaterThan(EVENTS);
    simulator.configure({ eventsPerSecond: 0 });
    const away = await gateway.status();
    const missed = dispatchedEvents(simulator).length - handled();

    const startedAt = performance.now();
    const again = startBot({ url, folder, name: 'bot' });
    await expect.poll(() => again.figures.handled, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
    const firstAt = performance.now();
    await expect.poll(() => again.figures.handled, { timeout: 60_000, interval: 10 }).toBeGreaterThanOrEqual(missed);
    const drainedPerSecond = missed / ((performance.now() - firstAt) / 1_000);
    const drained = await gateway.status();
    const figures = {
      missed,
      drainedPerSecond: Math.round(drainedPerSecond),
      secondsToFirst: ((firstAt - startedAt) / 1_000).toFixed(2),
      rssBefore: Math.round(before.memory.rss / MEGABYTE),
      growthAwayMb: Math.round((away.peakRss - before.memory.rss) / MEGABYTE),
      growthDrainedMb: Math.round((drained.peakRss - before.memory.rss) / MEGABYTE),
      journalMb: Math.round((away.journal?.bytes ?? 0) / MEGABYTE),
    };
    console.log(`backlog: ${JSON.stringify(figures)}`);
    const { lost, unknown, reordered, duplicated } = compareDeliveries(
      dispatchedEvents(simulator),
      readHandled(folder, 'bot'),
    );
    expect([lost, unknown, reordered, duplicated].map(({ length }) => length)).toEqual([0, 0, 0, 0]);
    expect(drained.troubles).toEqual([]);
    expect(away.peakRss - before.memory.rss, 'growth while the bot was away').toBeLessThanOrEqual(MOST_GROWTH_BYTES);
    expect(drained.peakRss - before.memory.rss, 'growth until the bot had all').toBeLessThanOrEqual(
      MOST_GROWTH_DRAINING_BYTES,
    );
    expect(drainedPerSecond, 'events a second').toBeGreaterThanOrEqual(LEAST_DRAINED_PER_SECOND);
    assertClean(simulator, { needlessIdentifies: true });
  },
);
