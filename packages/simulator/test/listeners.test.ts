import { once } from 'node:events';
import { connect } from 'node:net';
import { constants, createInflate } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSimulator } from '../src/index.ts';
import type { Listening, Simulator, SimulatorOptions } from '../src/index.ts';
import type { Received } from './bed.ts';

const open: Simulator[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions = {}): Promise<{ simulator: Simulator; at: Listening }> {
  const simulator = createSimulator({ readyDelayMs: 1, resumeDelayMs: 1, ...options });
  open.push(simulator);
  return { simulator, at: await simulator.start() };
}

/** Waits for a condition without sleeping through it. */
async function until(condition: () => unknown): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${String(condition)}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

interface Client {
  readonly socket: WebSocket;
  readonly payloads: Received[];
  readonly frames: { readonly bytes: Buffer; readonly isBinary: boolean }[];
  readonly closed: number[];
  readonly errors: Error[];
}

function dial(url: string, query: string): Client {
  const socket = new WebSocket(`${url}/${query}`, { perMessageDeflate: false });
  const client: Client = { socket, payloads: [], frames: [], closed: [], errors: [] };
  const inflate = query.includes('zlib-stream') ? createInflate({ flush: constants.Z_SYNC_FLUSH }) : undefined;
  let text = '';
  inflate?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    try {
      client.payloads.push(JSON.parse(text) as Received);
      text = '';
    } catch {
      // More of it comes with the next message.
    }
  });
  socket.on('message', (bytes: Buffer, isBinary) => {
    client.frames.push({ bytes, isBinary });
    if (inflate === undefined) client.payloads.push(JSON.parse(bytes.toString()) as Received);
    else inflate.write(bytes);
  });
  socket.on('close', (code) => client.closed.push(code));
  socket.on('error', (error) => client.errors.push(error));
  return client;
}

async function identified(client: Client): Promise<string> {
  await until(() => client.payloads.some(({ op }) => op === 10));
  client.socket.send(JSON.stringify({ op: 2, d: { token: 'abc', properties: {}, intents: 33_281, shard: [0, 1] } }));
  await until(() => client.payloads.some(({ t }) => t === 'READY'));
  return client.payloads.find(({ t }) => t === 'READY')?.d.session_id as string;
}

describe('real listeners', () => {
  it('serve the way from /gateway/bot to READY and through a resume on the second port', async () => {
    const { simulator, at } = await start({ guilds: 3 });
    const answer = await fetch(`${at.apiUrl}/v10/gateway/bot`, { headers: { authorization: 'Bot abc' } });
    const { url } = (await answer.json()) as { url: string };
    expect(url).toBe(at.gatewayUrl);
    const client = dial(url, '?v=10&encoding=json');
    const session = await identified(client);
    await until(() => client.payloads.length === 5);
    expect(client.frames.every(({ isBinary }) => !isBinary)).toBe(true);
    client.socket.terminate();
    await until(() => simulator.state().connections === 0);
    simulator.emit({ t: 'MESSAGE_CREATE' });
    const next = dial(at.resumeUrl, '?v=10&encoding=json');
    await until(() => next.payloads.length === 1);
    next.socket.send(JSON.stringify({ op: 6, d: { token: 'abc', session_id: session, seq: 4 } }));
    await until(() => next.payloads.some(({ t }) => t === 'RESUMED'));
    expect(next.payloads.map(({ s, t }) => [s, t])).toEqual([
      [null, null],
      [5, 'MESSAGE_CREATE'],
      [6, 'RESUMED'],
    ]);
    expect(
      simulator.ledger.activity({ kind: 'connect' }).map((record) => (record.kind === 'connect' ? record.door : '')),
    ).toEqual(['main', 'resume']);
    expect(simulator.check()).toEqual([]);
  });

  it.each([1, 3])('zlib-stream inflates with one context, payloads in %i message(s)', async (splitMessages) => {
    const { simulator, at } = await start({ guilds: 20, guildShape: 'large', splitMessages });
    const client = dial(at.gatewayUrl, '?v=10&encoding=json&compress=zlib-stream');
    await identified(client);
    simulator.emit({ t: 'MESSAGE_CREATE', count: 50 });
    await until(() => client.payloads.length === 72);
    expect(client.frames.every(({ isBinary }) => isBinary)).toBe(true);
    expect(client.frames.length).toBe(72 * splitMessages);
    expect(client.payloads.slice(1).map(({ s }) => s)).toEqual(Array.from({ length: 71 }, (_, index) => index + 1));
  });

  it('payload compression comes as binary messages among text ones', async () => {
    const { at } = await start({ guilds: 1 });
    const socket = new WebSocket(`${at.gatewayUrl}/?v=10&encoding=json`);
    const kinds: boolean[] = [];
    socket.on('message', (_bytes: Buffer, isBinary) => {
      kinds.push(isBinary);
      if (kinds.length === 1)
        socket.send(
          JSON.stringify({ op: 2, d: { token: 'abc', properties: {}, intents: 1, shard: [0, 1], compress: true } }),
        );
      if (kinds.length === 3) socket.send('{"op":1,"d":2}');
    });
    await until(() => kinds.length === 4);
    expect(kinds).toEqual([false, false, true, false]);
    socket.terminate();
  });

  it('faults of connections reach a real client', async () => {
    const { simulator, at } = await start();
    const query = '?v=10&encoding=json';
    const victims = [];
    for (const kind of ['drop', 'reset'] as const) {
      const client = dial(at.gatewayUrl, query);
      await until(() => client.payloads.length === 1);
      simulator.fault({ kind });
      await until(() => client.closed.length === 1);
      victims.push(client.closed[0]);
    }
    expect(victims).toEqual([1006, 1006]);

    const closing = dial(at.gatewayUrl, query);
    await until(() => closing.payloads.length === 1);
    simulator.fault({ kind: 'close', code: 4009 });
    await until(() => closing.closed.length === 1);
    expect(closing.closed).toEqual([4009]);

    simulator.fault({ kind: 'upgrade-status', status: 503, times: 1 });
    const refused = dial(at.gatewayUrl, query);
    await until(() => refused.closed.length === 1);
    expect(refused.errors[0]?.message).toContain('503');

    simulator.fault({ kind: 'refuse-connect', times: 1 });
    const reset = dial(at.gatewayUrl, query);
    await until(() => reset.closed.length === 1);
    expect(reset.errors.length).toBe(1);

    const silent = dial(at.gatewayUrl, query);
    await until(() => silent.payloads.length === 1);
    simulator.fault({ kind: 'half-open' });
    silent.socket.send('{"op":1,"d":null}');
    silent.socket.close(4000);
    const answered = dial(at.gatewayUrl, query);
    await until(() => answered.payloads.length === 1);
    answered.socket.send('{"op":1,"d":null}');
    await until(() => answered.payloads.length === 2);
    expect([silent.payloads.length, silent.closed]).toEqual([1, []]);
  });

  it('a message over 4,096 bytes is answered with 4002, and the code of a client that leaves is known', async () => {
    const { simulator, at } = await start({ allowLogout: true });
    const large = dial(at.gatewayUrl, '?v=10&encoding=json');
    await until(() => large.payloads.length === 1);
    large.socket.send('x'.repeat(500_000));
    await until(() => large.closed.length === 1);
    expect(large.closed).toEqual([4002]);
    const leaving = dial(at.gatewayUrl, '?v=10&encoding=json');
    await identified(leaving);
    leaving.socket.close(1000);
    await until(() => simulator.state().sessions.length === 0);
    expect(simulator.ledger.activity({ kind: 'close' }).at(-1)).toMatchObject({ code: 1000, by: 'client' });
  });

  it('a client that stops reading is dropped when it lags too far behind', async () => {
    const { simulator, at } = await start({ guilds: 4, guildShape: 'large', maxLagBytes: 1_000_000 });
    const client = dial(at.gatewayUrl, '?v=10&encoding=json');
    await identified(client);
    client.socket.pause();
    for (let round = 0; round < 400 && simulator.state().connections === 1; round += 1) {
      simulator.guilds.outage();
      simulator.guilds.recover();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(simulator.state().connections).toBe(0);
  });

  it('closing ends connections and frees the ports; a second start is refused', async () => {
    const { simulator, at } = await start();
    expect(() => simulator.start()).toThrow(/listening already/);
    const client = dial(at.gatewayUrl, '?v=10&encoding=json');
    await until(() => client.payloads.length === 1);
    await simulator.close();
    await until(() => client.closed.length === 1);
    const again = connect(Number(new URL(at.gatewayUrl).port), '127.0.0.1');
    const [error] = (await once(again, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('a port that is taken rejects, and wrong options throw', async () => {
    const { at } = await start();
    const other = createSimulator();
    await expect(other.start({ port: Number(new URL(at.apiUrl).port) })).rejects.toThrow(/EADDRINUSE/);
    await expect(createSimulator().start({ prt: 1 } as object)).rejects.toThrow(/did you mean "port"/);
  });
});

describe('control API', () => {
  async function call(
    at: Listening,
    method: string,
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<{ status: number; body: any }> {
    const init =
      body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': type } };
    const answer = await fetch(at.controlUrl + path, init);
    return { status: answer.status, body: await answer.json() };
  }

  it('drives everything from another process', async () => {
    const { at } = await start({ guilds: 2 });
    const client = dial(at.gatewayUrl, '?v=10&encoding=json');
    const session = await identified(client);
    await until(() => client.payloads.length === 4);
    expect((await call(at, 'GET', '/state')).body).toMatchObject({
      guilds: 2,
      connections: 1,
      sessions: [{ id: session, seq: 3, connected: true }],
    });
    expect((await call(at, 'POST', '/events', { t: 'MESSAGE_CREATE', count: 3 })).body).toEqual({ dispatches: 3 });
    expect((await call(at, 'POST', '/guilds', { join: 2 })).body.joined.length).toBe(2);
    const ids = (await call(at, 'GET', '/guilds')).body as string[];
    expect((await call(at, 'POST', '/guilds', { leave: [ids[0]], outage: [ids[1]] })).body).toEqual({
      left: [ids[0]],
      down: 1,
    });
    expect((await call(at, 'POST', '/guilds', { recover: 'all' })).body).toEqual({ up: 1 });
    const page = (await call(at, 'GET', '/ledger?shard=0&after=3&limit=2')).body;
    expect(page.map(({ seq, t }: { seq: number; t: string }) => [seq, t])).toEqual([
      [4, 'MESSAGE_CREATE'],
      [5, 'MESSAGE_CREATE'],
    ]);
    expect((await call(at, 'GET', '/ledger?t=GUILD_DELETE')).body.length).toBe(2);
    expect((await call(at, 'GET', '/activity?kind=identify')).body).toMatchObject([
      { kind: 'identify', answer: 'ready', shard: [0, 1] },
    ]);
    expect((await call(at, 'POST', '/load', { eventsPerSecond: 200 })).body).toEqual({
      eventsPerSecond: 200,
      mix: 'typical',
    });
    const before = client.payloads.length;
    await until(() => client.payloads.length > before + 5);
    expect((await call(at, 'POST', '/settings', { eventsPerSecond: 0, maxConcurrency: 4 })).body).toMatchObject({
      maxConcurrency: 4,
    });
    expect((await call(at, 'POST', '/faults', { kind: 'withhold-ack' })).body).toEqual({ hit: 0, id: 1 });
    expect((await call(at, 'DELETE', '/faults?id=1')).status).toBe(200);
    expect((await call(at, 'POST', '/faults', { kind: 'drop' })).body.hit).toBe(1);
    await until(() => client.closed.length === 1);
    expect((await call(at, 'GET', '/violations')).body).toEqual([]);
    expect((await call(at, 'DELETE', '/records')).status).toBe(200);
    expect((await call(at, 'GET', '/activity')).body).toEqual([]);
    expect((await call(at, 'POST', '/token', { reset: true })).status).toBe(200);
    expect((await fetch(`${at.apiUrl}/v10/gateway/bot`, { headers: { authorization: 'Bot abc' } })).status).toBe(401);
    expect((await call(at, 'POST', '/token', { token: 'new' })).status).toBe(200);
    expect((await fetch(`${at.apiUrl}/v10/gateway/bot`, { headers: { authorization: 'Bot new' } })).status).toBe(200);
  });

  it('answers mistakes with 400 and what was wrong, and does not take forms', async () => {
    const { at } = await start();
    expect(await call(at, 'POST', '/faults', { kind: 'dropp' })).toEqual({
      status: 400,
      body: { error: 'fault: there is no kind "dropp"; did you mean "drop"?' },
    });
    expect((await call(at, 'POST', '/settings', { guilds: 5 })).status).toBe(400);
    expect((await call(at, 'POST', '/load', { rate: 5 })).status).toBe(400);
    expect((await call(at, 'POST', '/guilds', { leave: 5 })).status).toBe(400);
    expect((await call(at, 'POST', '/events', [1])).status).toBe(400);
    expect((await call(at, 'GET', '/ledger?after=x')).status).toBe(400);
    expect((await call(at, 'GET', '/nothing')).status).toBe(404);
    expect((await call(at, 'POST', '/faults', { kind: 'drop' }, 'text/plain')).status).toBe(415);
    const broken = await fetch(`${at.controlUrl}/token`, {
      method: 'POST',
      body: '{"token": "canary',
      headers: { 'content-type': 'application/json' },
    });
    expect([broken.status, await broken.text()]).toEqual([400, '{"error":"the body must be a JSON object"}']);
  });
});
