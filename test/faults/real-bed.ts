import { createGatewayManager, type GatewayEvents, type GatewayManager, type GatewayOptions } from '@shardgate/gateway';
import { createSimulator, type Listening, type Simulator, type SimulatorOptions } from '@shardgate/simulator';
import { TOKEN, type Told } from '../beds/virtual-bed.ts';
import { wireUnderTest } from '../beds/wire-under-test.ts';
import { UNFILTERED } from './outcome.ts';

/** An event that reached the handler over a real socket. */
export interface Arrival {
  readonly sessionId: string;
  readonly seq: number;
  readonly t: string;
  readonly shardId: number;
}

/** A gateway and Discord with real sockets and the real clock. */
export interface RealBed {
  readonly simulator: Simulator;
  readonly listening: Listening;
  readonly gateway: GatewayManager;
  readonly received: Arrival[];
  readonly told: readonly Told[];
  /** What was told under that name. */
  toldOf<Name extends keyof GatewayEvents>(name: Name): Parameters<GatewayEvents[Name]>[0][];
  /** Waits for the condition, which is looked at every few milliseconds. */
  until(what: string, condition: () => boolean, maxMs?: number): Promise<void>;
  /** Starts all shards and waits until they are ready. */
  ready(): Promise<void>;
  /** Waits until everything that Discord sent was handled. */
  caughtUp(): Promise<void>;
  identifies(): number;
  resumes(): number;
  end(): Promise<void>;
}

/** Options of the gateway that may need to know where the simulator listens. */
type Options =
  | Partial<GatewayOptions>
  | ((listening: Listening, simulator: Simulator) => Promise<Partial<GatewayOptions>> | Partial<GatewayOptions>);

/** Waits for a condition of the real world. */
export async function until(what: string, condition: () => boolean, maxMs = 3_000): Promise<void> {
  const deadline = performance.now() + maxMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${maxMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

/** Heartbeats of a second, and little jitter, so that back-off and first heartbeat are quick. */
export async function createRealBed(simulated: SimulatorOptions = {}, options: Options = {}): Promise<RealBed> {
  const simulator = createSimulator({
    token: TOKEN,
    guilds: 4,
    shards: 1,
    maxConcurrency: 16,
    heartbeatIntervalMs: 1_000,
    readyDelayMs: 1,
    resumeDelayMs: 1,
    ...simulated,
  });
  const listening = await simulator.start();
  const received: Arrival[] = [];
  const told: Told[] = [];
  const gateway = createGatewayManager({
    token: TOKEN,
    intents: ['Guilds', 'GuildMessages'],
    apiUrl: listening.apiUrl,
    random: () => 0.02,
    handleDiscordPayload: (manager, { s, t }, shardId) => {
      received.push({ sessionId: manager.shards.get(shardId)?.sessionId ?? '', seq: s, t, shardId });
    },
    ...wireUnderTest,
    ...UNFILTERED,
    ...(typeof options === 'function' ? await options(listening, simulator) : options),
  });
  const emit = gateway.events.emit.bind(gateway.events) as (name: string, event: unknown) => boolean;
  gateway.events.emit = ((name: keyof GatewayEvents, event: Record<string, unknown>) => {
    told.push({ name, event, at: performance.now() });
    return emit(name, event);
  }) as typeof gateway.events.emit;

  const bed: RealBed = {
    simulator,
    listening,
    gateway,
    received,
    told,
    toldOf: (name) => told.filter((one) => one.name === name).map(({ event }) => event) as never,
    until: (what, condition, maxMs) =>
      until(what, condition, maxMs).catch((error: unknown) => {
        const shards = Array.from(gateway.shards.values(), ({ id, status }) => `${id}: ${status}`).join(', ');
        throw new Error(`${String(error)} (shards ${shards})\n${JSON.stringify(told.slice(-12))}`, { cause: error });
      }),
    async ready() {
      await gateway.spawnShards(gateway);
      await bed.caughtUp();
    },
    caughtUp: () =>
      bed.until('everything sent was handled', () => {
        const sessions = simulator.state().sessions;
        return (
          sessions.length === gateway.shards.size &&
          sessions.every(({ id, seq, shard: [shardId], connected }) => {
            const shard = gateway.shards.get(shardId);
            return connected && shard?.ready === true && shard.sessionId === id && shard.tracker.settled === seq;
          })
        );
      }),
    identifies: () => simulator.ledger.activity({ kind: 'identify' }).length,
    resumes: () => simulator.ledger.activity({ kind: 'resume' }).length,
    async end() {
      await gateway.stopGateway(gateway);
      await simulator.close();
    },
  };
  return bed;
}
