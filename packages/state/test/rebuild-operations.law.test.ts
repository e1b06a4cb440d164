import { createVirtualClock } from '@shardgate/simulator';
import { expect, test } from 'vitest';
import { createMemoryStore, createState, ENTITY_KINDS, type SynchronousStore } from '../src/index.ts';
import { rebuildOperations } from '../src/writer/rebuild-operations.ts';
import { randomEvents } from './model/random-events.ts';

const EVENTS = 6_000;
const EVERY = 50;

test('whenever it is rebuilt, another store gets all that the source has, and loses what it has not', async () => {
  const [near, far] = [createMemoryStore(), createMemoryStore()];
  await far.open({ clock: createVirtualClock(), ttlMs: {}, messagesPerChannel: undefined });
  const state = createState({ stores: [near], kinds: { message: true, presence: true } });
  await state.start(state);
  const events = randomEvents(3);
  let withoutGuild = 0;
  for (let n = 1; n <= EVENTS; n++) {
    const { t, d, guildEvent } = events.next().value;
    const payload = guildEvent === undefined ? { t, d } : { t, d, guildEvent };
    await state.apply(state, payload, { shardId: 0, shardCount: 1, botId: '1' });
    if (n % EVERY !== 0) continue;
    for (const operations of rebuildOperations(near, [{ shardId: 0, shardCount: 1, isKnown: true }]))
      far.apply(operations);
    const named = onlyNamed(near);
    expect(contents(far, named)).toEqual(contents(near, named));
    expect(contents(far)).toEqual(expect.arrayContaining(contents(near)));
    withoutGuild += countWithoutGuild(near);
  }
  // Discord sends events of guilds whose GUILD_CREATE is yet to come.
  expect(withoutGuild).toBeGreaterThan(0);
  await state.stop(state);
});

/** Users are shared: one that the source forgot may be another shard's. */
function contents(store: SynchronousStore, without: ReadonlySet<string | null> = new Set()): string[] {
  return ENTITY_KINDS.filter((kind) => kind !== 'user')
    .flatMap((kind) =>
      store
        .list({ kind })
        .filter(({ ref }) => !without.has(kind === 'guild' ? ref.id : ref.guildId))
        .map(({ ref, value }) => `${kind} ${ref.guildId} ${ref.channelId} ${ref.id} ${value}`),
    )
    .toSorted();
}

/** Guilds of which READY gave the name alone: of those the other store keeps what it has, until they come. */
function onlyNamed(store: SynchronousStore): ReadonlySet<string> {
  const stubs = store
    .list({ kind: 'guild' })
    .filter(({ ref, value }) => value === JSON.stringify({ id: ref.id, unavailable: true }));
  return new Set(stubs.map(({ ref }) => ref.id));
}

function countWithoutGuild(store: SynchronousStore): number {
  const guilds = new Set(store.list({ kind: 'guild' }).map(({ ref }) => ref.id));
  return store.guildIds().filter((id) => !guilds.has(id)).length;
}
