import { BroadcastChannel } from 'node:worker_threads';
import type { GatewayManager, WorkerModuleContext } from '@shardgate/gateway';
import { createReplay } from './replay-socket.ts';

/** How often the count is told, events. */
const TELL_EVERY = 1_000;

/** What the workers of the benchmark load: the replayed network, and a handler of their own where the run asks for it. */
export default function prepare(gateway: GatewayManager, { workerId }: WorkerModuleContext): void {
  gateway.openSocket = createReplay(gateway.url);
  if (gateway.secretKey !== 'inside') return;
  const counts = new BroadcastChannel('bench-count');
  (counts as unknown as { unref(): void }).unref();
  let events = 0;
  gateway.handleDiscordPayload = () => {
    if (++events % TELL_EVERY === 0) counts.postMessage({ workerId, events });
  };
}
