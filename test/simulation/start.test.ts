import { expect, it } from 'vitest';
import { createVirtualBed } from '../beds/virtual-bed.ts';

it('64 shards at concurrency 16 are ready in the least time the rules allow plus a tenth, without a violation', async () => {
  const bed = createVirtualBed({ shards: 64, maxConcurrency: 16, guilds: 640 });
  const least = 3 * 5_000;
  await bed.ready();
  expect(bed.clock.now()).toBeLessThanOrEqual(least * 1.1);
  expect(bed.identifies()).toBe(64);
  bed.clean();
  await bed.end();
});

it('1,024 stored sessions are all resumed within 15 seconds and nothing identifies', async () => {
  const bed = createVirtualBed({ shards: 1_024, maxConcurrency: 64, guilds: 1_000, identifyTotal: 3_000 });
  await bed.ready();
  bed.life.kill();
  const killedAt = bed.clock.now();
  await bed.ready();
  expect(bed.clock.now() - killedAt).toBeLessThanOrEqual(15_000);
  expect(bed.identifies()).toBe(1_024);
  expect(bed.resumes()).toBe(1_024);
  bed.clean();
  await bed.end();
});

it('a killed process loses nothing, however its events were settled', async () => {
  const bed = createVirtualBed({ shards: 4, maxConcurrency: 4, guilds: 40, eventsPerSecond: 50 });
  await bed.ready();
  for (let life = 0; life < 5; life++) {
    await bed.advance(7_333);
    bed.life.kill();
    await bed.advance(500);
    await bed.ready();
  }
  bed.simulator.configure({ eventsPerSecond: 0 });
  await bed.advance(5_000);
  const { lost, unknown, reordered } = bed.compare();
  expect({ lost, unknown, reordered }).toEqual({ lost: [], unknown: [], reordered: [] });
  expect(bed.identifies()).toBe(4);
  bed.clean();
  await bed.end();
});
