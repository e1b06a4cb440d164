import { createSimulator, type DispatchRecord, type Simulator, type SimulatorOptions } from '@shardgate/simulator';

export const DELIVERY_TOKEN = 'canary.delivery.token';

/** A Discord for real processes: it forgets what was acknowledged by a heartbeat, and keeps the rest for as long as a process needs to start again. */
export function createProcessDiscord(options: SimulatorOptions = {}): Simulator {
  return createSimulator({
    shards: 4,
    maxConcurrency: 16,
    guilds: 40,
    token: DELIVERY_TOKEN,
    replayLimit: 50_000,
    trimReplayOnHeartbeat: true,
    heartbeatIntervalMs: 1_000,
    ledgerLimit: 10_000_000,
    ...options,
  });
}

/** Everything that a bot is to get. */
export function dispatchedEvents({ ledger }: Simulator): DispatchRecord[] {
  return ledger.dispatches().filter(({ t }) => t !== 'RESUMED');
}
