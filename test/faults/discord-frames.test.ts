import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { activityOf, createFaultBed, endUnharmed, expectNothingLost } from './outcome.ts';
import type { VirtualBed } from '../beds/virtual-bed.ts';

const MINUTE_MS = 60_000;

/** A message as a zlib stream takes it at any point, without touching its context: a stored block, and a flush mark. https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4 */
function storedBlock(content: Buffer): string {
  const header = Buffer.from([0, 0, 0, 0, 0]);
  header.writeUInt16LE(content.length, 1);
  header.writeUInt16LE(content.length ^ 0xffff, 3);
  return Buffer.concat([header, content, Buffer.from([0, 0, 0, 0xff, 0xff])]).toString('base64');
}

/** Sends what nobody can read to shard 0 of two, and looks how it is taken. */
async function expectResumedAlone(bed: VirtualBed, strike: () => void, code: string): Promise<void> {
  await bed.ready();
  await bed.advance(5_000);
  strike();
  await bed.until('shard 0 is resumed', () => bed.told('resumed').length === 1, 90_000);
  expect(bed.told('protocolError').map((error) => [error.shardId, error.code])).toEqual([[0, code]]);
  expect(
    bed.told('shardDisconnected').map(({ shardId }) => shardId),
    'I11',
  ).toEqual([0]);
  expect([bed.identifies(), bed.resumes()]).toEqual([2, 1]);
  await endUnharmed(bed);
}

describe('D19 what nobody can read', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['no JSON', 'hello'],
    ['half a JSON', '{"op":0,"t":'],
    ['nothing', ''],
    ['a list', '[1,2,3]'],
    ['null', 'null'],
    ['a number', '1'],
    ['no op', '{"d":1,"s":2,"t":"X"}'],
    ['op of another type', '{"op":"0","d":{},"s":2,"t":"X"}'],
    ['a negative op', '{"op":-1,"d":null}'],
    ['t of another type', '{"op":0,"d":{},"s":2,"t":7}'],
    ['two payloads', '{"op":11}{"op":11}'],
  ];

  it.each(texts)('D19 %s, as text without compression, ends that connection after one; RESUME', async (_what, text) => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 }, { compression: 'none' });
    await expectResumedAlone(bed, () => bed.simulator.fault({ kind: 'garbage', shard: 0, text }), 'malformedPayload');
  });

  it.each(texts)('D19 %s, inside the zlib stream, ends that connection after one; RESUME', async (_what, text) => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 });
    await expectResumedAlone(
      bed,
      () => bed.simulator.fault({ kind: 'garbage', shard: 0, base64: storedBlock(Buffer.from(text)) }),
      'malformedPayload',
    );
  });

  it('D19 invalid UTF-8 inside the zlib stream ends that connection; RESUME', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 });
    const content = Buffer.from('{"t":"X","s":9,"op":0,"d":{"content":"\u0000"}}');
    content[content.indexOf(0)] = 0xff;
    await expectResumedAlone(
      bed,
      () => bed.simulator.fault({ kind: 'garbage', shard: 0, base64: storedBlock(content) }),
      'invalidUtf8',
    );
  });

  it('D19 a binary message where there is no compression ends that connection; RESUME', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 }, { compression: 'none' });
    await expectResumedAlone(bed, () => bed.simulator.fault({ kind: 'garbage', shard: 0 }), 'unexpectedBinaryFrame');
  });

  it('D19 opcodes that nobody knows are told and ignored, however many', async () => {
    const bed = createFaultBed({}, { compression: 'none' });
    await bed.ready();
    for (const op of [2, 3, 12, 13, 18, 41, 99, 255, 2 ** 31])
      bed.simulator.fault({ kind: 'garbage', text: `{"op":${op},"d":{"a":1}}` });
    await bed.advance(MINUTE_MS);
    expect(bed.told('protocolError').map(({ code }) => code)).toEqual(Array.from({ length: 9 }, () => 'unknownOpcode'));
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });

  it('D19 garbage in each phase of a connection leads to another one, never to a crash', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2 });
    bed.simulator.fault({ kind: 'withhold-ready', times: 2 });
    bed.start();
    for (let step = 0; step < 200; step++) {
      await bed.advance(step % 7 === 0 ? 20_000 : 37);
      bed.simulator.fault({ kind: 'garbage' });
    }
    await bed.until('ready', bed.allReady, 60 * MINUTE_MS);
    expect(bed.identifies(), 'breakers hold').toBeLessThan(12);
    expect(bed.undeclaredLosses()).toEqual([]);
    bed.clean();
    await bed.end();
  });
});

describe('D20 and D21 a damaged zlib stream', () => {
  it('D20 a message cut at any byte is never delivered in part: what arrives is to the byte what was sent', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0, hashDispatches: true, guilds: 2 });
    const hashes = new Map<string, string>();
    let cutAt: number | undefined;
    let shortened = 0;
    await bed.ready({
      handleDiscordPayload: (gateway, { s, t, bytes }, shardId) => {
        const sessionId = gateway.shards.get(shardId)?.sessionId ?? '';
        const text = bytes.toString();
        hashes.set(
          `${sessionId}:${s}`,
          createHash('sha256')
            .update(text.slice(text.indexOf(',"d":') + 5, -1))
            .digest('hex')
            .slice(0, 16),
        );
        bed.received.push({ sessionId, seq: s, t, shardId, at: bed.clock.now(), settledAt: bed.clock.now() });
      },
      openSocket: (url, handlers) =>
        bed.simulator.openSocket(url, {
          ...handlers,
          onMessage(data, isBinary) {
            const message = cutAt === undefined ? data : data.subarray(0, cutAt);
            if (message.length < data.length) shortened += 1;
            cutAt = undefined;
            handlers.onMessage(message, isBinary);
          },
        }),
    });
    await bed.advance(1_000);
    let bytes = 0;
    for (; shortened === bytes; bytes++) {
      cutAt = bytes;
      bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 2 });
      await bed.advance(100);
      await bed.until(`back after a cut at ${bytes}`, bed.allReady);
    }
    expect(bytes, 'the size of a message on a stream that has seen one').toBeGreaterThan(50);
    expect(bed.resumes(), 'each cut ends the connection').toBe(shortened);
    expect(bed.identifies()).toBe(1);
    await bed.advance(1_000);
    expectNothingLost(bed);
    const sent = bed.simulator.ledger.dispatches().filter(({ t }) => t !== 'RESUMED');
    for (const { sessionId, seq, hash, t } of sent) expect(hashes.get(`${sessionId}:${seq}`), `${t} ${seq}`).toBe(hash);
    await bed.end();
  });

  it('D20 fifty cut messages: each time a new context and RESUME, nothing lost, no other shard disturbed', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2, guilds: 16 });
    await bed.ready();
    for (let round = 0; round < 50; round++) {
      const before = bed.resumes();
      bed.simulator.fault({ kind: 'truncate-next', shard: 0 });
      await bed.until(`round ${round} is resumed`, () => bed.resumes() > before && bed.allReady());
    }
    expect(bed.told('shardDisconnected').every(({ shardId }) => shardId === 0)).toBe(true);
    expect(bed.identifies()).toBe(2);
    await endUnharmed(bed);
  });

  it('D20 changed bytes, which a stream without checksums need not notice, end no more than their connection', async () => {
    const bed = createFaultBed({ shards: 2, maxConcurrency: 2, guilds: 16 });
    await bed.ready();
    for (let round = 0; round < 100; round++) {
      bed.simulator.fault({ kind: 'corrupt-next', shard: 0 });
      await bed.advance(5_000);
    }
    await bed.until('ready at the end', bed.allReady);
    expect(bed.told('protocolError').length, 'most are noticed').toBeGreaterThan(50);
    expect([...bed.told('shardDisconnected'), ...bed.told('protocolError')].every(({ shardId }) => shardId === 0)).toBe(
      true,
    );
    bed.simulator.configure({ eventsPerSecond: 0 });
    await bed.advance(1_000);
    expect(bed.compare().lost.filter(({ shardId }) => shardId === 1)).toEqual([]);
    await bed.end();
  });

  it('D21 half a message whose end never comes is given up at the first heartbeat after 30 s', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    await bed.ready();
    await bed.advance(60_000);
    const begunAt = bed.clock.now();
    // The pieces keep the connection alive, and no acknowledgement brings a flush mark.
    bed.simulator.fault({ kind: 'withhold-ack' });
    while (bed.told('shardDisconnected').length === 0 && bed.clock.now() - begunAt < 5 * MINUTE_MS) {
      bed.simulator.fault({ kind: 'garbage', base64: 'AAAA' });
      await bed.advance(5_000);
    }
    expect(bed.told('shardDisconnected')).toMatchObject([{ shardId: 0, cause: 'half a message without its end' }]);
    expect(bed.clock.now() - begunAt).toBeGreaterThan(30_000);
    expect(bed.clock.now() - begunAt).toBeLessThan(2 * 41_250 + 5_000);
    bed.simulator.clearFaults();
    await bed.until('back', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    await endUnharmed(bed);
  });

  it('D21 pieces without an end are kept up to 8 MiB, not further', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    await bed.ready();
    await bed.advance(1_000);
    const piece = Buffer.alloc(1024 * 1024, 1).toString('base64');
    for (let sent = 0; sent < 8; sent++) bed.simulator.fault({ kind: 'garbage', base64: piece });
    await bed.advance(100);
    expect(bed.told('shardDisconnected')).toEqual([]);
    expect(bed.gateway.shards.get(0)?.connection?.decoder.bufferedBytes).toBe(8 * 1024 * 1024);
    bed.simulator.fault({ kind: 'garbage', base64: 'AA==' });
    await bed.until('given up', () => bed.told('shardDisconnected').length === 1, 100);
    expect(bed.told('protocolError')).toMatchObject([{ code: 'messageTooLarge' }]);
    await bed.until('back', bed.allReady);
    expect(activityOf(bed.simulator, 'resume')).toHaveLength(1);
    await endUnharmed(bed);
  });

  it('D21 payloads split over 2 to 64 messages are put together', async () => {
    for (const splitMessages of [2, 3, 7, 64]) {
      const bed = createFaultBed({ splitMessages });
      await bed.ready();
      await bed.advance(20_000);
      expect(bed.told('shardDisconnected')).toEqual([]);
      await endUnharmed(bed);
    }
  });
});
