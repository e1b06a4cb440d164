import { assertClean } from '@shardgate/simulator';
import { afterEach, expect, it } from 'vitest';
import { ALICE, BERTHA, codeOf, createCommandBed } from './commands-bed.ts';
import type { CommandBed } from './commands-bed.ts';

let bed: CommandBed;
afterEach(async () => {
  assertClean(bed.simulator);
  await bed.end();
});

const voice = (selfMute: boolean) => ({
  type: 'voiceState',
  guildId: bed.guild(),
  channelId: null,
  selfMute,
  selfDeaf: false,
});
const online = { activities: [], status: 'online' };

it('C10 a client that floods a shard does not keep another one waiting, nor the heartbeats', async () => {
  bed = await createCommandBed();
  const flood = Array.from({ length: 900 }, () =>
    bed.intake.execute(ALICE, { ...voice(true), expiresAfterMs: 600_000 }),
  );
  // The burst that Discord allows is used up; from here on it is two a second.
  await bed.advance(5_000);
  const before = bed.sent.length;
  const own = Array.from({ length: 10 }, () => bed.intake.execute(BERTHA, voice(false)));
  for (const one of own) expect(await bed.outcome(one)).toEqual({});
  const since = bed.sent.slice(before).filter(({ op }) => op === 4);
  const hersAt = since.flatMap(({ d }, index) => (d['self_mute'] === false ? [index] : []));
  // By turns: before her tenth were nine of her own, as many of the other's, and the few that were under way already.
  expect(hersAt).toHaveLength(10);
  expect(hersAt.at(-1)).toBeLessThanOrEqual(9 + 10 + 4);
  expect(bed.clock.now()).toBeLessThan(90_000);
  await bed.advance(120_000);
  const beats = bed.simulator.ledger.activity({ kind: 'heartbeat' });
  expect(beats.length).toBeGreaterThanOrEqual(4);
  expect(bed.simulator.ledger.activity({ kind: 'close' })).toEqual([]);
  await bed.advance(600_000);
  expect(new Set((await Promise.allSettled(flood)).map(({ status }) => status))).toEqual(new Set(['fulfilled']));
});

it('clients take turns where a shard has fewer places than they want', async () => {
  bed = await createCommandBed({}, { maxUnderWayPerShard: 1, maxUnderWayPerClient: 1 });
  const before = bed.sent.length;
  const all = [ALICE, BERTHA].flatMap((client) =>
    Array.from({ length: 5 }, () => bed.intake.execute(client, voice(client === ALICE))),
  );
  for (const one of all) expect(await bed.outcome(one)).toEqual({});
  const hers = bed.sent.slice(before).map(({ d }) => d['self_mute'] === false);
  // The other one's second command waited before her first came; from there on it is one each.
  expect(hers).toEqual([false, false, true, false, true, false, true, false, true, true]);
});

it('each client has its own bound, and all together one', async () => {
  bed = await createCommandBed({}, { maxQueuedPerClient: 5, maxQueued: 8, maxUnderWayPerClient: 1 });
  bed.simulator.fault({ kind: 'drop' });
  bed.simulator.fault({ kind: 'refuse-connect', forMs: 20_000 });
  await bed.until('gone', () => bed.gateway.shards.get(0)?.ready === false);
  const sends = (client: typeof ALICE, count: number) =>
    Array.from({ length: count }, () => bed.intake.execute(client, voice(true)));
  // One under way and five that wait; then one and three.
  const alice = sends(ALICE, 8);
  const bertha = sends(BERTHA, 6);
  expect(bed.intake.status().queued).toBe(8);
  const outcomes = [];
  for (const one of [...alice, ...bertha]) outcomes.push(codeOf(await bed.outcome(one)));
  const done = (count: number): unknown[] => Array.from({ length: count }, () => ({}));
  expect(outcomes).toEqual([...done(6), 'queueFull', 'queueFull', ...done(4), 'queueFull', 'queueFull']);
  expect(bed.intake.status().queued).toBe(0);
});

it('presences, which wait longer, hold no other command up', async () => {
  bed = await createCommandBed();
  const presences = Array.from({ length: 60 }, (_, index) =>
    bed.intake.execute(index % 2 === 0 ? ALICE : BERTHA, { type: 'presence', data: online }),
  );
  const started = bed.clock.now();
  expect(await bed.outcome(bed.intake.execute(ALICE, voice(true)))).toEqual({});
  expect(bed.clock.now() - started).toBeLessThan(1_000);
  expect(bed.sent.filter(({ op }) => op === 4)).toHaveLength(1);
  for (const one of presences) expect(await bed.outcome(one)).toMatchObject({ failed: 0 });
  expect(bed.sent.filter(({ op }) => op === 3).length).toBeLessThan(20);
});

it('commands that expired while the shard was away do not fill the queue of the gateway', async () => {
  bed = await createCommandBed({}, {}, { maxQueuedCommands: 50 });
  bed.simulator.fault({ kind: 'drop' });
  bed.simulator.fault({ kind: 'refuse-connect', forMs: 60_000 });
  await bed.until('gone', () => bed.gateway.shards.get(0)?.ready === false);
  for (let round = 0; round < 100; round += 1) {
    const one = bed.intake.execute(ALICE, { ...voice(true), expiresAfterMs: 1 });
    expect(codeOf(await bed.outcome(one, 10))).toBe('expired');
  }
  expect(await bed.outcome(bed.intake.execute(BERTHA, { ...voice(false), expiresAfterMs: 600_000 }))).toEqual({});
  expect(bed.sent.filter(({ op, d }) => op === 4 && d['self_mute'] === true)).toEqual([]);
});
