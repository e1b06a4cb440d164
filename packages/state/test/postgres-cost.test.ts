import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { readPayload } from '@shardgate/wire';
import { expect, test } from 'vitest';
import { mixedEvents } from '../../../test/bench/mix/mix.ts';
import { createMemoryStore, createState, type EntityKind, type Store } from '../src/index.ts';
import { createPostgresStore } from '../src/postgres/index.ts';
import { postgresBed } from './postgres-bed.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
if (!isLong)
  console.info('the cost of the PostgreSQL store is measured with SHARDGATE_LONG=1 only: it needs a quiet machine');

const EVENTS = 20_000;
/** Events that come in one turn of the event loop, as when many shards have something to say; the next turn comes when all are handled. */
const TURN = 40;
const ROUNDS = 3;
const ALL: Partial<Record<EntityKind, boolean>> = { message: true, presence: true };

/**
 * CPU of this process for each event of the typical mix, with `old`: from the bytes of a message to the handler, less the same without a state. PostgreSQL's own CPU is not in it.
 */
test.skipIf(!isLong)(
  'an event of the typical mix costs this process no more than 30 µs more than without a state',
  { timeout: 300_000 },
  async () => {
    const bed = await postgresBed();
    const bytes = messages();
    const subjects: readonly [string, () => Store | undefined, typeof ALL][] = [
      ['without a state', () => undefined, {}],
      ['memory, default kinds', () => createMemoryStore(), {}],
      ['PostgreSQL, default kinds', () => createPostgresStore({ url: bed.url, schema: bed.newSchema() }), {}],
      ['PostgreSQL, all kinds', () => createPostgresStore({ url: bed.url, schema: bed.newSchema() }), ALL],
    ];
    const figures = new Map<string, number>();
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, make, kinds] of subjects) {
        const figure = await measure(bytes, make(), kinds);
        // The first round warms the code up.
        if (round > 0) figures.set(name, Math.min(figure, figures.get(name) ?? Number.POSITIVE_INFINITY));
      }
    }
    const without = figures.get('without a state') ?? 0;
    for (const [name, figure] of figures)
      console.info(`${name}: ${figure.toFixed(2)} µs of CPU an event, +${(figure - without).toFixed(2)}`);
    await bed.end();
    expect((figures.get('PostgreSQL, default kinds') ?? 0) - without).toBeLessThan(30);
  },
);

function messages(): Buffer[] {
  const events = mixedEvents('typical', 7);
  return Array.from({ length: EVENTS }, (_, s) => {
    const { t, d } = events.next().value;
    return Buffer.from(JSON.stringify({ t, s: s + 1, op: 0, d }));
  });
}

async function measure(bytes: readonly Buffer[], store: Store | undefined, kinds: typeof ALL): Promise<number> {
  let left = 0;
  let turnIsOver = (): void => {};
  const gateway = createGatewayManager({
    token: 'canary.token.value',
    intents: 0,
    handleDiscordPayload: () => {
      if (--left === 0) turnIsOver();
    },
  });
  const state = store === undefined ? undefined : createState({ stores: [store], kinds, waitMs: 60_000 });
  await state?.start(state);
  state?.attach(state, gateway);
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
  await state?.stop(state);
  return (user + system) / bytes.length;
}
