import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { deliver, event, events, lane, openSink, TRANSPORTS } from './stream-bed.ts';
import { connectPeer, joinPeer } from './stream-peer.ts';

const code = (transport: string, number: number): number => (transport === 'unix' ? 0 : number);

describe.each(TRANSPORTS)('a stream sink over %s', (transport) => {
  it.each([
    ['too high', { lane: '0/4', epoch: 1, offset: 4 }],
    ['negative', { lane: '0/4', epoch: 1, offset: -1 }],
    ['not whole', { lane: '0/4', epoch: 1, offset: 1.5 }],
    ['no number', { lane: '0/4', epoch: 1, offset: null }],
    ['beyond what a double holds', { lane: '0/4', epoch: 1, offset: 2 ** 60 }],
    ['of a lane that does not exist', { lane: '__proto__', epoch: 1, offset: 1 }],
    ["of another client's lane", { lane: '1/4', epoch: 2, offset: 1 }],
    ['of no lane', { lane: 7, epoch: 1, offset: 1 }],
    ['of a future epoch', { lane: '0/4', epoch: 9, offset: 1 }],
  ])('refuses an acknowledgement that is %s, and ends the connection at the third', async (_what, ack) => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const other = await joinPeer(bed.url, { name: 'bot-2' });
    const batches = [deliver(bed, events(lane(0), 1, 3)), deliver(bed, [event(lane(1), 1)])];
    await peer.next('events');
    for (let fault = 1; fault <= 3; fault++) {
      peer.send({ op: 'ack', ...ack });
      expect(await peer.next('error')).toMatchObject({
        fatal: false,
        code: expect.stringMatching(/^(badAck|staleAck)$/),
      });
    }
    expect(await peer.closed).toEqual({ code: code(transport, 4400), error: 'badMessage' });
    expect(batches.flatMap(({ acknowledged }) => acknowledged)).toEqual([]);
    expect(bed.sink.status()).toMatchObject({ faults: 3, ended: { badMessage: 1 } });
    // Its lane has gone to the other one, whole.
    await vi.waitFor(() => expect(other.texts.join('')).toContain('"lane":"0/4"'));
  });

  it('refuses what is no message, and everything before a hello', async () => {
    const bed = await openSink(transport);
    for (const text of ['', 'x', '[]', 'null', '7', '{}', '{"op":7}', '{"op":"identify"}', '['.repeat(60_000)]) {
      const peer = await connectPeer(bed.url);
      peer.sendText(text);
      expect(await peer.next('error')).toMatchObject({ fatal: false });
      peer.sendText('{"op":"ack","lane":"0/4","epoch":1,"offset":1}');
      peer.sendText('{"op":"command","id":"1","command":{}}');
      expect(await peer.closed).toEqual({ code: code(transport, 4400), error: 'badMessage' });
    }
  });

  it.each([
    {},
    { version: '1' },
    { version: 1, name: '' },
    { version: 1, name: 'a b' },
    { version: 1, name: 'x'.repeat(65) },
    { version: 1, name: 'a', window: 7 },
    { version: 1, name: 'a', window: { events: 0 } },
    { version: 1, name: 'a', events: ['x'] },
    { version: 1, name: 'a', key: 7 },
  ])('refuses the hello %j', async (hello) => {
    const bed = await openSink(transport);
    const peer = await connectPeer(bed.url);
    peer.send({ op: 'hello', ...hello });
    expect(await peer.next('error')).toMatchObject({ code: 'badMessage', message: expect.stringMatching(/^hello: /) });
  });

  it('says which version it speaks to a client of none', async () => {
    const bed = await openSink(transport);
    const peer = await connectPeer(bed.url);
    peer.send({ op: 'hello', version: 0, name: 'bot' });
    expect((await peer.next('error'))['message']).toContain('version 1');
    expect(await peer.closed).toEqual({ code: code(transport, 4426), error: 'versionUnsupported' });
  });

  it('refuses a message above the limit without keeping it', async () => {
    const bed = await openSink(transport, { maxMessageBytes: 2_048 });
    const peer = await joinPeer(bed.url);
    peer.sendText(JSON.stringify({ op: 'ping', n: 1, junk: 'x'.repeat(4_000) }));
    const { code: closeCode } = await peer.closed;
    // ws says 1009 by itself.
    expect([0, 1009, 4413]).toContain(closeCode);
    expect(bed.sink.status().ended).toEqual({ tooLarge: 1 });
  });

  it('refuses a command nested too deep', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    peer.sendText(`{"op":"command","id":"1","command":{"d":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`);
    expect(await peer.next('error')).toMatchObject({ code: 'tooDeep' });
  });

  it('ends a connection that says no hello', async () => {
    const bed = await openSink(transport, { helloTimeoutMs: 200 });
    const peer = await connectPeer(bed.url);
    expect(await peer.closed).toEqual({ code: code(transport, 4408), error: 'helloTimeout' });
  });

  it('lets in so many clients, and so many that have not said hello', async () => {
    const bed = await openSink(transport, { maxClients: 2, maxHandshakesPerAddress: 2 });
    const silent = [await connectPeer(bed.url), await connectPeer(bed.url)];
    const third = await connectPeer(bed.url).then(
      (peer) => peer.closed.then(() => 'closed'),
      () => 'refused',
    );
    expect(third).toBe(transport === 'unix' ? 'closed' : 'refused');
    for (const peer of silent) peer.send({ op: 'hello', version: 1, name: 'bot' });
    for (const peer of silent) await peer.next('welcome');
    const fourth = await connectPeer(bed.url).then(
      (peer) => peer.closed.then(() => 'closed'),
      () => 'refused',
    );
    expect(fourth).toBe(transport === 'unix' ? 'closed' : 'refused');
    expect(bed.sink.status().clients).toHaveLength(2);
  });

  it('takes the right key at once, and lets a wrong one wait longer each time', async () => {
    const bed = await openSink(transport, { secretKey: 'correct-horse' });
    const waits: number[] = [];
    for (const key of ['', 'correct-hors', 'correct-horse2']) {
      const peer = await connectPeer(bed.url);
      const start = performance.now();
      peer.send({ op: 'hello', version: 1, name: 'bot', key });
      expect(await peer.closed).toEqual({ code: code(transport, 4401), error: 'unauthorized' });
      waits.push(performance.now() - start);
    }
    expect(waits[0]).toBeGreaterThan(200);
    expect(waits[2]).toBeGreaterThan((waits[0] ?? 0) * 2);
    const start = performance.now();
    await joinPeer(bed.url, { key: 'correct-horse' });
    expect(performance.now() - start).toBeLessThan(200);
    expect(JSON.stringify([bed.door.reports, bed.sink, bed.sink.status()])).not.toContain('correct-horse');
  });

  it('holds no more than the window for a client that stopped reading, even one that acknowledges unread', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const bytes = Buffer.from(`{"t":"X","s":1,"op":0,"d":"${'x'.repeat(20_000)}"}`);
    deliver(bed, [event(lane(0), 1)]);
    await peer.next('events');
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 1 });
    peer.pause();
    let most = 0;
    for (let first = 2; first < 4_000; first += 100) {
      deliver(bed, events(lane(0), first, first + 99, { bytes }));
      await new Promise(setImmediate);
      peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: first - 1 });
      await new Promise((resolve) => setTimeout(resolve, 2));
      most = Math.max(most, bed.sink.status().clients[0]?.bufferedBytes ?? 0);
    }
    expect(most).toBeGreaterThan(1_000_000);
    expect(most).toBeLessThan(4_194_304 + 300_000);
    // Reading again, it gets the rest.
    const before = peer.texts.length;
    peer.resume();
    await vi.waitFor(() => expect(peer.texts.length).toBeGreaterThan(before + 3));
  });

  it('takes any rubbish without ever acknowledging what was not sent', async () => {
    const bed = await openSink(transport, { maxClients: 500, maxHandshakesPerAddress: 500, maxHandshakes: 500 });
    const good = await joinPeer(bed.url);
    const batch = deliver(bed, events(lane(0), 1, 3));
    await good.next('events');
    const rubbish = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record(
          {
            op: fc.constantFrom('ack', 'hello', 'command', 'ping', 'bye', '__proto__'),
            lane: fc.constantFrom('0/4', '1/4', ''),
            epoch: fc.anything(),
            offset: fc.anything(),
            version: fc.nat(2),
            name: fc.string(),
            id: fc.anything(),
            command: fc.object(),
            n: fc.anything(),
          },
          { requiredKeys: ['op'] },
        )
        .map((value) => {
          try {
            return JSON.stringify(value) ?? '';
          } catch {
            return '';
          }
        }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(rubbish, { maxLength: 6 }), async (texts) => {
        const peer = await connectPeer(bed.url);
        for (const text of texts) peer.sendText(text);
        peer.cut();
      }),
      { numRuns: 60 },
    );
    expect(batch.acknowledged).toEqual([]);
    good.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 3 });
    expect(await batch.outcome).toBe('acknowledged');
  });
});

describe('a stream sink over unix', () => {
  it('ends a connection that announces a message of four gigabytes', async () => {
    const bed = await openSink('unix');
    const peer = await joinPeer(bed.url);
    peer.sendBytes(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7b]));
    expect(await peer.closed).toEqual({ code: 0, error: 'tooLarge' });
  });

  it('puts together a message that comes byte by byte', async () => {
    const bed = await openSink('unix');
    const peer = await joinPeer(bed.url);
    const text = '{"op":"ping","n":5}';
    for (const byte of Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)])) {
      peer.sendBytes(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    expect(await peer.next('pong')).toEqual({ op: 'pong', n: 5 });
  });
});

describe('a stream sink over websocket', () => {
  it('refuses a binary message', async () => {
    const bed = await openSink('websocket');
    const peer = await joinPeer(bed.url);
    peer.sendBytes(Buffer.from('{"op":"ping","n":5}'));
    expect(await peer.closed).toEqual({ code: 4400, error: 'badMessage' });
  });

  it('ends a connection that never finishes its request', async () => {
    const bed = await openSink('websocket', { helloTimeoutMs: 300 });
    const { port } = new URL(bed.url);
    const ended = ['', 'GET / HTTP/1.1\r\nHost: localhost\r\nUpgr'].map(
      (start) =>
        new Promise<void>((resolve) => {
          const socket = connect(Number(port), '127.0.0.1', () => socket.write(start));
          socket.on('error', () => {});
          socket.on('close', () => resolve());
          socket.resume();
        }),
    );
    await Promise.all(ended);
  });
});
