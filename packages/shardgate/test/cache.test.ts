import { systemClock } from '@shardgate/gateway';
import { createMemoryStore, createState, ENTITY_KINDS, type EntityKind } from '@shardgate/state';
import { expect, it } from 'vitest';
import { createIncidentLog } from '../src/service/incident-log.ts';
import { createObjectCounts, type ObjectCounts } from '../src/service/object-counts.ts';
import { createCacheTeller, watchCache } from '../src/service/watch-cache.ts';
import { createLog } from '../src/log/create-log.ts';

const countsOf = (guilds: number): ObjectCounts['objects'] =>
  Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, kind === 'guild' ? guilds : 0])) as Record<EntityKind, number>;

/** Time that stands still until a test moves it. */
function handClock(): { readonly clock: typeof systemClock; ms: number } {
  const hand = { ms: 0, clock: { ...systemClock, now: () => hand.ms, wallTime: () => 1_000_000 + hand.ms } };
  return hand;
}

it('objects are counted at the first look and then every five seconds at most, one counting at a time', async () => {
  const hand = handClock();
  const answers: ((counts: ObjectCounts['objects']) => void)[] = [];
  const look = createObjectCounts(() => new Promise((resolve) => answers.push(resolve)), hand.clock);
  expect([look(), look(), answers.length]).toEqual([undefined, undefined, 1]);
  hand.ms = 20_000;
  // The store is slow: it is not asked again before it has answered.
  expect([look(), answers.length]).toEqual([undefined, 1]);
  answers[0]?.(countsOf(3));
  await expect.poll(look).toEqual({ objects: countsOf(3), countedAt: 1_020_000 });
  hand.ms = 26_000;
  look();
  expect(answers.length).toBe(2);
});

it('a store that answers at once is counted at once, and one that fails leaves what it said before', () => {
  const hand = handClock();
  let isAway = false;
  const look = createObjectCounts(() => {
    if (isAway) throw new Error('away');
    return countsOf(2);
  }, hand.clock);
  expect(look()?.objects.guild).toBe(2);
  isAway = true;
  hand.ms = 6_000;
  expect(look()).toEqual({ objects: countsOf(2), countedAt: 1_000_000 });
});

it('what becomes of stores and keys is told as incidents', () => {
  const state = createState({ stores: [createMemoryStore()] });
  const incidents = createIncidentLog(systemClock);
  const witnesses = { incidents, log: createLog({ level: 'silent', format: 'json' }) };
  watchCache(state, witnesses);
  const told = createCacheTeller(witnesses);
  state.events.emit('stale', { store: 'redis', error: new Error('no answer') });
  state.events.emit('overflow', { store: 'redis', operations: 100_000 });
  state.events.emit('rebuild', { store: 'redis', source: 'memory' });
  state.events.emit('rebuild', { store: 'redis', source: null });
  state.events.emit('current', { store: 'redis' });
  state.events.emit('error', { where: 'reducer of READY', error: 'odd' });
  told.keys('redis', new Error('READONLY'));
  told.keys('redis', undefined);
  expect(
    incidents
      .all()
      .map(({ level, kind }) => `${level} ${kind}`)
      .reverse(),
  ).toEqual([
    'error storeStale',
    'error storeOverflow',
    'warn storeRebuild',
    'warn storeRebuild',
    'info storeCurrent',
    'error stateError',
    'error gatewayKeys',
    'info gatewayKeys',
  ]);
  expect(incidents.all().map(({ text }) => text)).toContain(
    'store redis is behind: no answer; events no longer wait for it',
  );
});
