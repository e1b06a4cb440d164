import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { readPayload, WireError } from '@shardgate/wire';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { createMemoryStore, createState, type State } from '../src/index.ts';
import { laggingStore } from './lagging-store.ts';

const states: State[] = [];
afterEach(async () => {
  for (const state of states.splice(0)) await state.stop(state, 1);
});

/** A gateway whose next events wait: the store has not answered to the first one. */
async function waitingGateway(): Promise<{ hand: (text: string) => void; received: string[] }> {
  const received: string[] = [];
  const gateway = createGatewayManager({
    token: 'canary.token.value',
    intents: 0,
    handleDiscordPayload: (_, { t }) => void received.push(t),
  });
  const store = laggingStore(createMemoryStore(), { delayMs: () => undefined });
  const state = createState({ stores: [store], waitMs: 600_000 });
  states.push(state);
  await state.start(state);
  state.attach(state, gateway);
  const hand = (text: string): void => {
    // Made as the gateway makes it; its types say the same of the payload.
    const payload = readPayload(Buffer.from(text)) as unknown as Parameters<GatewayManager['handleDiscordPayload']>[1];
    gateway.handleDiscordPayload(gateway, payload, 0);
  };
  hand('{"t":"GUILD_ROLE_UPDATE","s":1,"op":0,"d":{"guild_id":"1","role":{"id":"2"}}}');
  return { hand, received };
}

const typing = (d: string): string => `{"t":"TYPING_START","s":2,"op":0,"d":${d}}`;

test('an event that nobody reads before it waits shows at once that its data was cut or put together wrongly', async () => {
  const { hand } = await waitingGateway();
  const whole = '{"a":{"b":["x","y"],"c":"}"}}';
  hand(typing(whole));
  for (const damaged of [
    '{"a":{"b":["x","y","c":"}"}}',
    '{"a":{"b":["x","y"],"c":"}}}',
    '{"a":{"b":"x","y"],"c":{}}}}',
  ])
    expect(() => hand(typing(damaged)), damaged).toThrow(WireError);
});

test('an event with any whole data waits, however brackets, quotes and escapes stand in it', async () => {
  const { hand } = await waitingGateway();
  const data = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'grapheme' }));
  fc.assert(
    fc.property(data, fc.boolean(), (d, hasSpace) => {
      hand(typing(JSON.stringify(d, null, hasSpace ? 1 : 0)));
    }),
    { numRuns: 40 },
  );
});

test('an event whose layout is not that of Discord waits, too, with data or without', async () => {
  const { hand } = await waitingGateway();
  hand('{"op":0, "d" : {"a": 1}, "s":2,"t":"TYPING_START"}');
  hand('{"op":0,"s":3,"t":"TYPING_START"}');
  hand('{"op":0,"s":4,"t":"TYPING_START","d":null}');
});

test('data that waits is not parsed', async () => {
  const { hand, received } = await waitingGateway();
  // Brackets and quotes are in order; who reads it will find out.
  hand(typing('{"a":tru}'));
  expect(received).toEqual([]);
});
