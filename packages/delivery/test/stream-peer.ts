import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

/** A message as the protocol page describes it. */
export type Message = { readonly op: string } & Readonly<Record<string, unknown>>;

/** A client that knows nothing but docs/PROTOCOL.md. Messages that come early wait. */
export interface Peer {
  send(message: object): void;
  /** Sends anything: as a text message, or behind a length of our choice on a UNIX socket. */
  sendText(text: string): void;
  /** Bytes as they are, below the transport's own framing. Only on a UNIX socket. */
  sendBytes(bytes: Buffer): void;
  /** The next message of that op, of those not taken yet. */
  next(op: string): Promise<Message>;
  /** Messages of that op that came and were not taken. */
  count(op: string): number;
  /** Text of every message, as it came. */
  readonly texts: string[];
  /** Stops reading from the socket. */
  pause(): void;
  resume(): void;
  /** Cuts the connection. */
  cut(): void;
  /** The close code, 0 on a UNIX socket; and the last `error` before it. */
  readonly closed: Promise<{ readonly code: number; readonly error: string | undefined }>;
}

const PATIENCE_MS = 10_000;

export async function connectPeer(url: string, headers: Record<string, string> = {}): Promise<Peer> {
  const texts: string[] = [];
  const messages: Message[] = [];
  const waiters = new Set<() => void>();
  let error: string | undefined;
  let end: (how: { code: number; error: string | undefined }) => void = () => {};
  const closed = new Promise<{ code: number; error: string | undefined }>((resolve) => (end = resolve));

  const onText = (text: string): void => {
    texts.push(text);
    const message = JSON.parse(text) as Message;
    if (message.op === 'error') error = String(message['code']);
    messages.push(message);
    for (const check of waiters) check();
  };

  const next = (op: string): Promise<Message> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiters.delete(check);
        reject(new Error(`no ${op} came; there are: ${texts.slice(-5).join(' ').slice(0, 800)}`));
      }, PATIENCE_MS);
      const check = (): void => {
        const index = messages.findIndex((message) => message.op === op);
        const [found] = index === -1 ? [] : messages.splice(index, 1);
        if (found === undefined) return;
        clearTimeout(timer);
        waiters.delete(check);
        resolve(found);
      };
      waiters.add(check);
      check();
    });

  const shared = {
    texts,
    closed,
    next,
    count: (op: string) => messages.filter((message) => message.op === op).length,
  };
  const peer = url.startsWith('unix:')
    ? await unixPeer(url.slice(5), onText, () => end({ code: 0, error }))
    : await webSocketPeer(url, headers, onText, (code) => end({ code, error }));
  onTestFinished(() => peer.cut());
  return { ...shared, ...peer, send: (message) => peer.sendText(JSON.stringify(message)) };
}

type Wire = Pick<Peer, 'sendText' | 'sendBytes' | 'pause' | 'resume' | 'cut'>;

async function webSocketPeer(
  url: string,
  headers: Record<string, string>,
  onText: (text: string) => void,
  onClose: (code: number) => void,
): Promise<Wire> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) throw new Error('a message is text');
    onText(data.toString());
  });
  socket.on('close', onClose);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    sendText: (text) => socket.send(text),
    sendBytes: (bytes) => socket.send(bytes, { binary: true }),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    cut: () => socket.terminate(),
  };
}

async function unixPeer(path: string, onText: (text: string) => void, onClose: () => void): Promise<Wire> {
  const socket = connect(path);
  let held = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE()) {
      const end = 4 + held.readUInt32BE();
      onText(held.toString('utf8', 4, end));
      held = held.subarray(end);
    }
  });
  socket.on('close', onClose);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    sendText(text) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      socket.write(Buffer.concat([length, Buffer.from(text)]));
    },
    sendBytes: (bytes) => void socket.write(bytes),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    cut: () => void socket.destroy(),
  };
}

/** A peer that was let in. */
export async function joinPeer(url: string, hello: object = {}, headers: Record<string, string> = {}): Promise<Peer> {
  const peer = await connectPeer(url, headers);
  peer.send({ op: 'hello', version: 1, name: 'bot-1', ...hello });
  await peer.next('welcome');
  return peer;
}

/** Events of an `events` message, for comparison. */
export function offsetsOf(message: Message): number[] {
  return (message['events'] as { offset: number }[]).map(({ offset }) => offset);
}
