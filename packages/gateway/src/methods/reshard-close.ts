import type { GatewayManager, Reshard } from '../gateway-manager.ts';
import { pause } from '../ports/pause.ts';
import { stopGeneration } from './stop-gateway.ts';

/** A request for members whose next answer takes longer than this has had them all, milliseconds. */
const ANSWER_MS = 3_000;
/** Longest wait for answers, milliseconds. */
const ANSWERS_MS = 60_000;
const LOOK_MS = 100;
/** How long events of the new shards are still compared with what the old ones showed last, milliseconds. */
const TAIL_MS = 60_000;

/** Default of {@link GatewayMethods.reshardClose}. */
export async function reshardClose(gateway: GatewayManager, reshard: Reshard): Promise<void> {
  const { old } = reshard;
  if (old === undefined) return;
  const { clock, runtime } = gateway;
  const from = clock.now();
  const { tail } = reshard.streams;
  // A gateway that stops waits for nothing.
  void pause(clock, TAIL_MS, runtime.stopping.signal).then(() => {
    if (runtime.crossing === tail) runtime.crossing = undefined;
  });
  const { signal } = runtime.stopping;
  // What waits for a socket in a worker is written by the old shard; nobody knows what was written already.
  const hasOpenRequests = (): boolean =>
    old.shards.find(
      ({ remote, ready, requestedAt }) =>
        (remote?.openCommands ?? 0) > 0 || (ready && clock.now() - requestedAt < ANSWER_MS),
    ) !== undefined;
  while (hasOpenRequests() && clock.now() - from < ANSWERS_MS && !signal.aborted) await pause(clock, LOOK_MS, signal);
  await stopGeneration(old, 'resharded');
}
