import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { createEventClient } from '../src/stream/create-event-client.ts';
import type { EventClient } from '../src/stream/event-client.ts';
import type { EventClientOptions } from '../src/stream/client-options.ts';

export type TransportName = 'websocket' | 'unix';
export const TRANSPORTS: readonly TransportName[] = ['websocket', 'unix'];

export type Message = { readonly op: string } & Readonly<Record<string, unknown>>;

const PATIENCE_MS = 10_000;

/** A client's connection as the server sees it. */
export interface Far {
  send(message: object): void;
  sendText(text: string): void;
  /** The next message of that op. */
  next(op: string): Promise<Message>;
  /** Messages that were not taken. */
  readonly left: Message[];
  cut(): void;
  readonly closed: Promise<void>;
}

/** A server that knows nothing but docs/PROTOCOL.md: the test says what it does. */
export interface TestServer {
  readonly url: string;
  /** The next connection. */
  accept(): Promise<Far>;
  /** The next connection, let in. */
  welcome(limits?: object): Promise<Far>;
  readonly connections: number;
}

/** What comes before it is asked for waits. */
class Line<T> {
  readonly items: T[] = [];
  readonly #checks = new Set<() => void>();

  push(item: T): void {
    this.items.push(item);
    for (const check of this.#checks) check();
  }

  take(what: string, fits: (item: T) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#checks.delete(check);
        reject(new Error(`no ${what} came; there is ${JSON.stringify(this.items).slice(0, 500)}`));
      }, PATIENCE_MS);
      const check = (): void => {
        const index = this.items.findIndex(fits);
        if (index === -1) return;
        clearTimeout(timer);
        this.#checks.delete(check);
        resolve(this.items.splice(index, 1)[0] as T);
      };
      this.#checks.add(check);
      check();
    });
  }
}

export async function startServer(transport: TransportName, { refuse }: { refuse?: number } = {}): Promise<TestServer> {
  const line = new Line<Far>();
  let connections = 0;
  const onConnection = (far: Far): void => {
    connections++;
    line.push(far);
  };
  const url = transport === 'unix' ? await listenUnix(onConnection) : await listenWebSocket(onConnection, refuse);
  const accept = (): Promise<Far> => line.take('connection', () => true);
  return {
    url,
    accept,
    async welcome(limits = {}) {
      const far = await accept();
      await far.next('hello');
      far.send({
        op: 'welcome',
        version: 1,
        id: 'sink#1',
        window: { events: 1024, bytes: 4_194_304 },
        ackTimeoutMs: 30_000,
        pingIntervalMs: 15_000,
        silenceTimeoutMs: 45_000,
        maxMessageBytes: 65_536,
        maxCommands: 64,
        ...limits,
      });
      return far;
    },
    get connections() {
      return connections;
    },
  };
}

function farOf(
  sendText: (text: string) => void,
  cut: () => void,
): { far: Far; onText(text: string): void; onClose(): void } {
  const line = new Line<Message>();
  let onClose: () => void = () => {};
  const closed = new Promise<void>((resolve) => (onClose = resolve));
  const far: Far = {
    sendText,
    send: (message) => sendText(JSON.stringify(message)),
    next: (op) => line.take(op, (message) => message.op === op),
    left: line.items,
    cut,
    closed,
  };
  return { far, onText: (text) => line.push(JSON.parse(text) as Message), onClose };
}

async function listenWebSocket(onConnection: (far: Far) => void, refuse: number | undefined): Promise<string> {
  const verifyClient = (_info: object, answer: (ok: boolean, code?: number) => void): void =>
    refuse === undefined ? answer(true) : answer(false, refuse);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', verifyClient });
  server.on('connection', (socket: WebSocket) => {
    const { far, onText, onClose } = farOf(
      (text) => socket.send(text),
      () => socket.terminate(),
    );
    socket.on('message', (data: Buffer) => onText(data.toString()));
    socket.on('close', onClose);
    onConnection(far);
  });
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function listenUnix(onConnection: (far: Far) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sg-'));
  const path = join(folder, 's');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const sendText = (text: string): void => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      socket.write(Buffer.concat([length, Buffer.from(text)]));
    };
    const { far, onText, onClose } = farOf(sendText, () => socket.destroy());
    let held = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 4 && held.length >= 4 + held.readUInt32BE()) {
        const end = 4 + held.readUInt32BE();
        onText(held.toString('utf8', 4, end));
        held = held.subarray(end);
      }
    });
    socket.on('error', () => {});
    socket.on('close', onClose);
    onConnection(far);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return `unix:${path}`;
}

/** A client that is closed with the test, quick to connect again. */
export function testClient(url: string, options: Partial<EventClientOptions> = {}): EventClient {
  const client = createEventClient({ url, name: 'bot-1', reconnectFirstMs: 20, ...options });
  onTestFinished(() => client.close({ drain: false }));
  return client;
}

/** Events of one lane as a message; each `[offset, guild id or null, more of the data]`. */
export function eventsMessage(
  rows: readonly (readonly [offset: number, guildId: string | null, data?: object])[],
  head: { lane?: string; epoch?: number; t?: string; session?: string } = {},
): object {
  const { lane = '0/2', epoch = 1, t = 'MESSAGE_CREATE', session = 'session-a' } = head;
  return {
    op: 'events',
    lane,
    epoch,
    session,
    events: rows.map(([offset, guildId, data]) => ({
      offset,
      seq: 1_000 + offset,
      at: 1_800_000_000_000,
      ...(guildId === null ? {} : { guildId }),
      payload: { t, s: 1_000 + offset, op: 0, d: { id: String(offset), ...data } },
    })),
  };
}

/** A promise that the test settles. */
export interface Door {
  readonly opened: Promise<void>;
  open(): void;
  fail(error: Error): void;
}

export function door(): Door {
  let open: () => void = () => {};
  let fail: (error: Error) => void = () => {};
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open, fail };
}
