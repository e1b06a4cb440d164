import { describe, expect, it } from 'vitest';
import { createReshardBed } from '../beds/reshard-bed.ts';

const NOTHING_WRONG = { lost: [], doubled: [], reordered: [], joins: [], leaves: [] };

const EVENTS = process.env['SHARDGATE_LONG'] === '1' ? 2_000 : 200;

describe(`resharding at ${EVENTS} events a second, in virtual time`, { timeout: 600_000 }, () => {
  it('16 to 32 to 24 shards: nothing is lost, doubled, reordered or false, and one identify is spent for each new shard', async () => {
    const bed = createReshardBed({
      shards: 16,
      maxConcurrency: 4,
      guilds: 320,
      eventsPerSecond: EVENTS,
      ledgerLimit: 3_000_000,
    });
    await bed.ready({ maxShards: 16 }, 300_000);
    await bed.advance(20_000);
    for (const [to, identifies] of [
      [32, 48],
      [24, 72],
    ] as const) {
      expect(await bed.reshard(to)).toMatchObject({ done: true, to });
      expect(bed.identifies()).toBe(identifies);
      expect(bed.gateway.maxShards).toBe(to);
      expect(Array.from(bed.gateway.shards.keys())).toEqual(Array.from({ length: to }, (_, id) => id));
      await bed.advance(20_000);
    }
    bed.simulator.configure({ eventsPerSecond: 0 });
    await bed.advance(5_000);
    expect(bed.judge()).toEqual(NOTHING_WRONG);
    expect(bed.events.filter(({ t }) => t === 'READY')).toHaveLength(16);
    expect(bed.gateway.cache.guildIds.size).toBe(320);
    bed.clean();
    await bed.end();
  });
});
