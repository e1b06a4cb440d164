import { createGatewayManager, createMemoryIdentifyLedger, createMemorySessionStore } from '@shardgate/gateway';
import type { GatewayManager } from '@shardgate/gateway';
import { createRandom, createSimulator, createVirtualClock } from '@shardgate/simulator';
import type { Simulator, VirtualClock } from '@shardgate/simulator';
import { createState, type State, type StateOptions } from '../src/index.ts';

const TOKEN = 'canary.token.value';

/** What came to the handler behind the state. */
export interface Received {
  readonly t: string;
  readonly s: number | null;
  readonly d: unknown;
  readonly old: string | undefined;
  readonly at: number;
}

/** A gateway with a state and Discord, in virtual time. */
export interface AttachBed {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly gateway: GatewayManager;
  readonly state: State;
  readonly received: Received[];
  /** What the handler gives for an event; undefined at first. */
  answer: (event: Received) => unknown;
  until(what: string, condition: () => boolean, maxMs?: number): Promise<void>;
  end(): Promise<void>;
}

/** The gateway is ready and has all guilds when it resolves. */
export async function createAttachBed(make: (clock: VirtualClock) => StateOptions): Promise<AttachBed> {
  const clock = createVirtualClock();
  const simulator = createSimulator({ clock, guilds: 5, shards: 1, maxConcurrency: 4, token: TOKEN });
  const received: Received[] = [];
  const state = createState({ clock, random: createRandom(3), ...make(clock) });
  const gateway: GatewayManager = createGatewayManager({
    token: TOKEN,
    intents: ['Guilds', 'GuildMembers', 'GuildMessages', 'GuildVoiceStates'],
    rest: { runMethod: async () => JSON.parse(String((await simulator.fetchGatewayBot(TOKEN)).body)) as unknown },
    clock,
    random: createRandom(7),
    openSocket: simulator.openSocket,
    sessionStore: createMemorySessionStore(),
    identifyLedger: createMemoryIdentifyLedger(),
    handleDiscordPayload: (_, payload) => {
      const { t, s, d, old } = payload as typeof payload & { old?: string };
      const event = { t, s, d, old, at: clock.now() };
      received.push(event);
      return bed.answer(event);
    },
  });
  const bed: AttachBed = {
    clock,
    simulator,
    gateway,
    state,
    received,
    answer: () => undefined,
    async until(what, condition, maxMs = 120_000) {
      if (!condition() && !(await clock.runUntilAsync(condition, maxMs)) && !condition())
        throw new Error(`not within ${maxMs} virtual ms: ${what}`);
    },
    async end() {
      const stopped = gateway.stopGateway(gateway);
      stopped.catch(() => {});
      await clock.advanceAsync(30_000);
      await stopped;
      const ended = state.stop(state);
      await clock.advanceAsync(30_000);
      await ended;
    },
  };
  await state.start(state);
  state.attach(state, gateway);
  const spawned = gateway.spawnShards(gateway);
  spawned.catch(() => {});
  await bed.until('every guild came', () => received.filter(({ t }) => t === 'GUILD_LOADED_DD').length === 5);
  await spawned;
  return bed;
}
