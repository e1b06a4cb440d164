import { Intents } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { createReshardBed } from '../beds/reshard-bed.ts';

/** The whole size takes some minutes: for a night. */
const WHOLE = process.env['SHARDGATE_LONG'] === '1';
const [FROM, TO, GUILDS, EVENTS] = WHOLE ? [150, 300, 150_000, 5_000] : [48, 96, 4_800, 400];
/** https://docs.discord.com/developers/events/gateway#rate-limiting */
const IDENTIFY_SPACING_MS = 5_250;
const CONCURRENCY = 16;

describe(`${FROM} to ${TO} shards of ${GUILDS} guilds at ${EVENTS} events a second${WHOLE ? '' : ' (SHARDGATE_LONG=1 for 150 to 300 of 150,000 at 5,000)'}`, () => {
  it(
    'takes the time that the identify rules allow and a tenth, and holds what one generation is ahead',
    { timeout: 1_500_000 },
    async () => {
      const bed = createReshardBed(
        {
          shards: FROM,
          maxConcurrency: CONCURRENCY,
          guilds: GUILDS,
          eventsPerSecond: 0,
          ledgerLimit: 3_000_000,
          latencyMs: [5, 50],
          identifyTotal: 2_000,
        },
        {
          intents: Intents.Guilds | Intents.GuildMessages | Intents.GuildMessageReactions,
          compression: 'none',
          // It would make 304 of 300.
          useOptimalLargeBotSharding: false,
        },
      );
      await bed.ready({ maxShards: FROM }, 600_000);
      await bed.until('all guilds are there', () => bed.gateway.cache.guildIds.size === GUILDS, 600_000);
      bed.simulator.configure({ eventsPerSecond: EVENTS });
      const from = bed.clock.now();
      const result = await bed.reshard(TO);
      const cutAt = bed.life.told.find(({ name }) => name === 'resharded')?.at ?? Number.NaN;
      const allowed = Math.ceil(TO / CONCURRENCY) * IDENTIFY_SPACING_MS;
      const most = Math.max(...bed.told('reshardProgress').map(({ heldEvents }) => heldEvents));
      const bytes = Math.max(...bed.told('reshardProgress').map(({ heldBytes }) => heldBytes));
      console.log(
        `cut after ${Math.round(cutAt - from)} ms of ${allowed} ms + 10 %; at most ${most} events, ${bytes} bytes held`,
      );
      expect(result).toMatchObject({ done: true });
      expect(cutAt - from).toBeLessThan(allowed * 1.1);
      // Half a second of all events would be much for networks that are 45 ms apart.
      expect(most).toBeLessThan(EVENTS / 2);
      bed.simulator.configure({ eventsPerSecond: 0 });
      await bed.advance(5_000);
      expect(bed.judge()).toEqual({ lost: [], doubled: [], reordered: [], joins: [], leaves: [] });
      expect(bed.gateway.cache.guildIds.size).toBe(GUILDS);
      expect(bed.identifies()).toBe(FROM + TO);
      bed.clean();
      await bed.end();
    },
  );
});
