import { HELD } from '@shardgate/gateway';
import { assertClean } from '@shardgate/simulator';
import { afterEach, expect, test } from 'vitest';
import { createMemoryStore, guildRef, ownedRef, type StateOptions } from '../src/index.ts';
import { createAttachBed, type AttachBed, type Received } from './attach-bed.ts';
import { laggingStore, type Lag } from './lagging-store.ts';

const beds: AttachBed[] = [];
afterEach(async () => {
  for (const bed of beds.splice(0)) {
    await bed.end();
    assertClean(bed.simulator);
  }
});

async function bedOf(options: Partial<StateOptions> = {}): Promise<AttachBed> {
  const bed = await createAttachBed(() => ({ stores: [createMemoryStore()], ...options }));
  beds.push(bed);
  return bed;
}

/** A bed whose only store answers after `delayMs`. */
async function farBed(delayMs: number, options: Partial<StateOptions> = {}): Promise<{ bed: AttachBed; lag: Lag }> {
  const lag: Lag = { delayMs: () => delayMs };
  const bed = await createAttachBed((clock) => ({
    stores: [laggingStore(createMemoryStore(), lag, clock)],
    ...options,
  }));
  beds.push(bed);
  return { bed, lag };
}

function guildOf(bed: AttachBed): string {
  return bed.simulator.guilds.ids({ limit: 1 })[0] ?? '';
}

function role(bed: AttachBed, v: number): void {
  const guildId = guildOf(bed);
  bed.simulator.emit({ t: 'GUILD_ROLE_UPDATE', d: { guild_id: guildId, role: { id: '4', v } } });
}

/** An event that is of no interest to the state. */
function typing(bed: AttachBed): void {
  bed.simulator.emit({ t: 'GUILD_INTEGRATIONS_UPDATE', d: { guild_id: guildOf(bed) }, guildId: guildOf(bed) });
  bed.simulator.emit({ t: 'WEBHOOKS_UPDATE', d: { guild_id: guildOf(bed), channel_id: '1' }, guildId: guildOf(bed) });
  bed.simulator.emit({ t: 'UNKNOWN_TO_ALL', d: { guild_id: guildOf(bed) }, guildId: guildOf(bed) });
}

function names(events: readonly Received[]): string {
  return events
    .map(({ t, d }) => (t === 'GUILD_ROLE_UPDATE' ? `role ${String((d as { role: { v: number } }).role.v)}` : t))
    .join(', ');
}

test('guilds are cached before the handler hears of them, and events bring the old object in the same tick', async () => {
  const bed = await bedOf();
  const guildId = guildOf(bed);
  expect(bed.state.counts(bed.state)).toMatchObject({ guild: 5, user: 1 });
  const seen: unknown[] = [];
  bed.received.length = 0;
  bed.answer = ({ t }) => void seen.push(t, bed.state.get(bed.state, ownedRef('role', guildId, '4')));
  role(bed, 1);
  role(bed, 2);
  await bed.until('both came', () => bed.received.some(({ old }) => old !== undefined));
  expect(seen).toEqual(['GUILD_ROLE_UPDATE', '{"id":"4","v":1}', 'GUILD_ROLE_UPDATE', '{"id":"4","v":2}']);
  expect(bed.received.at(-1)?.old).toBe('{"id":"4","v":1}');
});

test('a guild that is left goes with everything, and the event brings it once more', async () => {
  const bed = await bedOf();
  const guildId = guildOf(bed);
  const before = bed.state.get(bed.state, guildRef(guildId));
  bed.simulator.guilds.leave(guildId);
  await bed.until('it left', () => bed.received.at(-1)?.t === 'GUILD_DELETE');
  expect(bed.received.at(-1)?.old).toBe(before);
  expect(bed.state.list(bed.state, { kind: 'channel', guildId })).toEqual([]);
  expect(bed.state.counts(bed.state)).toMatchObject({ guild: 4 });
});

test('with old: guilds only what tells of a guild that is there, or no longer, has an old object', async () => {
  const bed = await bedOf({ old: 'guilds' });
  const guildId = guildOf(bed);
  const olds = (name: string) => bed.received.filter(({ t }) => t === name).map(({ old }) => typeof old);
  // The stub of READY.
  expect(olds('GUILD_LOADED_DD')).toEqual(Array.from({ length: 5 }, () => 'string'));
  role(bed, 1);
  role(bed, 2);
  bed.simulator.guilds.leave(guildId);
  await bed.until('it left', () => bed.received.at(-1)?.t === 'GUILD_DELETE');
  expect([olds('GUILD_ROLE_UPDATE'), olds('GUILD_DELETE')]).toEqual([['undefined', 'undefined'], ['string']]);
});

test('a resume leaves the cache as it is, and a new session removes guilds that were left while away', async () => {
  const bed = await bedOf();
  const guildId = guildOf(bed);
  bed.simulator.fault({ kind: 'reconnect' });
  await bed.until(
    'it is back',
    () => bed.gateway.shards.get(0)?.counts.resumes === 1 && bed.gateway.shards.get(0)?.ready === true,
  );
  expect(bed.state.counts(bed.state)).toMatchObject({ guild: 5 });
  bed.simulator.fault({ kind: 'invalid-session', resumable: false });
  bed.simulator.guilds.leave(guildId);
  await bed.until('a new READY', () => bed.received.filter(({ t }) => t === 'READY').length === 2);
  await bed.clock.advanceAsync(5_000);
  expect(bed.state.get(bed.state, guildRef(guildId))).toBeUndefined();
  expect(bed.state.list(bed.state, { kind: 'role', guildId })).toEqual([]);
  expect(bed.state.counts(bed.state)).toMatchObject({ guild: 4 });
});

test('events wait for a store that takes its time, and those of no interest wait behind them', async () => {
  const { bed } = await farBed(40);
  bed.received.length = 0;
  const at = bed.clock.now();
  role(bed, 1);
  typing(bed);
  role(bed, 2);
  await bed.until('all came', () => bed.received.length >= 3);
  await bed.clock.advanceAsync(500);
  expect(names(bed.received)).toMatch(/^role 1, .*role 2$/);
  expect(bed.received[0]?.at).toBeGreaterThanOrEqual(at + 40);
  expect(bed.received.at(-1)?.old).toBe('{"id":"4","v":1}');
  typing(bed);
  const alone = bed.clock.now();
  const count = bed.received.length;
  await bed.until('it came', () => bed.received.length > count);
  // Nothing is written for it, and nothing is before it.
  expect(bed.received.at(-1)?.at).toBeLessThan(alone + 40);
});

test('a store that never answers holds events up once, and for the deadline only', async () => {
  const { bed, lag } = await farBed(1);
  lag.delayMs = () => undefined;
  bed.received.length = 0;
  const at = bed.clock.now();
  role(bed, 1);
  typing(bed);
  await bed.until('they came', () => bed.received.length >= 2);
  expect(bed.received[0]?.at).toBeGreaterThanOrEqual(at + 250);
  expect(bed.received[0]?.at).toBeLessThan(at + 600);
  expect(bed.state.status(bed.state).stores[0]?.isStale).toBe(true);
  const later = bed.clock.now();
  const count = bed.received.length;
  role(bed, 2);
  await bed.until('it came', () => bed.received.length > count);
  expect(bed.received.at(-1)?.at).toBeLessThan(later + 100);
});

test('more events than may wait go on as they are', async () => {
  const { bed, lag } = await farBed(1, { maxWaitingEvents: 3, waitMs: 60_000 });
  lag.delayMs = () => undefined;
  bed.received.length = 0;
  for (let v = 1; v <= 4; v++) role(bed, v);
  await bed.until('they came', () => bed.received.length === 4, 1_000);
  expect(names(bed.received)).toBe('role 1, role 2, role 3, role 4');
});

test('an event is settled when the handler is done with it and with those before it', async () => {
  const { bed } = await farBed(40);
  const shard = bed.gateway.shards.get(0);
  if (shard === undefined) throw new Error('there is no shard');
  const first = (shard.previousSequenceNumber ?? 0) + 1;
  const kept: { resolve: () => void }[] = [];
  bed.received.length = 0;
  bed.answer = ({ d }) => {
    const v = (d as { role?: { v: number } }).role?.v;
    if (v === 1) return HELD;
    if (v === 3) return new Promise<void>((resolve) => kept.push({ resolve }));
    return undefined;
  };
  for (let v = 1; v <= 4; v++) role(bed, v);
  await bed.until('all came', () => bed.received.length === 4);
  await bed.clock.advanceAsync(100);
  // The second and fourth are done, but the first is held.
  expect(shard.previousSequenceNumber).toBe(first - 1);
  bed.gateway.settle(bed.gateway, 0, shard.sessionId, first);
  expect(shard.previousSequenceNumber).toBe(first + 1);
  kept[0]?.resolve();
  await bed.clock.advanceAsync(10);
  expect(shard.previousSequenceNumber).toBe(first + 3);
  expect(shard.inFlightEvents).toBe(0);
});

test('an event that nobody waits for may be held, too, and is not settled by the next one', async () => {
  const { bed } = await farBed(40);
  const shard = bed.gateway.shards.get(0);
  if (shard === undefined) throw new Error('there is no shard');
  const first = (shard.previousSequenceNumber ?? 0) + 1;
  bed.received.length = 0;
  bed.answer = ({ t }) => (t === 'UNKNOWN_TO_ALL' ? HELD : undefined);
  bed.simulator.emit({ t: 'UNKNOWN_TO_ALL', d: { guild_id: guildOf(bed) }, guildId: guildOf(bed) });
  role(bed, 1);
  await bed.until('both came', () => bed.received.length === 2);
  await bed.clock.advanceAsync(100);
  expect(shard.previousSequenceNumber).toBe(first - 1);
  bed.gateway.settle(bed.gateway, 0, shard.sessionId, first);
  expect(shard.previousSequenceNumber).toBe(first + 1);
});
