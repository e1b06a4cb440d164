import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { createTestClock } from './test-clock.ts';
import { endServers, openClient, startRawServer, startServer, switching, until } from './websocket-bed.ts';
import { closePayload, FIN, serverFrame, text } from './websocket-frames.ts';

afterEach(endServers);

/** A `ws` server, its newest connection, and the close codes it heard. */
async function far(): Promise<{ url: string; heard: string[]; peer: () => WebSocket; raw: () => Socket }> {
  let peer: WebSocket | undefined;
  let raw: Socket | undefined;
  const heard: string[] = [];
  const { url } = await startServer((socket, under) => {
    peer = socket;
    raw = under;
    socket.on('close', (code, reason) => heard.push(`${code} ${reason.toString()}`.trim()));
    socket.on('message', (data: Buffer) => heard.push(`message ${data.toString()}`));
  });
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('nobody has connected');
    return value;
  };
  return { url, heard, peer: () => there(peer), raw: () => there(raw) };
}

describe('the closing handshake', () => {
  it.each(Array.from({ length: 15 }, (_, index) => 4_000 + index))(
    'a close with %i is told with its reason, after the messages before it, and answered',
    async (code) => {
      const end = await far();
      const client = openClient(end.url);
      await until('open', () => client.told.includes('open'));
      end.peer().send('last');
      end.peer().close(code, `because é ${code}`);
      await client.closed();
      expect(client.told).toEqual(['open', 'text last', `close ${code} because é ${code}`]);
      await until('answered', () => end.heard.length === 1);
      expect(end.heard).toEqual([String(code)]);
    },
  );

  it('a close without a code is told as 1005 and answered by one without a code', async () => {
    const end = await far();
    const client = openClient(end.url);
    await until('open', () => client.told.includes('open'));
    end.peer().close();
    await client.closed();
    expect(client.told).toEqual(['open', 'close 1005']);
    await until('answered', () => end.heard.length === 1);
    expect(end.heard).toEqual(['1005']);
  });

  it('our close reaches the server with code and reason; nothing is told or sent after it', async () => {
    const end = await far();
    const client = openClient(end.url);
    await until('open', () => client.told.includes('open'));
    client.send('before');
    client.close(3061, 'restart');
    end.peer().send('crossed');
    client.send('after');
    client.close(1000);
    await client.closed();
    expect(client.told).toEqual(['open', 'close 3061 restart']);
    await until('heard', () => end.heard.length === 2);
    expect(end.heard).toEqual(['message before', '3061 restart']);
    client.close(1000);
    client.terminate();
    client.pause();
    client.resume();
    client.send('nothing');
    await until('nothing more', () => true);
    expect(client.told).toHaveLength(2);
  });

  it('a code or reason that must not be sent is thrown, and the socket stays open', async () => {
    const end = await far();
    const client = openClient(end.url);
    await until('open', () => client.told.includes('open'));
    for (const code of [999, 1004, 1006, 1015, 2999, 5000, 4000.5, Number.NaN])
      expect(() => client.close(code)).toThrow(/close code .* must not be sent/);
    expect(() => client.close(4000, 'é'.repeat(62))).toThrow(/reason of 124 bytes/);
    client.close(4000, 'é'.repeat(61));
    await client.closed();
    expect(client.told).toEqual(['open', `close 4000 ${'é'.repeat(61)}`]);
  });

  it('a server that never answers the close is left at the deadline', async () => {
    const clock = createTestClock();
    const sockets: Socket[] = [];
    const { url } = await startRawServer((socket, request) => {
      sockets.push(socket);
      socket.write(switching(request));
    });
    const client = openClient(url, { clock, closeTimeoutMs: 30_000 });
    await until('open', () => client.told.includes('open'));
    client.close(3061);
    await clock.advance(29_999);
    expect(client.told).toEqual(['open']);
    expect(clock.timers).toBe(1);
    await clock.advance(1);
    await client.closed();
    expect(client.told).toEqual(['open', 'close 1006']);
    expect(sockets).toHaveLength(1);
  });

  it.each([
    ['ends without a close frame', (raw: Socket) => raw.end(), []],
    ['is reset', (raw: Socket) => raw.resetAndDestroy(), ['error read ECONNRESET']],
    ['ends inside a frame', (raw: Socket) => raw.end(text('whole').subarray(0, 3)), []],
  ])('a connection that %s is 1006', async (_how, act, errors) => {
    const clock = createTestClock();
    const end = await far();
    const client = openClient(end.url, { clock });
    await until('open', () => client.told.includes('open'));
    act(end.raw());
    await client.closed();
    expect(client.told).toEqual(['open', ...errors, 'close 1006']);
    expect(clock.timers).toBe(0);
  });

  it('a server that ends its connection after its close frame, or never does, leaves no timer', async () => {
    for (const ends of [true, false]) {
      const clock = createTestClock();
      const { url } = await startRawServer((socket, request) => {
        socket.write(switching(request));
        socket.write(serverFrame({ first: FIN | 8, payload: closePayload(4009) }));
        socket.resume();
        if (ends) socket.end();
      });
      const client = openClient(url, { clock });
      await client.closed();
      expect(client.told).toEqual(['open', 'close 4009']);
      expect(clock.timers).toBe(0);
    }
  });

  it('what comes behind a close frame is nothing', async () => {
    const { url } = await startRawServer((socket, request) => {
      const close = serverFrame({ first: FIN | 8, payload: closePayload(4000) });
      socket.write(
        Buffer.concat([Buffer.from(switching(request)), text('a'), close, text('b'), close, Buffer.of(0xff)]),
      );
    });
    const client = openClient(url);
    await client.closed();
    expect(client.told).toEqual(['open', 'text a', 'close 4000']);
  });

  it.each([
    ['a masked frame', serverFrame({ first: FIN | 2, payload: Buffer.from('x'), masked: true }), 1002],
    ['bad UTF-8 in a reason', serverFrame({ first: FIN | 8, payload: closePayload(4000, Buffer.of(0xff)) }), 1007],
    ['too large a message', Buffer.from('827f0000000001000001', 'hex'), 1009],
    [
      'too many fragments',
      Buffer.concat(Array.from({ length: 1_025 }, (_, index) => Buffer.of(index ? 0 : 2, 0))),
      1008,
    ],
  ])('%s is an error; the server is told the code and nothing further is told here', async (_what, bytes, code) => {
    const end = await far();
    const client = openClient(end.url);
    await until('open', () => client.told.includes('open'));
    end.raw().write(Buffer.concat([text('good'), bytes, text('evil')]));
    await client.closed();
    expect(client.told).toEqual(['open', 'text good', expect.stringMatching(/^error ./), 'close 1006']);
    await until('heard', () => end.heard.length === 1);
    expect(end.heard).toEqual([String(code)]);
  });

  it('a server that breaks the protocol and does not read is left at the deadline', async () => {
    const clock = createTestClock();
    const { url } = await startRawServer((socket, request) => {
      socket.pause();
      socket.write(switching(request));
      setTimeout(() => socket.write(Buffer.of(0xff, 0xff)), 100);
    });
    // More than the kernel takes for a peer that does not read.
    const client = openClient(url, { clock }, { onOpen: (opened) => opened.send(Buffer.alloc(24 * 1024 * 1024)) });
    await until('told', () => client.errors.length === 1);
    expect(client.told).toEqual(['open', 'error a frame has reserved bits']);
    await clock.advance(5_000);
    await client.closed();
    expect(client.told.at(-1)).toBe('close 1006');
  });
});

describe('handlers that throw', () => {
  const uncaught: unknown[] = [];
  const keep = (error: unknown): void => void uncaught.push(error);
  let before: NodeJS.UncaughtExceptionListener[] = [];
  beforeEach(() => {
    uncaught.length = 0;
    before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', keep);
  });
  afterEach(() => {
    process.off('uncaughtException', keep);
    for (const listener of before) process.on('uncaughtException', listener);
  });

  it('do not break the socket: all that was to be told is told, and each error comes up', async () => {
    const { url } = await startRawServer((socket, request) => {
      const close = serverFrame({ first: FIN | 8, payload: closePayload(4000) });
      socket.write(Buffer.concat([Buffer.from(switching(request)), text('a'), text('b'), close]));
    });
    const fail = (): never => {
      throw new Error('mine');
    };
    const client = openClient(url, {}, { onOpen: fail, onMessage: fail, onError: fail, onClose: fail });
    await client.closed();
    expect(client.told).toEqual(['open', 'text a', 'text b', 'close 4000']);
    await until('all came up', () => uncaught.length === 4);

    const refused = openClient('no url', {}, { onError: fail, onClose: fail });
    await refused.closed();
    expect(refused.told).toEqual(['error Invalid URL', 'close 1006']);
    await until('all came up', () => uncaught.length === 6);
  });
});
