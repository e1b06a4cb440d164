import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawData, WebSocket } from 'ws';
import { endServers, openClient, startRawServer, startServer, switching, until, type Client } from './websocket-bed.ts';
import { binary, closePayload, FIN, serverFrame, text } from './websocket-frames.ts';

afterEach(endServers);

/** A client of a raw server, open, and the server's end. */
async function connected(onMessage?: (client: Client) => void): Promise<{ client: Client; far: Socket }> {
  const sockets: Socket[] = [];
  const { url } = await startRawServer((socket, request) => {
    sockets.push(socket);
    socket.write(switching(request));
  });
  const client = openClient(url, {}, onMessage === undefined ? {} : { onMessage });
  await until('open', () => client.told.includes('open'));
  return { client, far: sockets[0] as Socket };
}

async function end(client: Client): Promise<void> {
  client.terminate();
  await client.closed();
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `text ${from + index}`);
const frames = (from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, index) => text(String(from + index))));

describe('messages', () => {
  it('of any length go both ways unchanged, as text and as binary', async () => {
    const heard: { data: RawData; isBinary: boolean }[] = [];
    const { url } = await startServer((socket) => {
      socket.on('message', (data, isBinary) => {
        heard.push({ data, isBinary });
        socket.send(data, { binary: isBinary });
      });
    });
    const client = openClient(url);
    await until('open', () => client.told.includes('open'));
    const lengths = [0, 1, 125, 126, 127, 4_096, 65_535, 65_536, 5_600_000];
    for (const length of lengths) {
      const bytes = Buffer.from(Uint8Array.from({ length }, (_, index) => index * 7));
      client.send(bytes);
      client.send('é'.repeat(length / 2));
      await until(`${length} bytes are back`, () => client.messages.length === 2);
      const [echoed, echoedText] = client.messages.splice(0);
      expect(echoed?.equals(bytes), `${length} bytes`).toBe(true);
      expect(echoedText?.toString() === 'é'.repeat(length / 2), `${length} bytes of text`).toBe(true);
    }
    expect(heard.map(({ isBinary }) => isBinary)).toEqual(lengths.flatMap(() => [true, false]));
    await end(client);
  });

  it('in fragments are put together; pings between them are answered at once', async () => {
    const pongs: string[] = [];
    const { url } = await startServer((socket) => {
      socket.on('pong', (data) => pongs.push(data.toString()));
      socket.send('a', { fin: false });
      socket.ping('one');
      socket.send('b', { fin: false });
      socket.pong('unasked');
      socket.ping(Buffer.alloc(125, 'x'));
      socket.send('c', { fin: true });
    });
    const client = openClient(url);
    await until('answered', () => pongs.length === 2);
    expect(pongs).toEqual(['one', 'x'.repeat(125)]);
    expect(client.told).toEqual(['open', 'text abc']);
    await end(client);
  });

  it('of a flood leave room for those of another connection: it waits for one chunk, not for all that is there', async () => {
    const order: string[] = [];
    const flood = await connected(() => order.push('flood'));
    const other = await connected(() => order.push('other'));
    const frame = serverFrame({ first: FIN | 2, payload: Buffer.alloc(1_024) });
    // Both are in the kernel's buffers before this process reads anything.
    flood.far.write(Buffer.concat(Array.from({ length: 2_000 }, () => frame)));
    other.far.write(text('one'));
    await until('all came', () => order.length === 2_001);
    // Those of one chunk of 64 KiB.
    expect(order.indexOf('other')).toBeLessThan(64);
    await end(flood.client);
    await end(other.client);
  });

  it('pings of a peer that does not read do not pile up here', async () => {
    const { client, far } = await connected();
    far.pause();
    const pings = Buffer.concat(
      Array.from({ length: 1_000 }, () => serverFrame({ first: FIN | 9, payload: Buffer.alloc(125) })),
    );
    const rounds = 200;
    for (let round = 0; round < rounds; round++) far.write(pings);
    far.write(text('done'));
    await until('all pings were read', () => client.told.includes('text done'), 10_000);
    let answered = 0;
    let ended = false;
    far.on('data', (data: Buffer) => (answered += data.length));
    far.on('end', () => (ended = true));
    far.resume();
    far.write(serverFrame({ first: FIN | 8, payload: closePayload(4000) }));
    await until('all that was sent is here', () => ended);
    expect(answered).toBeLessThan((rounds * 1_000 * 131) / 2);
    await client.closed();
  });

  it('that are sent before the socket is open go nowhere', async () => {
    const heard: string[] = [];
    const { url } = await startServer((socket: WebSocket) => {
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
    });
    const client = openClient(url, {}, { onOpen: (opened) => opened.send('now') });
    client.send('too early');
    await until('heard', () => heard.length > 0);
    expect(heard).toEqual(['now']);
    await end(client);
  });
});

describe('a pause', () => {
  it('in the midst of a chunk keeps its other messages; they are told after resume, before newer ones', async () => {
    const { client, far } = await connected((told) => {
      if (told.messages.length === 3) told.pause();
    });
    far.write(frames(0, 300));
    await until('three are told', () => client.messages.length === 3);
    far.write(frames(300, 600));
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(client.messages).toHaveLength(3);
    client.resume();
    expect(client.messages, 'nothing is told inside resume').toHaveLength(3);
    await until('all are told', () => client.messages.length === 600);
    expect(client.told.slice(1)).toEqual(numbered(0, 600));
    await end(client);
  });

  it('keeps them whole while others read: all connections share the memory that is read into', async () => {
    const { client, far } = await connected((told) => {
      if (told.messages.length === 1) told.pause();
    });
    const other = await connected();
    far.write(frames(0, 300));
    await until('one is told', () => client.messages.length === 1);
    other.far.write(frames(5_000, 6_000));
    await until('the others are told', () => other.client.messages.length === 1_000);
    client.resume();
    await until('all are told', () => client.messages.length === 300);
    expect(client.told.slice(1)).toEqual(numbered(0, 300));
    await end(client);
    await end(other.client);
  });

  it('after each message, ended at once or later, loses and swaps nothing', async () => {
    let ends = 0;
    const { client, far } = await connected((told) => {
      told.pause();
      ends += 1;
      if (ends % 3 === 0) told.resume();
      else if (ends % 3 === 1) process.nextTick(told.resume);
      else setTimeout(told.resume, 1);
    });
    const stream = frames(0, 500);
    for (let at = 0; at < stream.length; at += 700) far.write(stream.subarray(at, at + 700));
    await until('all are told', () => client.messages.length === 500, 10_000);
    expect(client.told.slice(1)).toEqual(numbered(0, 500));
    await end(client);
  });

  it('before the socket is open holds what came with the answer', async () => {
    const { url } = await startRawServer((socket, request) => {
      socket.write(Buffer.concat([Buffer.from(switching(request)), frames(0, 2)]));
      socket.write(frames(2, 4));
    });
    const client = openClient(url);
    client.pause();
    await until('open', () => client.told.includes('open'));
    await new Promise((resolve) => {
      setTimeout(resolve, 30);
    });
    expect(client.told).toEqual(['open']);
    client.resume();
    await until('all are told', () => client.messages.length === 4);
    expect(client.told.slice(1)).toEqual(numbered(0, 4));
    await end(client);
  });

  it('is felt by the server: what it sends stays with it', async () => {
    const { client, far } = await connected();
    client.pause();
    const piece = binary(Buffer.alloc(1024 * 1024));
    for (let sent = 0; sent < 32; sent++) far.write(piece);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    const waiting = far.writableLength;
    expect(waiting).toBeGreaterThan(8 * 1024 * 1024);
    client.resume();
    await until('all are told', () => client.messages.length === 32, 10_000);
    expect(far.writableLength).toBe(0);
    await end(client);
  });

  it.each(['held in hand', 'still on its way'])(
    'does not hinder our close: the peer’s close frame %s is read',
    async (where) => {
      const { client, far } = await connected((told) => told.pause());
      const close = Buffer.from('88020fa0', 'hex');
      far.write(where === 'held in hand' ? Buffer.concat([frames(0, 3), close]) : frames(0, 3));
      await until('told', () => client.messages.length === 1);
      client.close(3061);
      if (where !== 'held in hand') far.write(close);
      await client.closed();
      expect(client.told).toEqual(['open', 'text 0', 'close 4000']);
    },
  );

  it('when the connection breaks what waits is not told', async () => {
    const { client, far } = await connected((told) => told.pause());
    far.write(frames(0, 3));
    await until('told', () => client.messages.length === 1);
    client.terminate();
    client.resume();
    await client.closed();
    expect(client.told).toEqual(['open', 'text 0', 'close 1006']);
  });
});
