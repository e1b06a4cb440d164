import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { readPayload } from '@shardgate/wire';
import { expect, test } from 'vitest';
import { mixedEvents } from '../../../test/bench/mix/mix.ts';
import { createMemoryStore, createState, type State, type Store } from '../src/index.ts';
import { createRedisStore } from '../src/redis/index.ts';
import { plainClient, redisBed } from './redis-bed.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
if (!isLong)
  console.info('the cost of the Redis store is measured with SHARDGATE_LONG=1 only: it needs a quiet machine');

const EVENTS = 40_000;
/** Events that come in one turn of the event loop; the next turn comes when all of them are handled. */
const TURN = 40;
const ROUNDS = 5;

/**
 * CPU of this process for each event of the typical mix, default kinds, `old` on: from the bytes of a message to the handler, read by nobody, less the same without a state. Redis' own
 * CPU is not in it.
 */
test.skipIf(!isLong)('an event costs no more than 15 µs with a Redis store', { timeout: 300_000 }, async () => {
  const bed = await redisBed();
  const other = await plainClient(bed.url);
  const bytes = messages();
  const subjects: readonly [string, () => Store | undefined][] = [
    ['without', () => undefined],
    ['memory', () => createMemoryStore()],
    ['redis', () => createRedisStore({ url: bed.url })],
  ];
  const figures = new Map<string, number[]>(subjects.map(([name]) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, make] of subjects) {
      await other.command('FLUSHDB');
      const figure = await measure(bytes, make());
      // The first round warms the code up.
      if (round > 0) figures.get(name)?.push(figure);
    }
  }
  const [without = 0, memory = 0, redis = 0] = [...figures.values()].map((all) => Math.min(...all));
  console.info(
    `µs of CPU an event: ${without.toFixed(2)} without a state, +${(memory - without).toFixed(2)} memory, +${(redis - without).toFixed(2)} Redis`,
  );
  other.close();
  await bed.end();
  expect(redis - without).toBeLessThan(15);
});

function messages(): Buffer[] {
  const events = mixedEvents('typical', 7);
  return Array.from({ length: EVENTS }, (_, s) => {
    const { t, d } = events.next().value;
    return Buffer.from(JSON.stringify({ t, s: s + 1, op: 0, d }));
  });
}

async function measure(bytes: readonly Buffer[], store: Store | undefined): Promise<number> {
  let left = 0;
  let turnIsOver = (): void => {};
  const gateway = createGatewayManager({
    token: 'canary.token.value',
    intents: 0,
    handleDiscordPayload: () => {
      if (--left === 0) turnIsOver();
    },
  });
  let state: State | undefined;
  if (store !== undefined) {
    state = createState({ stores: [store], waitMs: 60_000 });
    await state.start(state);
    state.attach(state, gateway);
  }
  const before = process.cpuUsage();
  for (let from = 0; from < bytes.length; from += TURN) {
    const turn = bytes.slice(from, from + TURN);
    left = turn.length;
    await new Promise<void>((resolve) => {
      turnIsOver = () => setImmediate(resolve);
      for (const message of turn) {
        // Made as the gateway makes it; its types say the same of the payload.
        const payload = readPayload(message) as unknown as Parameters<GatewayManager['handleDiscordPayload']>[1];
        gateway.handleDiscordPayload(gateway, payload, 0);
      }
    });
  }
  const { user, system } = process.cpuUsage(before);
  if (state !== undefined) await state.stop(state);
  return (user + system) / bytes.length;
}
