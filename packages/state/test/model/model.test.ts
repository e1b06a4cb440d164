import { deepStrictEqual } from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createMemoryStore, createState, ENTITY_KINDS, type State, type Store } from '../../src/index.ts';
import { laggingStore } from '../lagging-store.ts';
import { DISPATCH_NAMES } from './dispatch-names.ts';
import { NaiveModel } from './naive-model.ts';
import { BOT_ID, farewell, randomEvents, SHARD_COUNT, type ModelEvent } from './random-events.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
const EVENTS = isLong ? 1_000_000 : 20_000;
const LOOK_EVERY = isLong ? 10_000 : 1_000;
if (!isLong) console.info(`model of the state: ${EVENTS} events; 1,000,000 with SHARDGATE_LONG=1`);

const ALL_KINDS = { message: true, presence: true } as const;

describe('the state and a naive model of it', () => {
  test(
    'hold the same after any events, and every old object is the one the model had',
    { timeout: 3_600_000 },
    async () => {
      const [first, second] = [createMemoryStore(), createMemoryStore({ name: 'second' })];
      const state = createState({ stores: [first, second], kinds: ALL_KINDS, messagesPerChannel: 1_000_000 });
      await state.start(state);
      const model = new NaiveModel();
      const seen = new Set<string>();
      const heap: number[] = [];
      let count = 0;
      let withOld = 0;
      for (const event of randomEvents(20_261_121)) {
        if (check(state, model, event)) withOld++;
        seen.add(event.t === 'GUILD_LOADED_DD' ? 'GUILD_CREATE' : event.t);
        count++;
        if (count % LOOK_EVERY === 0) {
          compare(model, first);
          compare(model, second);
        }
        if (count === EVENTS / 2 || count === EVENTS) heap.push(heapUsed());
        if (count === EVENTS) break;
      }
      expect([...seen].toSorted(compareText)).toEqual(DISPATCH_NAMES.toSorted(compareText));
      expect(withOld).toBeGreaterThan(EVENTS / 10);
      // Twice the events, no growth.
      expect((heap[1] ?? 0) - (heap[0] ?? 0)).toBeLessThan(3 * 1024 * 1024);
      for (const event of farewell()) check(state, model, event);
      compare(model, first);
      // Of all guilds nothing is left, nothing at all.
      const { user, message, ...rest } = first.counts();
      expect(user).toBe(1);
      expect(Object.values(rest).filter((left) => left > 0)).toEqual([]);
      expect(first.list({ kind: 'message', guildId: null })).toHaveLength(message);
      await state.stop(state);
    },
  );

  test('are the same for a store that answers by promises, in batches', { timeout: 600_000 }, async () => {
    const inner = createMemoryStore();
    const store = laggingStore(inner, { delayMs: () => 0 });
    const state = createState({ stores: [store], kinds: ALL_KINDS, messagesPerChannel: 1_000_000, waitMs: 60_000 });
    await state.start(state);
    const model = new NaiveModel();
    const waiting: Promise<void>[] = [];
    let count = 0;
    for (const event of randomEvents(7)) {
      const expected = model.take(structuredClone(event));
      const answer = state.apply(state, event, originOf(event));
      waiting.push(Promise.resolve(answer).then((old) => sameOld(event, old, expected)));
      if (++count % 500 !== 0) continue;
      await Promise.all(waiting.splice(0));
      compare(model, inner);
      if (count >= 5_000) break;
    }
    await state.stop(state);
  });
});

function check(state: State, model: NaiveModel, event: ModelEvent): boolean {
  const expected = model.take(structuredClone(event));
  const old = state.apply(state, event, originOf(event));
  if (old instanceof Promise) throw new Error('a store that answers at once gave a promise');
  sameOld(event, old, expected);
  return expected !== undefined;
}

function sameOld(event: ModelEvent, old: string | undefined, expected: unknown): void {
  const told: unknown = old === undefined ? undefined : JSON.parse(old);
  if (Array.isArray(expected) && Array.isArray(told)) deepStrictEqual(sorted(told), sorted(expected), event.t);
  else deepStrictEqual(told, expected, `${event.t} ${JSON.stringify(event.d)}`);
}

function sorted(all: unknown[]): string[] {
  return all.map((one) => JSON.stringify(one)).toSorted(compareText);
}

function compare(model: NaiveModel, store: Store): void {
  const held = ENTITY_KINDS.flatMap((kind) => {
    const found = store.list({ kind });
    if (found instanceof Promise) throw new Error('a store that answers at once gave a promise');
    return found.map(
      ({ ref, value }) => [`${kind} ${ref.guildId} ${ref.channelId} ${ref.id}`, JSON.parse(value) as unknown] as const,
    );
  });
  const modelled = [...model.entries.values()].map(
    ({ kind, guildId, channelId, id, value }) => [`${kind} ${guildId} ${channelId} ${id}`, value] as const,
  );
  deepStrictEqual(
    new Map(held.toSorted(([a], [b]) => compareText(a, b))),
    new Map(modelled.toSorted(([a], [b]) => compareText(a, b))),
  );
}

function originOf({ shardId }: ModelEvent): { shardId: number; shardCount: number; botId: string } {
  return { shardId, shardCount: SHARD_COUNT, botId: BOT_ID };
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
