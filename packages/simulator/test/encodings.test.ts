import { encodeCommand } from '@shardgate/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSimulator } from '../src/index.ts';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import { createEar, identify, queryOf, WAYS } from './wire-client.ts';
import type { Ear, Way } from './wire-client.ts';

const open: Simulator[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function until(condition: () => unknown): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${String(condition)}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

interface Client extends Ear {
  readonly socket: WebSocket;
  readonly way: Way;
}

async function dial(url: string, way: Way): Promise<Client> {
  const socket = new WebSocket(url + queryOf(way), { perMessageDeflate: false });
  const ear = createEar(way);
  socket.on('message', ear.hear);
  socket.on('close', (code) => ear.closes.push(code));
  const client = { ...ear, socket, way };
  await until(() => ear.payloads.length === 1);
  expect(ear.payloads[0]).toMatchObject({ op: 10, s: null, t: null, d: { heartbeat_interval: 41_250 } });
  return client;
}

function send(client: Client, command: { readonly op: number; readonly d: unknown }): void {
  client.socket.send(encodeCommand(command, client.way.encoding));
}

async function start(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; url: string; resumeUrl: string }> {
  const simulator = createSimulator({ readyDelayMs: 1, resumeDelayMs: 1, ...options });
  open.push(simulator);
  const { gatewayUrl, resumeUrl } = await simulator.start();
  return { simulator, url: gatewayUrl, resumeUrl };
}

async function ready(url: string, way: Way): Promise<Client> {
  const client = await dial(url, way);
  send(client, identify());
  await until(() => client.payloads.some(({ t }) => t === 'READY'));
  return client;
}

describe.each(WAYS)('a real client in $encoding with compression $compression', (way) => {
  it('gets HELLO, READY, large guilds, a live load and exact events, one message for each', async () => {
    const { simulator, url } = await start({ guilds: 12, guildShape: 'large' });
    const client = await ready(url, way);
    const d = {
      id: '1180000000000000007',
      guild_id: simulator.guilds.ids()[0],
      content: 'grüße 🌊 1180000000000000007',
    };
    await until(() => client.payloads.length === 14);
    simulator.emit({ t: 'MESSAGE_CREATE', d, count: 40 });
    simulator.configure({ eventsPerSecond: 2_000 });
    await until(() => client.payloads.length > 300);
    expect(client.failures).toEqual([]);
    expect(client.payloads.slice(1).map(({ s }) => s)).toEqual(client.payloads.slice(1).map((_, index) => index + 1));
    expect(client.payloads[20]).toMatchObject({ t: 'MESSAGE_CREATE', op: 0, d });
    expect(client.frames.length).toBe(client.payloads.length);
    const isBinary = way.encoding === 'etf' || way.compression !== 'none';
    expect(client.frames.every((frame) => frame.isBinary === isBinary)).toBe(true);
    expect(simulator.check()).toEqual([]);
  });

  it('resumes in a new stream and gets what it missed, acknowledgements too', async () => {
    const { simulator, url, resumeUrl } = await start({ guilds: 2 });
    const client = await ready(url, way);
    await until(() => client.payloads.length === 4);
    client.socket.terminate();
    await until(() => simulator.state().connections === 0);
    simulator.emit({ t: 'MESSAGE_CREATE', count: 3 });
    const next = await dial(resumeUrl, way);
    const session = client.payloads[1]?.d as { session_id: string };
    send(next, { op: 6, d: { token: 'abc', session_id: session.session_id, seq: 3 } });
    await until(() => next.payloads.some(({ t }) => t === 'RESUMED'));
    expect(next.payloads.map(({ s }) => s)).toEqual([null, 4, 5, 6, 7]);
    send(next, { op: 1, d: 7 });
    await until(() => next.payloads.some(({ op }) => op === 11));
    expect(simulator.check()).toEqual([]);
  });

  it('is closed with 4002 for a message of the other kind, the other encoding, and one that is too large', async () => {
    const { simulator, url } = await start();
    const json = JSON.stringify({ op: 1, d: null });
    const etf = encodeCommand({ op: 1, d: null }, 'etf');
    const large = encodeCommand({ op: 1, d: 'x'.repeat(4_096) }, way.encoding);
    const wrong = way.encoding === 'etf' ? [json, Buffer.from(json)] : [etf, Buffer.from(json)];
    for (const data of [...wrong, large]) {
      const client = await dial(url, way);
      client.socket.send(data);
      await until(() => client.closes.length === 1);
      expect(client.closes).toEqual([4002]);
    }
    const kinds = simulator.check().map(({ kind }) => kind);
    expect(kinds).toEqual(['undecodable-payload', 'undecodable-payload', 'payload-too-large']);
  });
});

describe('more ways', () => {
  it.each([{ encoding: 'json' }, { encoding: 'etf' }] as const)(
    'a zlib stream in $encoding is split over several messages, a zstd stream never',
    async ({ encoding }) => {
      const { url } = await start({ guilds: 3, splitMessages: 4 });
      const zlib = createEar({ encoding, compression: 'zlib-stream' });
      const socket = new WebSocket(url + queryOf({ encoding, compression: 'zlib-stream' }));
      socket.on('message', zlib.hear);
      await until(() => zlib.payloads.length === 1);
      const zstd = await dial(url, { encoding, compression: 'zstd-stream' });
      expect([zlib.frames.length, zstd.frames.length]).toEqual([4, 1]);
      socket.terminate();
    },
  );

  it.each([{ encoding: 'json' }, { encoding: 'etf' }] as const)(
    'a zstd stream in $encoding may be a series of frames',
    async ({ encoding }) => {
      const { url } = await start({ guilds: 3, zstdFrames: 'separate' });
      const client = await ready(url, { encoding, compression: 'zstd-stream' });
      await until(() => client.payloads.length === 5);
      expect(client.frames.every(({ bytes }) => bytes.readUInt32BE(0) === 0x28b5_2ffd)).toBe(true);
      expect(client.failures).toEqual([]);
    },
  );

  it('payload compression is not for ETF: all messages stay terms', async () => {
    const { url } = await start({ guilds: 2, guildShape: 'large' });
    const client = await dial(url, { encoding: 'etf', compression: 'none' });
    send(client, identify({ compress: true }));
    await until(() => client.payloads.length === 4);
    expect(client.frames.every(({ bytes }) => bytes[0] === 131)).toBe(true);
  });

  it('one event goes to clients of every way with the same data', async () => {
    const { simulator, url } = await start({ guilds: 1, maxConcurrency: 16 });
    const clients: Client[] = [];
    for (const [index, way] of WAYS.entries()) {
      const client = await dial(url, way);
      // Another shard count each, as one session a shard is all that a bot has.
      send(client, identify({ shard: [0, index + 1] }));
      simulator.configure({ identifyBucketMs: 0 });
      await until(() => client.payloads.length === 3);
      clients.push(client);
    }
    const guildId = simulator.guilds.ids()[0];
    simulator.emit({ t: 'MESSAGE_CREATE', ...(guildId === undefined ? {} : { guildId }) });
    for (const client of clients) await until(() => client.payloads.length >= 4);
    const [first, ...others] = clients.map((client) => client.payloads[3]?.d);
    for (const other of others) expect(other).toEqual(first);
  });
});
