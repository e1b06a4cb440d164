import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeliveryOptions, DeliveryStatus, StreamStatus } from '@shardgate/delivery';
import type { Delivery } from '@shardgate/simulator';

/** Where a process ends itself, once it has passed there `skip` times. */
export interface Crash {
  readonly point: string;
  readonly skip?: number;
}

export interface GatewaySettings {
  readonly apiUrl: string;
  readonly token: string;
  /** Of journal, identify ledger and sockets. */
  readonly folder: string;
  readonly sinks: readonly {
    readonly kind: 'unix' | 'websocket';
    readonly name: string;
    readonly required?: boolean;
    readonly ackTimeoutMs?: number;
  }[];
  readonly journal?: Readonly<Record<string, unknown>>;
  readonly delivery?: Partial<DeliveryOptions>;
  readonly crash?: Crash;
  /** For the process's Node.js. */
  readonly execArgv?: readonly string[];
}

export interface BotSettings {
  readonly url: string;
  readonly folder: string;
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly crash?: Crash;
  /** Who knows what earlier lives handled: the handler, which is called for everything then, or the client's `seen` store. Default: the handler. */
  readonly memory?: 'handler' | 'store';
}

/** What a gateway's process says of itself. */
export interface GatewayStatus extends DeliveryStatus {
  readonly memory: NodeJS.MemoryUsage;
  /** Since the start, or since `forget`. */
  readonly peakRss: number;
  /** Gaps, failed hooks and the like. */
  readonly troubles: readonly { readonly name: string; readonly event: string; readonly error: string }[];
  readonly streams: readonly StreamStatus[];
  readonly shards: readonly { readonly shardId: number; readonly ready: boolean; readonly inFlightEvents: number }[];
}

/** A process of ours. */
export interface OwnProcess {
  readonly child: ChildProcess;
  readonly isRunning: boolean;
  /** The named point at which it ended itself. */
  readonly crashedAt: string | undefined;
  send(message: object): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it has ended by itself. */
  ended(): Promise<void>;
  stop(): Promise<void>;
}

export interface GatewayProcess extends OwnProcess {
  /** Where its sinks are, when it is ready. Rejects when it ends before. */
  readonly ready: Promise<readonly string[]>;
  status(): Promise<GatewayStatus>;
}

export interface BotProcess extends OwnProcess {
  /** Of this life: what was handled, what came a second time, gaps. */
  readonly figures: BotFigures;
}

export interface BotFigures {
  readonly handled: number;
  readonly duplicates: number;
  readonly gaps: number;
}

const started = new Set<ChildProcess>();

/** Ends whatever a test has left running. */
export async function endProcesses(): Promise<void> {
  for (const child of started) {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}

function start(
  script: string,
  variable: string,
  settings: object,
  onMessage: (message: never) => void,
  execArgv: readonly string[] = [],
): OwnProcess {
  const child = fork(fileURLToPath(new URL(`../process/${script}`, import.meta.url)), [], {
    env: { ...process.env, [variable]: JSON.stringify(settings) },
    execArgv: [...execArgv],
  });
  started.add(child);
  let crashedAt: string | undefined;
  let isRunning = true;
  const exit = once(child, 'exit').then(() => {
    isRunning = false;
    started.delete(child);
  });
  // It may be gone when it is told something.
  child.on('error', () => {});
  child.on('message', (message: { type: string; point?: string }) => {
    if (message.type === 'crashing') crashedAt = message.point;
    onMessage(message as never);
  });
  return {
    child,
    get isRunning() {
      return isRunning;
    },
    get crashedAt() {
      return crashedAt;
    },
    send(message) {
      if (child.connected) child.send(message, () => {});
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
    ended: () => exit,
    async stop() {
      this.send({ type: 'stop' });
      await exit;
    },
  };
}

export function startGateway(settings: GatewaySettings): GatewayProcess {
  const { execArgv, ...rest } = settings;
  const waiting = new Map<number, (status: GatewayStatus) => void>();
  let lastId = 0;
  let told: (addresses: readonly string[]) => void = () => {};
  type Message =
    | { type: 'ready'; addresses: readonly string[] }
    | { type: 'status'; id: number; status: GatewayStatus };
  const onMessage = (message: Message): void => {
    if (message.type === 'ready') told(message.addresses);
    else if (message.type === 'status') waiting.get(message.id)?.(message.status);
  };
  const own = start('delivery-gateway.mjs', 'GATEWAY', rest, onMessage, execArgv);
  const ready = new Promise<readonly string[]>((resolve, reject) => {
    told = resolve;
    void own.ended().then(() => reject(new Error(`the gateway's process ended (${own.crashedAt ?? 'killed'})`)));
  });
  // Not everybody waits for it.
  ready.catch(() => {});
  return Object.defineProperties(own, {
    ready: { value: ready },
    status: {
      value: () =>
        new Promise<GatewayStatus>((resolve, reject) => {
          const id = ++lastId;
          waiting.set(id, (status) => {
            waiting.delete(id);
            resolve(status);
          });
          void own.ended().then(() => reject(new Error('the gateway’s process ended')));
          own.send({ type: 'status', id });
        }),
    },
  }) as GatewayProcess;
}

export function startBot(settings: BotSettings): BotProcess {
  let figures: BotFigures = { handled: 0, duplicates: 0, gaps: 0 };
  const onMessage = (message: BotFigures & { type: string }): void => {
    if (message.type === 'figures') figures = message;
  };
  const own = start('delivery-bot.mjs', 'BOT', settings, onMessage);
  return Object.defineProperties(own, { figures: { get: () => figures } }) as BotProcess;
}

/** An event that a bot handled. */
export interface Handled extends Delivery {
  /** Events of a session with the same key have an order even where a client handles several at a time. */
  readonly orderKey: string;
}

/** What a bot handled, in the order in which it did: of all its lives. */
export function readHandled(folder: string, name: string): Handled[] {
  const path = join(folder, `${name}.log`);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'latin1');
  return text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map((line) => {
      const [id = '', orderKey = ''] = line.split(' ');
      const [, sessionId = '', seq = '0'] = id.split(':');
      return { sessionId, seq: Number(seq), orderKey };
    });
}
