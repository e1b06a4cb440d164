import { ClientError } from './client-error.ts';
import { BEFORE_WELCOME } from './defaults.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { HOPELESS } from './server-message.ts';
import type { ServerMessage, WelcomeMessage } from './server-message.ts';
import { openTransport } from './transport.ts';
import type { Transport } from './transport-listener.ts';

export interface ServerLinkOptions {
  readonly url: string;
  readonly secretKey: string | undefined;
  /** The hello but for its key. */
  readonly hello: object;
  readonly connectTimeoutMs: number;
  readonly reconnectFirstMs: number;
  readonly reconnectMostMs: number;
  readonly clock: Clock;
  readonly random: Random;
  onWelcome(welcome: WelcomeMessage): void;
  onMessage(message: Exclude<ServerMessage, WelcomeMessage>): void;
  /** A connection on which there was a welcome has ended; another is on its way, unless the client is closing. */
  onLost(reason: string): void;
  /** Something went wrong that the link deals with by itself. */
  onTrouble(error: ClientError): void;
  /** The server does not let this client in: the end. */
  onRefused(error: ClientError): void;
}

/** Keeps one connection to the server, for as long as it is wanted. */
export interface ServerLink {
  readonly isConnected: boolean;
  start(): void;
  /** False when there is no connection: the message is dropped. */
  send(message: object): boolean;
  /** What `work` sends leaves in one write. */
  together(work: () => void): void;
  /** The server is about to end the connection, as asked for: none follows. */
  expectEnd(): void;
  /** Ends the connection for good; resolves when that is done. */
  stop(): Promise<void>;
}

/** How long the goodbye may take, milliseconds. */
const GOODBYE_MS = 1_000;

export function createServerLink(options: ServerLinkOptions): ServerLink {
  const { url, secretKey, clock, random } = options;
  let transport: Transport | undefined;
  let isWanted = false;
  let isWelcome = false;
  let failures = 0;
  let pings = 0;
  let heardAt = 0;
  let onEnd: (() => void) | undefined;
  /** Either the wait for a welcome, or the next ping, or the next attempt. */
  let timer: unknown;

  const plan = (callback: () => void, delayMs: number): void => {
    clock.clearTimer(timer);
    timer = clock.setTimer(callback, delayMs);
  };

  const send = (message: object): boolean => {
    if (transport === undefined) return false;
    transport.send(JSON.stringify(message));
    return true;
  };

  const open = (): void => {
    let isHopeless: ClientError | undefined;
    isWelcome = false;
    const opened = openTransport(url, secretKey, {
      onOpen() {
        const key = secretKey === undefined ? {} : { key: secretKey };
        send({ op: 'hello', version: 1, ...options.hello, ...key });
      },
      onMessage(text) {
        if (transport !== opened) return;
        heardAt = clock.now();
        const message = read(text);
        if (message === undefined) {
          options.onTrouble(new ClientError('protocol', 'the server sent what is no message of the stream protocol'));
          opened.destroy();
        } else if (message.op === 'welcome') {
          welcomed(message);
        } else {
          if (message.op === 'error' && HOPELESS.has(message.code)) isHopeless = refusal(message.message);
          options.onMessage(message);
        }
      },
      onClose(reason, isRefused) {
        if (transport !== opened) return;
        transport = undefined;
        clock.clearTimer(timer);
        if (isRefused) isHopeless = refusal(reason);
        const hadWelcome = isWelcome;
        isWelcome = false;
        if (isHopeless !== undefined) isWanted = false;
        if (hadWelcome) options.onLost(reason);
        else if (isWanted) options.onTrouble(new ClientError('disconnected', `no connection to ${url}: ${reason}`));
        if (isHopeless !== undefined) options.onRefused(isHopeless);
        else if (isWanted) retry();
        onEnd?.();
      },
    });
    transport = opened;
    plan(() => opened.destroy(), options.connectTimeoutMs);
  };

  const welcomed = (welcome: WelcomeMessage): void => {
    isWelcome = true;
    failures = 0;
    const { pingIntervalMs, silenceTimeoutMs } = { ...BEFORE_WELCOME, ...welcome };
    const beat = (): void => {
      if (clock.now() - heardAt > silenceTimeoutMs) return transport?.destroy();
      send({ op: 'ping', n: ++pings });
      plan(beat, pingIntervalMs);
    };
    plan(beat, pingIntervalMs);
    options.onWelcome(welcome);
  };

  /** @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
  const retry = (): void => {
    const ceiling = Math.min(options.reconnectMostMs, options.reconnectFirstMs * 2 ** failures);
    failures++;
    plan(open, random() * ceiling);
  };

  return {
    get isConnected() {
      return isWelcome;
    },
    start() {
      if (isWanted) return;
      isWanted = true;
      open();
    },
    send: (message) => isWelcome && send(message),
    together(work) {
      if (transport === undefined) work();
      else transport.together(work);
    },
    expectEnd() {
      isWanted = false;
    },
    stop() {
      isWanted = false;
      clock.clearTimer(timer);
      const ending = transport;
      if (ending === undefined) return Promise.resolve();
      ending.end();
      plan(() => ending.destroy(), GOODBYE_MS);
      return new Promise((resolve) => {
        onEnd = resolve;
      });
    },
  };
}

function refusal(reason: string): ClientError {
  return new ClientError('refused', `the server does not let this client in: ${reason}`);
}

function read(text: string): ServerMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'op' in value ? (value as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
