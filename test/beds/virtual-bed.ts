import {
  createGatewayManager,
  createMemoryIdentifyLedger,
  createMemorySessionStore,
  type GatewayEvents,
  type GatewayManager,
  type GatewayOptions,
  type SessionStore,
} from '@shardgate/gateway';
import {
  assertClean,
  compareDeliveries,
  createRandom,
  createSimulator,
  createVirtualClock,
  type Comparison,
  type Delivery,
  type Simulator,
  type SimulatorOptions,
  type VirtualClock,
} from '@shardgate/simulator';
import { wireUnderTest } from './wire-under-test.ts';

export const TOKEN = 'canary.token.value';

/** A life-cycle event as it was told. */
export interface Told {
  readonly name: keyof GatewayEvents;
  readonly event: Record<string, unknown>;
  /** Virtual milliseconds. */
  readonly at: number;
}

/** An event that reached the handler. */
export interface Received extends Delivery {
  readonly t: string;
  readonly shardId: number;
  /** Virtual milliseconds. */
  readonly at: number;
  /** When the handler was done with it; undefined when its process died before. */
  settledAt: number | undefined;
}

/** One life of the gateway process. */
export interface Life {
  readonly gateway: GatewayManager;
  readonly told: Told[];
  /** SIGKILL: from now on not one timer, callback or write of it happens, and its sockets break. */
  kill(): void;
}

export interface VirtualBed {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly store: SessionStore;
  /** Every event handed to the handler, over all lives. */
  readonly received: Received[];
  /** Every process so far, oldest first. */
  readonly lives: readonly Life[];
  /** The newest life. */
  readonly life: Life;
  readonly gateway: GatewayManager;
  /** Starts a process (again), with the same stores. */
  start(options?: Partial<GatewayOptions>): Life;
  /** Moves on until the condition holds; fails after `maxMs` of virtual time. */
  until(what: string, condition: () => boolean, maxMs?: number): Promise<void>;
  /** Starts a process and waits for all its shards. */
  ready(options?: Partial<GatewayOptions>, maxMs?: number): Promise<Life>;
  allReady(): boolean;
  advance(ms: number): Promise<void>;
  /** What was told under that name, in this life. */
  told<Name extends keyof GatewayEvents>(name: Name): Parameters<GatewayEvents[Name]>[0][];
  /** Ledger against deliveries. */
  compare(): Comparison;
  /** Of the lost ones, those that no `gap` event of any life declares. */
  undeclaredLosses(): Comparison['lost'];
  identifies(): number;
  resumes(): number;
  /** Fails on any violation the simulator saw. */
  clean(): void;
  /** Stops everything. */
  end(): Promise<void>;
}

/**
 * A gateway and Discord in one process, in virtual time, from one seed.
 *
 * @param handlingMs how long the handler takes for an event; left out: it is done at once
 */
export function createVirtualBed(
  simulated: SimulatorOptions = {},
  defaults: Partial<GatewayOptions> = {},
  handlingMs?: () => number,
): VirtualBed {
  const clock = createVirtualClock();
  const seed = simulated.seed ?? 1;
  const simulator = createSimulator({
    clock,
    guilds: 20,
    maxConcurrency: 1,
    shards: 1,
    token: TOKEN,
    ...simulated,
    seed,
  });
  const random = createRandom(seed + 7_919);
  const store = createMemorySessionStore();
  const ledger = createMemoryIdentifyLedger();
  const received: Received[] = [];
  const lives: Life[] = [];
  const rest = {
    runMethod: async () => {
      const answer = await simulator.fetchGatewayBot(TOKEN);
      const { status } = answer;
      if (status !== 200) throw Object.assign(new Error(`HTTP ${status}`), { status, discordCode: 0 });
      return JSON.parse(String(answer.body)) as unknown;
    },
  };
  let life: Life | undefined;

  const start = (options: Partial<GatewayOptions> = {}): Life => {
    let alive = true;
    const told: Told[] = [];
    const sockets = new Set<() => void>();
    const whileAlive =
      <Args extends unknown[]>(call: (...args: Args) => void) =>
      (...args: Args): void => {
        if (alive) call(...args);
      };
    const gateway = createGatewayManager({
      token: TOKEN,
      intents: [
        'Guilds',
        'GuildMessages',
        'GuildMessageReactions',
        'GuildMessageTyping',
        'GuildVoiceStates',
        'DirectMessages',
      ],
      rest,
      random,
      clock: { ...clock, setTimer: (callback, delayMs) => clock.setTimer(whileAlive(callback), delayMs) },
      openSocket: (url, handlers) => {
        const socket = simulator.openSocket(url, {
          onOpen: whileAlive(handlers.onOpen),
          onMessage: whileAlive(handlers.onMessage),
          onClose: whileAlive(handlers.onClose),
          onError: whileAlive(handlers.onError),
        });
        sockets.add(() => socket.terminate());
        return socket;
      },
      sessionStore: {
        load: () => store.load(),
        save: async (checkpoints) => (alive ? store.save(checkpoints) : new Promise(() => {})),
        remove: async (keys) => (alive ? store.remove(keys) : new Promise(() => {})),
      },
      identifyLedger: ledger,
      handleDiscordPayload: (manager, data, shardId) => {
        const record: Received = {
          sessionId: manager.shards.get(shardId)?.sessionId ?? '',
          seq: data.s,
          t: data.t,
          shardId,
          at: clock.now(),
          settledAt: undefined,
        };
        received.push(record);
        const settle = whileAlive(() => {
          record.settledAt = clock.now();
        });
        if (handlingMs === undefined) return settle();
        return new Promise<void>((resolve) => {
          clock.setTimer(() => {
            settle();
            resolve();
          }, handlingMs());
        });
      },
      ...wireUnderTest,
      ...defaults,
      ...options,
    });
    const emit = gateway.events.emit.bind(gateway.events) as (name: string, event: unknown) => boolean;
    gateway.events.emit = ((name: keyof GatewayEvents, event: Record<string, unknown>) => {
      told.push({ name, event, at: clock.now() });
      return emit(name, event);
    }) as typeof gateway.events.emit;
    life = {
      gateway,
      told,
      kill() {
        alive = false;
        for (const terminate of sockets) terminate();
      },
    };
    lives.push(life);
    void gateway.spawnShards(gateway);
    return life;
  };

  const current = (): Life => {
    if (life === undefined) throw new Error('no process was started');
    return life;
  };

  const bed: VirtualBed = {
    clock,
    simulator,
    store,
    received,
    lives,
    get life() {
      return current();
    },
    get gateway() {
      return current().gateway;
    },
    start,
    async until(what, condition, maxMs = 120_000) {
      if (condition()) return;
      if (!(await clock.runUntilAsync(condition, maxMs)) && !condition()) {
        const shards = Array.from(current().gateway.shards.values(), (shard) => `${shard.id}: ${shard.status}`).join(
          ', ',
        );
        throw new Error(`not within ${maxMs} virtual ms: ${what} (shards ${shards})`);
      }
    },
    async ready(options, maxMs = 600_000) {
      const started = start(options);
      await bed.until('all shards ready', bed.allReady, maxMs);
      return started;
    },
    allReady() {
      const { shards, maxShards } = current().gateway;
      return maxShards > 0 && shards.size === maxShards && shards.find((shard) => !shard.ready) === undefined;
    },
    advance: (ms) => clock.advanceAsync(ms),
    told: (name) =>
      current()
        .told.filter((one) => one.name === name)
        .map((one) => one.event) as never,
    compare: () =>
      compareDeliveries(
        simulator.ledger.dispatches().filter(({ t }) => t !== 'RESUMED'),
        received,
      ),
    undeclaredLosses() {
      const gaps = lives
        .flatMap(({ told }) => told)
        .filter(({ name }) => name === 'gap')
        .map(({ event }) => event as Parameters<GatewayEvents['gap']>[0]);
      // A session whose READY was on its way when the process died is one that nobody can know of.
      const known = new Set(received.map(({ sessionId }) => sessionId));
      return bed
        .compare()
        .lost.filter(({ sessionId }) => known.has(sessionId))
        .filter(
          ({ sessionId, seq }) =>
            !gaps.some(
              (gap) =>
                gap.sessionId === sessionId &&
                seq > gap.lastSequence &&
                seq < (gap.nextSequence ?? Number.POSITIVE_INFINITY),
            ),
        );
    },
    identifies: () => simulator.ledger.activity({ kind: 'identify' }).length,
    resumes: () => simulator.ledger.activity({ kind: 'resume' }).length,
    clean: () => assertClean(simulator),
    async end() {
      const stopped = current().gateway.stopGateway(current().gateway);
      let isStopped = false;
      const end = stopped.then(() => (isStopped = true));
      await clock.runUntilAsync(() => isStopped, 21_000);
      await end;
      await simulator.close();
    },
  };
  return bed;
}
