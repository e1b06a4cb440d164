import { deepStrictEqual } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { test } from 'vitest';
import { createState, ENTITY_KINDS, type SynchronousStore } from '../../src/index.ts';
import { createLmdbStore } from '../../src/lmdb/index.ts';
import { openStateReader } from '../../src/reader/index.ts';
import { NaiveModel } from '../model/naive-model.ts';
import { BOT_ID, farewell, randomEvents, SHARD_COUNT, type ModelEvent } from '../model/random-events.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
const EVENTS = isLong ? 1_000_000 : 12_000;
const LOOK_EVERY = isLong ? 10_000 : 2_000;
if (!isLong) console.info(`model of the LMDB store: ${EVENTS} events; 1,000,000 with SHARDGATE_LONG=1`);

test('an LMDB store holds what a naive model holds, while it writes all the time', { timeout: 3_600_000 }, async () => {
  const path = await mkdtemp(join(tmpdir(), 'shardgate-lmdb-model-'));
  try {
    const open = (): SynchronousStore => createLmdbStore({ path, flushMs: 1 });
    let store = open();
    let state = createState({ stores: [store], kinds: { message: true, presence: true }, messagesPerChannel: 1e6 });
    await state.start(state);
    const model = new NaiveModel();
    const take = (event: ModelEvent): void => {
      const expected = model.take(structuredClone(event));
      const origin = { shardId: event.shardId, shardCount: SHARD_COUNT, botId: BOT_ID };
      const old = state.apply(state, event, origin);
      if (old instanceof Promise) throw new Error('a store that answers at once gave a promise');
      sameOld(event, old, expected);
    };
    let count = 0;
    for (const event of randomEvents(20_261_122)) {
      take(event);
      count++;
      if (count % 20 === 0) await nextTick();
      if (count % LOOK_EVERY === 0) {
        compare(model, store);
        // Once more, by what is in the file.
        await state.stop(state);
        store = open();
        state = createState({ stores: [store], kinds: { message: true, presence: true }, messagesPerChannel: 1e6 });
        await state.start(state);
        compare(model, store);
      }
      if (count === EVENTS) break;
    }
    for (const event of farewell()) take(event);
    compare(model, store);
    await state.stop(state);
    const reader = await openStateReader({ path });
    compare(model, reader);
    await reader.close();
  } finally {
    await rm(path, { recursive: true });
  }
});

function sameOld(event: ModelEvent, old: string | undefined, expected: unknown): void {
  const told: unknown = old === undefined ? undefined : JSON.parse(old);
  if (Array.isArray(expected) && Array.isArray(told)) deepStrictEqual(sorted(told), sorted(expected), event.t);
  else deepStrictEqual(told, expected, `${event.t} ${JSON.stringify(event.d)}`);
}

function sorted(all: unknown[]): string[] {
  return all.map((one) => JSON.stringify(one)).toSorted(compareText);
}

function compare(model: NaiveModel, store: Pick<SynchronousStore, 'list' | 'counts'>): void {
  const held = ENTITY_KINDS.flatMap((kind) =>
    store
      .list({ kind })
      .map(
        ({ ref, value }) =>
          [`${kind} ${ref.guildId} ${ref.channelId} ${ref.id}`, JSON.parse(value) as unknown] as const,
      ),
  );
  const modelled = [...model.entries.values()].map(
    ({ kind, guildId, channelId, id, value }) => [`${kind} ${guildId} ${channelId} ${id}`, value] as const,
  );
  deepStrictEqual(
    new Map(held.toSorted(([a], [b]) => compareText(a, b))),
    new Map(modelled.toSorted(([a], [b]) => compareText(a, b))),
  );
  const counts = Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, 0]));
  for (const { kind } of model.entries.values()) counts[kind] = (counts[kind] ?? 0) + 1;
  deepStrictEqual(store.counts(), counts);
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
