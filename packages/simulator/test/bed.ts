import { randomInteger } from '../src/time/random.ts';
import { createRandom, createSimulator, createVirtualClock, Intent } from '../src/index.ts';
import type { GatewaySocket, Simulator, VirtualClock } from '../src/index.ts';
import type { SimulatorOptions } from '../src/index.ts';

/** A payload as a client reads it. */
export interface Received {
  readonly op: number;
  readonly d: any;
  readonly s: number | null;
  readonly t: string | null;
}

/** A client that does exactly what it is told, and keeps everything it hears. */
export interface TestClient {
  readonly socket: GatewaySocket;
  readonly received: Received[];
  /** Messages that were no JSON. */
  readonly raw: Buffer[];
  readonly closes: { readonly code: number; readonly reason: string }[];
  readonly errors: (Error & { status?: number; retryAfterMs?: number; code?: string })[];
  opened: boolean;
  /** For scripts of the tests. */
  resumed: boolean;
  /** Highest `s` received. */
  seq: number;
  send(payload: unknown): void;
  identify(overrides?: object): void;
  resume(sessionId: string, seq: number, overrides?: object): void;
  beat(seq?: number | null): void;
  /** The first dispatch of this name. */
  dispatch(t: string): Received | undefined;
  dispatches(): Received[];
  /** The first payload with this op. */
  op(op: number): Received | undefined;
}

export const BASE_INTENTS: number = Intent.guilds | Intent.guildMessages | Intent.messageContent;

export const QUERY = '/?v=10&encoding=json';

export interface Bed {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  connect(options?: { readonly url?: string; readonly query?: string; readonly beats?: boolean }): TestClient;
  /** A client that has its READY. */
  ready(overrides?: object): TestClient;
  /** A client on the resume URL that has sent RESUME. */
  resuming(sessionId: string, seq: number, overrides?: object): TestClient;
  /** Runs until the condition holds, or fails after a virtual minute. */
  until(condition: () => unknown, maxMs?: number): void;
  kinds(): string[];
}

/** A simulator in virtual time. Without load unless the options say so. */
export function createBed(options: SimulatorOptions = {}): Bed {
  const clock = createVirtualClock();
  const simulator = createSimulator({ clock, ...options });
  /** The clients' own, for the jitter of their beats. */
  const random = createRandom(options.seed ?? 99);

  function until(condition: () => unknown, maxMs = 60_000): void {
    if (!clock.runUntil(() => Boolean(condition()), maxMs))
      throw new Error(`not within ${maxMs} virtual ms: ${String(condition)}`);
  }

  function connect({
    url = simulator.addresses.main,
    query = QUERY,
    beats = true,
  }: { url?: string; query?: string; beats?: boolean } = {}): TestClient {
    const received: Received[] = [];
    const raw: Buffer[] = [];
    const closes: TestClient['closes'] = [];
    const errors: TestClient['errors'] = [];
    let beatTimer: unknown;

    function beatEvery(interval: number): void {
      const beat = (): void => {
        client.beat();
        beatTimer = clock.setTimer(beat, interval);
      };
      beatTimer = clock.setTimer(beat, randomInteger(random, 0, interval));
    }

    const socket = simulator.openSocket(url + query, {
      onOpen: () => {
        client.opened = true;
      },
      onMessage(data) {
        let payload: Received;
        try {
          payload = JSON.parse(data.toString()) as Received;
        } catch {
          raw.push(data);
          return;
        }
        received.push(payload);
        if (payload.op === 0) client.seq = payload.s ?? client.seq;
        if (payload.op === 10 && beats) beatEvery(payload.d.heartbeat_interval as number);
      },
      onClose(code, reason) {
        clock.clearTimer(beatTimer);
        closes.push({ code, reason });
      },
      onError: (error) => {
        errors.push(error);
      },
    });

    const client: TestClient = {
      socket,
      received,
      raw,
      closes,
      errors,
      opened: false,
      resumed: false,
      seq: 0,
      send: (payload) => socket.send(JSON.stringify(payload)),
      identify: (overrides = {}) =>
        client.send({
          op: 2,
          d: { token: 'Bot abc', properties: {}, intents: BASE_INTENTS, shard: [0, 1], ...overrides },
        }),
      resume: (sessionId, seq, overrides = {}) =>
        client.send({ op: 6, d: { token: 'Bot abc', session_id: sessionId, seq, ...overrides } }),
      beat: (seq = client.seq === 0 ? null : client.seq) => client.send({ op: 1, d: seq }),
      dispatch: (t) => received.find((payload) => payload.t === t),
      dispatches: () => received.filter((payload) => payload.op === 0),
      op: (op) => received.find((payload) => payload.op === op),
    };
    return client;
  }

  return {
    clock,
    simulator,
    connect,
    until,
    ready(overrides) {
      const client = connect();
      until(() => client.op(10));
      client.identify(overrides);
      until(() => client.dispatch('READY'));
      return client;
    },
    resuming(sessionId, seq, overrides) {
      const client = connect({ url: simulator.addresses.resume });
      until(() => client.op(10));
      client.resume(sessionId, seq, overrides);
      return client;
    },
    kinds: () => simulator.check().map((violation) => violation.kind),
  };
}

export function sessionOf(client: TestClient): string {
  return client.dispatch('READY')?.d.session_id as string;
}
