import { check } from './check.ts';
import type { CheckOptions } from './check.ts';
import { changeSettings, createSimulation } from './create-simulation.ts';
import type { SimulatorOptions } from './create-simulation.ts';
import { listen } from './doors/listen.ts';
import type { Listening, ListenOptions } from './doors/listen.ts';
import { createMemoryDoor } from './doors/memory-socket.ts';
import type { DoorName } from './doors/peer.ts';
import { createRestApi } from './doors/rest.ts';
import type { RestAnswer, RestRequest } from './doors/rest.ts';
import type { OpenSocket } from './doors/socket.ts';
import type { WebSocketDoorOptions } from './doors/websocket-door.ts';
import { checkFault, isImmediate } from './faults/fault.ts';
import type { Fault } from './faults/fault.ts';
import { strikeAll } from './faults/fault-actions.ts';
import type { Ledger } from './records/ledger.ts';
import type { Violation } from './records/violations.ts';
import { resetToken } from './session/identify.ts';
import { admit, openConnection } from './session/open-connection.ts';
import { dropConnection } from './session/transmit.ts';
import type { Settings } from './settings.ts';
import { describeState } from './state.ts';
import type { SimulatorState } from './state.ts';
import { emit } from './world/emit.ts';
import type { EventRequest } from './world/emit.ts';
import { createGuildControl } from './world/guild-control.ts';
import type { GuildControl } from './world/guild-control.ts';
import { createLoad } from './world/load.ts';

/** What `fault` did: `hit` connections at once, or the `id` of a rule that waits for its occasion. */
export interface FaultResult {
  readonly hit: number;
  readonly id: number | undefined;
}

/** A strict Discord. Its methods use no `this` and can be handed around. */
export interface Simulator {
  /** As they are now. Changed by `configure` only. */
  readonly settings: Readonly<Settings>;
  /** Changes settings from now on. @throws {TypeError | RangeError} when one is unknown or wrong; nothing is changed then */
  configure(changes: Partial<Settings>): void;

  /** Opens a connection in memory, to the URLs that `/gateway/bot` and READY name while nobody listens. */
  readonly openSocket: OpenSocket;
  /** Answers a request to Discord's API in memory. Never rejects; it is late when a fault says so. */
  fetch(request: RestRequest): Promise<RestAnswer>;
  /** `GET /api/v10/gateway/bot` with a token that is good, or with the one given. */
  fetchGatewayBot(token?: string): Promise<RestAnswer>;
  /** Listens on real ports. @throws {Error} when it does already; rejects when a port cannot be had */
  start(options?: ListenOptions): Promise<Listening>;
  /** Drops every connection, clears every timer, stops listening. The simulator cannot be used afterwards. */
  close(): Promise<void>;

  /** Makes something go wrong. @throws {TypeError | RangeError} when it is not a fault */
  fault(fault: Fault): FaultResult;
  /** Ends a standing fault, or all. */
  clearFaults(id?: number): void;

  readonly guilds: GuildControl;
  /** Lets an event happen; the number of dispatches it became. @throws {TypeError | RangeError} when it is not an event */
  emit(event: EventRequest): number;

  /** Identifies left from now on. */
  setIdentifyRemaining(remaining: number): void;
  /** As when the daily limit is passed: sessions end, the token is bad from now on. */
  resetToken(): void;
  /** This token is good from now on; every token without one. */
  acceptToken(token?: string): void;

  readonly ledger: Ledger;
  /** What clients did wrong so far. */
  check(options?: CheckOptions): readonly Violation[];
  /** Forgets ledger and violations; sessions stay. */
  clearRecords(): void;
  state(): SimulatorState;

  /** For doors: who is let in, and what becomes of a connection. */
  readonly gateway: WebSocketDoorOptions;
  /** Base URLs of the gateway as told to clients. */
  readonly addresses: { main: string; resume: string };
}

/** The host of a URL, empty when it is none. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

/**
 * Creates a simulated Discord: no port is opened and no timer started before a client connects or `start` is called.
 *
 * @throws {TypeError} when an option is unknown or has the wrong type
 * @throws {RangeError} when a value is out of range
 */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const simulation = createSimulation(options);
  const { clock, random, settings, addresses } = simulation;
  const load = createLoad(simulation);
  const rest = createRestApi(simulation);
  /** Answers that are held back, so that closing can give them at once. */
  const heldAnswers = new Set<() => void>();
  let listening: Promise<Listening> | undefined;
  let isClosed = false;
  simulation.sessionsChanged = () => load.update();

  const gateway: WebSocketDoorOptions = {
    admit: (door) => (isClosed ? { kind: 'refuse', errorCode: 'ECONNREFUSED' } : admit(simulation, door)),
    open: (connection) => openConnection(simulation, connection),
  };

  function doorOf(url: string): DoorName | undefined {
    const host = hostOf(url);
    if (host === hostOf(addresses.main)) return 'main';
    return host === hostOf(addresses.resume) ? 'resume' : undefined;
  }

  function fetch(request: RestRequest): Promise<RestAnswer> {
    const { delayMs, ...answer } = rest.answer(request);
    if (delayMs === 0 || isClosed) return Promise.resolve(answer);
    return new Promise((resolve) => {
      const give = (): void => {
        heldAnswers.delete(give);
        resolve(answer);
      };
      heldAnswers.add(give);
      simulation.timers.set(give, delayMs);
    });
  }

  const simulator: Simulator = {
    settings,
    configure(changes) {
      changeSettings(simulation, changes);
      load.update();
    },
    openSocket: createMemoryDoor({
      clock,
      delay: () => settings.latencyMs[0] + random() * (settings.latencyMs[1] - settings.latencyMs[0]),
      doorOf,
      ...gateway,
    }),
    fetch,
    fetchGatewayBot: (token = options.token ?? 'any') =>
      fetch({
        method: 'GET',
        path: '/api/v10/gateway/bot',
        headers: { authorization: `Bot ${token.replace(/^Bot /, '')}` },
      }),
    start(listenOptions) {
      if (listening !== undefined) throw new Error('simulator.start: it is listening already');
      const started = listen(simulator, listenOptions).then(
        (open) => ({
          ...open,
          close() {
            listening = undefined;
            return open.close();
          },
        }),
        (error: unknown) => {
          listening = undefined;
          throw error;
        },
      );
      listening = started;
      return started;
    },
    async close() {
      isClosed = true;
      for (const connection of [...simulation.connections.values()]) dropConnection(simulation, connection, 'drop');
      simulation.timers.clearAll();
      simulation.sessionsChanged = () => {};
      for (const give of [...heldAnswers]) give();
      const open = await listening?.catch(() => undefined);
      await open?.close();
    },
    fault(fault) {
      checkFault(fault);
      if (isImmediate(fault)) return { hit: strikeAll(simulation, fault), id: undefined };
      return { hit: 0, id: simulation.faults.add(fault, clock.now()) };
    },
    clearFaults: (id) => simulation.faults.remove(id),
    guilds: createGuildControl(simulation),
    emit: (event) => emit(simulation, event),
    setIdentifyRemaining(remaining) {
      if (!Number.isInteger(remaining) || remaining < 0) {
        throw new RangeError(`setIdentifyRemaining: got ${remaining}, expected a whole number of 0 or more`);
      }
      simulation.budget.setRemaining(remaining, clock.now());
    },
    resetToken: () => resetToken(simulation),
    acceptToken: (token) => simulation.tokens.accept(token),
    ledger: simulation.ledger,
    check: (checkOptions = {}) => check(simulation, checkOptions),
    clearRecords() {
      simulation.ledger.clear();
      simulation.violations.clear();
      simulation.refusals.clear();
      simulation.firstBeats.length = 0;
    },
    state: () => describeState(simulation),
    gateway,
    addresses,
  };
  return simulator;
}
