import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { createState, type Store } from '@shardgate/state';
import { readPayload } from '@shardgate/wire';
import { mixedEvents } from '../mix/mix.ts';

/** Events that come in one turn of the event loop, as when many shards have something to say; the next turn comes when all are handled. */
const TURN = 40;

/** Messages as they come out of a shard's decompressor. */
export function typicalMessages(count: number): readonly Buffer[] {
  const events = mixedEvents('typical', 7);
  return Array.from({ length: count }, (_, index) => {
    const { t, d } = events.next().value;
    return Buffer.from(JSON.stringify({ t, s: index + 1, op: 0, d }));
  });
}

/**
 * Microseconds of this process's CPU, all threads, for each event: from the bytes of a message to a handler that looks at nothing. A server's own CPU is not in it, nor is the opening of the store; its closing is.
 */
export async function costOfEvents(messages: readonly Buffer[], store: Store | undefined): Promise<number> {
  let left = 0;
  let turnIsOver = (): void => {};
  const gateway = createGatewayManager({
    token: 'bench.bench.bench',
    intents: 0,
    handleDiscordPayload: () => {
      if (--left === 0) turnIsOver();
    },
  });
  // However busy the machine is, no store is to count as stale: it would then cost nothing.
  const state = store === undefined ? undefined : createState({ stores: [store], waitMs: 60_000 });
  await state?.start(state);
  state?.attach(state, gateway);
  const before = process.cpuUsage();
  for (let from = 0; from < messages.length; from += TURN) {
    const turn = messages.slice(from, from + TURN);
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
  // What LMDB has not written yet it writes now.
  await state?.stop(state);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / messages.length;
}
