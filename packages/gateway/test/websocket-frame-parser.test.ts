import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createFrameParser, NOTHING, type FrameParser } from '../src/websocket/frame-parser.ts';
import { binary, cut, FIN, serverFrame, text } from './websocket-frames.ts';

const MIB = 1024 * 1024;
const limits = { maxMessageBytes: 16 * MIB, maxFragments: 1024 };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of buffers that are alive. */
function alive(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

function drain(parser: FrameParser): Buffer[] {
  const data: Buffer[] = [];
  while (parser.next() !== NOTHING) data.push(parser.data);
  return data;
}

describe('a frame parser', () => {
  it('gives views of a chunk, and copies only what lies over two', () => {
    const parser = createFrameParser(limits);
    const pieces = cut(Buffer.concat([text('whole'), text('over two'), text('whole again')]), [10]);
    // Each in memory of its own.
    const [first, second] = pieces.map((piece) => Buffer.from(new Uint8Array(piece).buffer)) as [Buffer, Buffer];
    parser.push(first);
    const [whole] = drain(parser);
    parser.push(second);
    const [over, again] = drain(parser);
    expect([whole, over, again].map(String)).toEqual(['whole', 'over two', 'whole again']);
    expect(whole?.buffer).toBe(first.buffer);
    expect(again?.buffer).toBe(second.buffer);
    expect([first.buffer, second.buffer]).not.toContain(over?.buffer);
  });

  it('keeps what was not used up when it is told to, and needs the chunk no more', () => {
    const parser = createFrameParser(limits);
    const chunk = Buffer.concat([text('one'), text('two'), text('three').subarray(0, 4)]);
    parser.push(chunk);
    expect(parser.next()).toBe(1);
    expect(parser.data.toString()).toBe('one');
    parser.keep();
    chunk.fill(0xff);
    expect(drain(parser).map(String)).toEqual(['two']);
    parser.push(text('three').subarray(4));
    expect(drain(parser).map(String)).toEqual(['three']);
  });

  it('puts five megabytes together from single bytes within a second', () => {
    const length = 5_000_000;
    const singles = Array.from({ length: 256 }, (_, value) => Buffer.of(value));
    const parser = createFrameParser(limits);
    let told: Buffer | undefined;
    const feed = (byte: number): void => {
      parser.push(singles[byte] as Buffer);
      if (parser.next() !== NOTHING) told = parser.data;
    };
    const from = performance.now();
    for (const byte of binary(Buffer.alloc(length)).subarray(0, 10)) feed(byte);
    for (let index = 0; index < length; index++) feed(index % 251);
    expect(performance.now() - from).toBeLessThan(1_000);
    expect(told).toHaveLength(length);
    expect(told?.every((byte, index) => byte === index % 251)).toBe(true);
  });

  it('takes the largest message in chunks of 64 KiB in linear time, and one byte more not at all', () => {
    const chunk = Buffer.alloc(64 * 1024, 7);
    const parser = createFrameParser(limits);
    const from = performance.now();
    for (let round = 0; round < 4; round++) {
      parser.push(binary(Buffer.alloc(limits.maxMessageBytes)).subarray(0, 10));
      for (let sent = 0; sent < limits.maxMessageBytes; sent += chunk.length) {
        expect(parser.next()).toBe(NOTHING);
        parser.push(chunk);
      }
      expect(parser.next()).toBe(2);
      expect(parser.data.length).toBe(limits.maxMessageBytes);
    }
    expect(performance.now() - from).toBeLessThan(2_000);
    parser.push(Buffer.from('827f0000000001000001', 'hex'));
    expect(() => parser.next()).toThrow(expect.objectContaining({ closeCode: 1009 }));
  });

  it('counts the bytes of all fragments of a message, and begins anew with the next', () => {
    const parser = createFrameParser({ maxMessageBytes: 10, maxFragments: 3 });
    const fragment = (first: number, length: number): Buffer => serverFrame({ first, payload: Buffer.alloc(length) });
    for (let round = 0; round < 2; round++) {
      parser.push(Buffer.concat([fragment(2, 5), fragment(0, 4), fragment(FIN, 1)]));
      expect(drain(parser)).toEqual([Buffer.alloc(10)]);
    }
    parser.push(Buffer.concat([fragment(2, 5), fragment(0, 5), fragment(FIN, 1)]));
    expect(() => parser.next()).toThrow(expect.objectContaining({ closeCode: 1009 }));
  });

  it('makes room for what has come, not for what was announced', async () => {
    const announced = Buffer.alloc(11, binary(Buffer.alloc(limits.maxMessageBytes)).subarray(0, 10));
    const before = alive();
    const parsers = Array.from({ length: 64 }, () => {
      const parser = createFrameParser(limits);
      parser.push(announced);
      expect(parser.next()).toBe(NOTHING);
      return parser;
    });
    // Memory of buffers is given back after the collection that found them, on another thread.
    await expect.poll(() => alive() - before, { timeout: 10_000 }).toBeLessThan(80 * MIB);
    expect(parsers).toHaveLength(64);
  });

  it('keeps neither the chunks of small fragments nor the last chunk of an idle connection', async () => {
    const inLargeChunk = (frame: Buffer): Buffer => {
      const chunk = Buffer.alloc(64 * 1024);
      frame.copy(chunk);
      return chunk.subarray(0, frame.length);
    };
    const before = alive();
    const parsers = Array.from({ length: 16 }, () => {
      const parser = createFrameParser(limits);
      for (let fragment = 0; fragment < 32; fragment++) {
        parser.push(inLargeChunk(serverFrame({ first: fragment === 0 ? 2 : 0, payload: Buffer.of(fragment) })));
        expect(parser.next()).toBe(NOTHING);
      }
      parser.push(inLargeChunk(serverFrame({ first: FIN | 9, payload: Buffer.from('ping') })));
      expect([parser.next(), parser.next()]).toEqual([9, NOTHING]);
      return parser;
    });
    await expect.poll(() => alive() - before, { timeout: 10_000 }).toBeLessThan(512 * 1024);
    expect(parsers).toHaveLength(16);
  });
});
