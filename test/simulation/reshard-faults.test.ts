import { createRandom, type Fault, type Random } from '@shardgate/simulator';
import { describe, expect, it } from 'vitest';
import { createReshardBed, type ReshardBed } from '../beds/reshard-bed.ts';

/** Seeds of each kind of misfortune: 20 for a submission, `SHARDGATE_SEEDS` for a night. `SHARDGATE_SEED=7` runs that one alone. */
const SEEDS = Math.min(20, Number(process.env['SHARDGATE_SEEDS'] ?? 20));
const ONLY = process.env['SHARDGATE_SEED'];
const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, index) => index + 1) : [Number(ONLY)];

/** The whole size takes half an hour: for a night. */
const WHOLE = process.env['SHARDGATE_LONG'] === '1';
const [FROM, MORE, LESS, GUILDS, EVENTS] = WHOLE ? [16, 32, 24, 320, 2_000] : [8, 16, 12, 96, 60];
/** Events while nothing is resharded. */
const CALM = 60;

const NOTHING_WRONG = { lost: [], doubled: [], reordered: [], joins: [], leaves: [] };

/** Misfortunes that end no session. */
const FAULTS: readonly ((random: Random, shard: number) => Fault)[] = [
  (_, shard) => ({ kind: 'drop', shard }),
  () => ({ kind: 'drop', spreadMs: 1_000 }),
  (_, shard) => ({ kind: 'reset', shard }),
  (_, shard) => ({ kind: 'half-open', shard }),
  (_, shard) => ({ kind: 'reconnect', shard, closeAfterMs: 3_000 }),
  (_, shard) => ({ kind: 'close', shard, code: 4000 }),
  (random, shard) => ({ kind: 'lag', shard, delayMs: random() * 2_500, forMs: 10_000 }),
  (random) => ({ kind: 'refuse-connect', forMs: random() * 10_000 }),
  (random) => ({ kind: 'rest', status: random() < 0.5 ? 500 : 429, forMs: random() * 30_000, path: 'gateway' }),
];

async function started(seed: number): Promise<ReshardBed> {
  const bed = createReshardBed({
    seed,
    shards: FROM,
    maxConcurrency: FROM / 2,
    guilds: GUILDS,
    eventsPerSecond: CALM,
    ledgerLimit: 3_000_000,
    // A session that ends because Discord kept too little of it is a gap, which is declared; these are about what may not be lost.
    ...(WHOLE ? { replayLimit: 100_000 } : {}),
    trimReplayOnHeartbeat: seed % 2 === 0,
  });
  await bed.ready({ maxShards: FROM }, 300_000);
  await bed.advance(5_000);
  bed.simulator.configure({ eventsPerSecond: EVENTS });
  return bed;
}

async function judged(bed: ReshardBed): Promise<void> {
  bed.simulator.clearFaults();
  bed.simulator.configure({ eventsPerSecond: CALM });
  await bed.advance(120_000);
  await bed.until('every shard ready', bed.allReady, 1_800_000);
  bed.simulator.configure({ eventsPerSecond: 0 });
  await bed.advance(60_000);
  expect(bed.judge()).toEqual(NOTHING_WRONG);
  expect(bed.gateway.cache.guildIds.size).toBe(GUILDS);
  expect(bed.simulator.check()).toEqual([]);
  for (const shard of bed.gateway.shards.values()) expect(shard.inFlightEvents, 'nothing hangs').toBe(0);
}

describe.each(seeds)(
  `a reshard from ${FROM} to ${MORE} to ${LESS} shards at ${EVENTS} events a second under misfortune, seed %i`,
  { timeout: WHOLE ? 600_000 : 60_000 },
  (seed) => {
    it('keeps every event, once and in order, whatever breaks on the way', async () => {
      const random = createRandom(seed);
      const bed = await started(seed);
      const ends: boolean[] = [];
      for (const to of [MORE, LESS]) {
        let result: { done: boolean; reason: string } | undefined;
        void bed.gateway.resharder(bed.gateway, { maxShards: to }).then((value) => {
          result = value;
        });
        for (let strike = 0; strike < 4; strike++) {
          await bed.advance(random() * 8_000);
          const make = FAULTS[Math.floor(random() * FAULTS.length)];
          if (make !== undefined) bed.simulator.fault(make(random, Math.floor(random() * to)));
        }
        await bed.until('the reshard is over', () => result !== undefined, 3_600_000);
        ends.push(result?.done === true);
        await bed.advance(random() * 20_000);
      }
      expect(ends).toEqual([true, true]);
      await judged(bed);
      // One that was cut off before READY has to be asked for again.
      const readies = bed.simulator.ledger
        .activity({ kind: 'identify' })
        .filter((one) => one.kind === 'identify' && one.answer === 'ready');
      expect(new Set(readies.map(({ shard }) => String(shard))).size).toBe(FROM + MORE + LESS);
      await bed.end();
    });

    it('is finished or taken back by the next process when this one is killed at any moment', async () => {
      const random = createRandom(seed + 1_000);
      const bed = await started(seed);
      let over = false;
      void bed.gateway.resharder(bed.gateway, { maxShards: MORE }).then(() => {
        over = true;
      });
      const moment = ['preparing', 'aligning', 'cutting', 'closing', 'any'][seed % 5];
      if (moment === 'any') await bed.advance(random() * 30_000);
      else {
        const phases = (): readonly string[] => bed.told('reshardProgress').map(({ phase }) => phase);
        if (moment === 'cutting') {
          const { reshardCut } = bed.gateway;
          let cutting = false;
          bed.gateway.reshardCut = (gateway, reshard) => {
            cutting = true;
            return reshardCut(gateway, reshard);
          };
          await bed.until('the cut begins', () => cutting);
          await bed.advance(random() * 15);
        } else {
          await bed.until(`the phase ${moment}`, () => over || phases().includes(moment ?? ''));
          await bed.advance(random() * (moment === 'preparing' ? 10_000 : 1_000));
        }
      }
      bed.life.kill();
      await bed.advance(random() * 3_000);
      const before = bed.identifies();
      bed.start({ maxShards: FROM });
      await bed.until('ready again', bed.allReady, 600_000);
      expect(bed.identifies(), 'no identify for a living session').toBe(before);
      expect([FROM, MORE]).toContain(bed.gateway.maxShards);
      await judged(bed);
      // Once more, to the end.
      const to = bed.gateway.maxShards === FROM ? MORE : LESS;
      bed.simulator.configure({ eventsPerSecond: EVENTS });
      expect(await bed.reshard(to)).toMatchObject({ done: true });
      await judged(bed);
      await bed.end();
    });
  },
);
