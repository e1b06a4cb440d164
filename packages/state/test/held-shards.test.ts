import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { createVirtualClock } from '@shardgate/simulator';
import { expect, test } from 'vitest';
import { createMemoryStore, guildRef, type EventOrigin, type SynchronousStore } from '../src/index.ts';
import { createHeldShards } from '../src/writer/held-shards.ts';
import { put } from './store-operations.ts';

async function sourceWith(...guildIds: readonly bigint[]): Promise<SynchronousStore> {
  const store = createMemoryStore();
  await store.open({ clock: createVirtualClock(), ttlMs: {}, messagesPerChannel: undefined });
  store.apply(guildIds.map((id) => put(guildRef(String(id << 22n)), {})));
  return store;
}

function origin(shardId: number, shardCount: number): EventOrigin {
  return { shardId, shardCount, botId: '1' };
}

/** A gateway with shards of two that are in these stages. */
function gatewayWith(...stages: readonly ('ready' | 'idle')[]): GatewayManager {
  const gateway = createGatewayManager({ token: 'canary.token.value', handleDiscordPayload: () => {} });
  for (const [id, status] of stages.entries())
    gateway.shards.set(id, { id, status, shardCount: 4 } as Parameters<(typeof gateway.shards)['set']>[1]);
  return gateway;
}

test('a shard that begins a session is known, one that goes on with one only if its guilds were there', async () => {
  const held = createHeldShards(await sourceWith(9n), () => undefined);
  held.begin();
  expect(held.see(origin(0, 2), true)).toBeUndefined();
  expect(held.see(origin(1, 2), false)).toEqual({ shardId: 1, shardCount: 2, isKnown: true });
  expect(held.see(origin(1, 2), false)).toBeUndefined();
  expect(held.all()).toMatchObject([{ isKnown: true }, { isKnown: true }]);

  const empty = createHeldShards(await sourceWith(), () => undefined);
  empty.begin();
  expect(empty.see(origin(1, 2), false)).toMatchObject({ isKnown: false });
  // A new session later on.
  empty.see(origin(1, 2), true);
  expect(empty.all()).toEqual([{ shardId: 1, shardCount: 2, isKnown: true }]);
});

test('shards of the gateway that are quiet are held, those that are not started are not', async () => {
  const held = createHeldShards(await sourceWith(6n), () => gatewayWith('ready', 'ready', 'ready', 'idle'));
  held.begin();
  held.see(origin(1, 4), true);
  expect(held.all().toSorted((one, other) => one.shardId - other.shardId)).toEqual([
    { shardId: 0, shardCount: 4, isKnown: false },
    { shardId: 1, shardCount: 4, isKnown: true },
    { shardId: 2, shardCount: 4, isKnown: true },
  ]);
});

test('after a reshard new shards are as well known as the old ones were', () => {
  const held = createHeldShards(undefined, () => undefined);
  for (const shardId of [0, 1]) held.see(origin(shardId, 2), true);
  expect(held.see(origin(3, 4), false)).toBeUndefined();
  expect(held.see(origin(2, 4), false)).toBeUndefined();
  expect(held.all()).toMatchObject([
    { shardId: 3, shardCount: 4, isKnown: true },
    { shardId: 2, shardCount: 4, isKnown: true },
  ]);
  const unknown = createHeldShards(undefined, () => undefined);
  unknown.see(origin(0, 2), false);
  unknown.see(origin(3, 4), false);
  expect(unknown.all()).toMatchObject([{ shardId: 3, isKnown: false }]);
});
