import * as zlib from 'node:zlib';
import { createFrameDecoder } from '@shardgate/wire';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../src/index.ts';
import type { CompressStream } from '../src/wire/native-compress.ts';
import { createBlockStream } from '../src/wire/zstd-blocks.ts';
import { createZstdFrames, createZstdStream } from '../src/wire/zstd-stream.ts';

const hasZstd = 'createZstdCompress' in zlib;
if (!hasZstd) {
  console.warn(
    `zstd.test.ts: only blocks are tested, as the zlib of Node.js ${process.version} has no zstd (22.15 and later have); run pnpm run test:node24`,
  );
}

const drawn = createRandom(5);
const noise = Array.from({ length: 300_000 }, () => String.fromCodePoint(0x30 + Math.floor(drawn() * 70))).join('');
const payload = (text: string): Buffer => Buffer.from(JSON.stringify({ t: 'A', s: 1, op: 0, d: { text } }));
const payloads = [
  ...Array.from({ length: 200 }, (_, index) => payload('x'.repeat((index * 7_919) % 5_000) + index)),
  payload(noise),
  payload('tide '.repeat(1_000_000)),
  payload('end 🌊'),
];

const MAGIC = '28b52ffd';
const startsFrame = (message: Buffer): boolean => message.subarray(0, 4).toString('hex') === MAGIC;
/** Where a frame says how large its window is. */
const WINDOW_256_KIB = 0x40;

const streams: [name: string, frames: 'continuous' | 'separate', create: () => CompressStream][] = [
  ['one frame', 'continuous', createZstdStream],
  ['one frame in blocks', 'continuous', () => createBlockStream('continuous')],
  ['a series of frames', 'separate', createZstdFrames],
  ['a series of frames in blocks', 'separate', () => createBlockStream('separate')],
];

describe.each(streams)('%s', (_name, frames, create) => {
  it('decompresses message by message, of any size', () => {
    const stream = create();
    const decoder = createFrameDecoder({ compression: 'zstd-stream' });
    for (const [index, bytes] of payloads.entries()) {
      const message = stream.flush(bytes);
      expect(startsFrame(message)).toBe(frames === 'separate' || index === 0);
      expect(decoder.push(message, true)?.bytes.equals(bytes)).toBe(true);
    }
    stream.close();
  });

  it('makes a small bomb, which a decoder stops', () => {
    const stream = create();
    stream.flush(payload('first'));
    const bomb = stream.flushZeros(50_000_000);
    expect(bomb.length).toBeLessThan(60_000);
    const decoder = createFrameDecoder({ compression: 'zstd-stream', maxMessageBytes: 1_000_000 });
    const message = frames === 'separate' ? bomb : create().flushZeros(50_000_000);
    expect(() => decoder.push(message, true)).toThrow(expect.objectContaining({ code: 'messageTooLarge' }) as Error);
  });

  it('goes on after a bomb', () => {
    const stream = create();
    const decoder = createFrameDecoder({ compression: 'zstd-stream' });
    decoder.push(stream.flush(payload('first')), true);
    expect(() => decoder.push(stream.flushZeros(2_000_000), true)).toThrow(
      expect.objectContaining({ code: 'malformedPayload' }) as Error,
    );
    expect(decoder.push(stream.flush(payload('after')), true)?.d).toEqual({ text: 'after' });
  });
});

describe('the window', () => {
  it('is 256 KiB, as that of Discord', () => {
    for (const create of [createZstdStream, () => createBlockStream('continuous')]) {
      expect(create().flush(payload('first'))[5]).toBe(WINDOW_256_KIB);
    }
  });
});

describe.skipIf(!hasZstd)(
  `zstd of node:zlib (${hasZstd ? 'present' : 'absent: Node.js 22.15 or later has it'})`,
  () => {
    it('compresses, and better what has been there before', () => {
      const stream = createZstdStream();
      const sizes = [1, 2, 3].map((index) => stream.flush(payload(`${noise.slice(0, 900)}${index}`)).length);
      expect(sizes[0]).toBeGreaterThan(600);
      expect(sizes[2]).toBeLessThan(60);
      stream.close();
    });

    it('reads the blocks of the other writer', () => {
      const create = Reflect.get(zlib, 'zstdDecompressSync') as (bytes: Buffer) => Buffer;
      const stream = createBlockStream('separate');
      expect(payloads.every((bytes) => create(stream.flush(bytes)).equals(bytes))).toBe(true);
    });
  },
);
