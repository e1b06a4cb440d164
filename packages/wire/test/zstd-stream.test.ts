import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { describe, expect, it } from 'vitest';
import type { Payload } from '../src/index.ts';
import { createFrameDecoder, encodeEtf } from '../src/index.ts';
import { createFzstdInflate } from '../src/fzstd-inflate.ts';
import { createZstdInflate } from '../src/zstd-inflate.ts';
import { createZstdFrames } from '../src/zstd-frames.ts';
import { dispatch } from './deflate.ts';
import { wireCode, wireFailure } from './wire-failure.ts';
import * as zstd from './zstd-frame.ts';

/** ZSTD_e_flush; missing in the constants of Node.js 20. */
const ZSTD_FLUSH = 1;
const hasZstd = 'createZstdDecompress' in zlib;
if (!hasZstd) {
  console.warn(
    `zstd-stream.test.ts: the zstd of node:zlib is not tested, as Node.js ${process.version} has none (22.15 and later have); run pnpm run test:node24`,
  );
}
const text = (payload: Payload | undefined): string | undefined => payload?.bytes.toString();
const decoder = (options: object = {}): ReturnType<typeof createFrameDecoder> =>
  createFrameDecoder({ compression: 'zstd-stream', ...options });

/** Written by libzstd: the first three are messages of one frame, the others each a frame of its own. */
const messages = [
  '{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}}',
  '{"t":"MESSAGE_CREATE","s":1,"op":0,"d":{"id":"1","content":"hello é"}}',
  '{"t":"MESSAGE_CREATE","s":2,"op":0,"d":{"id":"2","content":"hello again, hello again"}}',
];
const continuous = [
  'KLUv/QBY4AEAeyJ0IjpudWxsLCJzIjpudWxsLCJvcCI6MTAsImQiOnsiaGVhcnRiZWF0X2ludGVydmFsIjo0MTI1MH19',
  'BAIARAN7InQiOiJNRVNTQUdFX0NSRUFURSIxaWQiOiIxIiwiY29udGVudCI6ImhlbGxvIMOpIn19AxAGBwFk7uViAg==',
  '9AAAiDIyYWdhaW4sIGFnYWluIn19BABXGAwkBwkrdrAC',
].map((frame) => Buffer.from(frame, 'base64'));
const separate = [
  'KLUv/SA84QEAeyJ0IjpudWxsLCJzIjpudWxsLCJvcCI6MTAsImQiOnsiaGVhcnRiZWF0X2ludGVydmFsIjo0MTI1MH19',
  'KLUv/SBHOQIAeyJ0IjoiTUVTU0FHRV9DUkVBVEUiLCJzIjoxLCJvcCI6MCwiZCI6eyJpZCI6IjEiLCJjb250ZW50IjoiaGVsbG8gw6kifX0=',
  'KLUv/SBXbQIAwgQRGZCnGgN2uZ7AHdpPO/8On5WtZSUONfnugAkxTrItREDEMaYK66+p19zgvKynNdTTSegGdxb9cL4Bs4BCsIY5Z4/1NwwBAAkYMwo=',
].map((frame) => Buffer.from(frame, 'base64'));

/** Both ways to inflate, where this Node.js has both; the same laws hold for each. */
const ways: [string, typeof createZstdInflate][] = [
  [
    'fzstd',
    (options) =>
      createFzstdInflate(
        { Decompress },
        { frames: createZstdFrames(options), maxMessageBytes: options.maxMessageBytes },
      ),
  ],
];
if (hasZstd) ways.push(['node:zlib', createZstdInflate]);

describe('a zstd stream', () => {
  it.each([
    ['one frame by libzstd', continuous, messages],
    ['a frame for each message, by libzstd', separate, messages],
    ['one frame of raw blocks', zstd.continuousFrame(messages), messages],
    ['a frame of raw blocks for each message', messages.map(zstd.ownFrame), messages],
  ])('in %s gives each message its exact text', (_name, frames, texts) => {
    const stream = decoder();
    const payloads = frames.map((frame) => stream.push(frame, true));
    expect(payloads.map(text)).toEqual(texts);
    expect(stream.bufferedBytes).toBe(0);
    stream.close();
  });

  it('carries ETF as well', () => {
    const sent = [
      { op: 10, d: { heartbeat_interval: 41250 } },
      { op: 0, s: 1, t: 'X', d: { id: '1' } },
    ];
    const stream = decoder({ encoding: 'etf' });
    const payloads = zstd.continuousFrame(sent.map(encodeEtf)).map((frame) => stream.push(frame, true));
    expect(payloads.map((payload) => payload?.d)).toEqual(sent.map(({ d }) => d));
    expect(payloads[1]?.t).toBe('X');
    stream.close();
  });

  it('refuses a text frame and goes on', () => {
    const stream = decoder();
    expect(wireCode(() => stream.push(Buffer.from('{"op":11}'), false))).toBe('unexpectedTextFrame');
    expect(text(stream.push(continuous[0] ?? Buffer.alloc(0), true))).toBe(messages[0]);
    stream.close();
  });

  it('refuses a message without content, and goes on', () => {
    const stream = decoder();
    expect(wireCode(() => stream.push(Buffer.alloc(0), true))).toBe('malformedPayload');
    expect(text(stream.push(continuous[0] ?? Buffer.alloc(0), true))).toBe(messages[0]);
    stream.close();
  });

  it('that failed is spent', () => {
    const stream = decoder();
    expect(wireCode(() => stream.push(Buffer.from('00112233445566', 'hex'), true))).toBe('corruptStream');
    expect(wireFailure(() => stream.push(continuous[0] ?? Buffer.alloc(0), true)).message).toBe(
      'this zstd-stream already failed with corruptStream; open a new connection with a new decoder',
    );
    stream.close();
  });

  it.skipIf(!hasZstd)('by node:zlib keeps the window over 2,000 messages', async () => {
    const sent = Array.from({ length: 2000 }, (_, i) =>
      dispatch('X', i, { id: String(i * 7919), text: 'a'.repeat(i * 37) }),
    );
    const create: unknown = Reflect.get(zlib, 'createZstdCompress');
    if (typeof create !== 'function') throw new Error('node:zlib has zstd one way only');
    const compress: zlib.Deflate = create();
    let parts: Buffer[] = [];
    compress.on('data', (part: Buffer) => parts.push(part));
    const stream = decoder();
    for (const each of sent) {
      parts = [];
      compress.write(each);
      await new Promise<void>((resolve) => {
        compress.flush(ZSTD_FLUSH, () => resolve());
      });
      expect(text(stream.push(Buffer.concat(parts), true))).toBe(each);
    }
    compress.destroy();
    stream.close();
  });
});

describe.each(ways)('inflating with %s', (_name, createInflate) => {
  const inflate = (parts: readonly Buffer[], maxMessageBytes = 1_000_000): string => {
    const inflater = createInflate({ maxMessageBytes });
    try {
      return inflater.inflate(Buffer.concat(parts)).toString();
    } finally {
      inflater.close();
    }
  };

  it('gives messages of one frame and of many, and of many frames in one message', () => {
    for (const frames of [continuous, separate]) {
      const inflater = createInflate({ maxMessageBytes: 1000 });
      expect(frames.map((frame) => inflater.inflate(frame).toString())).toEqual(messages);
      inflater.close();
    }
    expect(inflate([...messages.map(zstd.ownFrame), zstd.skippableFrame(Buffer.alloc(30))])).toBe(messages.join(''));
  });

  it('gives a message of exactly the limit and none of a byte more', () => {
    const parts = [zstd.frameHeader(), zstd.rawBlock('a'.repeat(100_000)), zstd.repeatBlock(0x61, 100_000)];
    expect(inflate(parts, 200_000)).toBe('a'.repeat(200_000));
    expect(wireCode(() => inflate(parts, 199_999))).toBe('messageTooLarge');
  });

  it('stops a bomb of 8 GiB before it grows', () => {
    const bomb = [zstd.frameHeader(), ...Array.from({ length: 65_536 }, () => zstd.repeatBlock(0, 131_072))];
    expect(wireCode(() => inflate(bomb))).toBe('messageTooLarge');
  });

  it.each<[string, Buffer[], string]>([
    ['a frame with a window of 16 MiB', [zstd.frameHeader(24), zstd.rawBlock('x'.repeat(30))], 'corruptStream'],
    ['a frame with a window of 2 TiB', [zstd.frameHeader(41), zstd.rawBlock('x'.repeat(30))], 'corruptStream'],
    [
      'a frame that says it has 1 GiB',
      [zstd.singleSegmentHeader(2 ** 30), zstd.rawBlock('x'.repeat(30))],
      'messageTooLarge',
    ],
    ['a frame that needs a dictionary', [zstd.frameHeader(18, 1), Buffer.alloc(30)], 'corruptStream'],
    ['a frame of a later version', [zstd.frameHeader(18, 8), Buffer.alloc(30)], 'corruptStream'],
    ['a frame without a block', [zstd.frameHeader()], 'corruptStream'],
    ['a block larger than its frame allows', [zstd.frameHeader(10), zstd.rawBlock('x'.repeat(1025))], 'corruptStream'],
    ['a reserved block type', [zstd.frameHeader(), Buffer.from('4700000000000000', 'hex')], 'corruptStream'],
    ['no frame', [Buffer.from('{"op":11,"d":null}')], 'corruptStream'],
    ['a skippable frame that is cut', [zstd.skippableFrame(Buffer.alloc(30)).subarray(0, 20)], 'corruptStream'],
    [
      'damage inside a block',
      [zstd.frameHeader(), Buffer.from('2c0000ffffffffff', 'hex'), zstd.rawBlock('x')],
      'corruptStream',
    ],
  ])('refuses %s', (_case, parts, code) => expect(wireCode(() => inflate(parts))).toBe(code));

  it('refuses a block whose lengths add up to gigabytes, within seconds', () => {
    // One literal, then 98,047 sequences, each of which copies 65,536 literals and repeats 65,539 bytes.
    const sequences = Buffer.from('0861ffffff5423003400000000000000000000000000000080', 'hex');
    const header = Buffer.alloc(3);
    header.writeUIntLE((sequences.length << 3) | 4, 0, 3);
    expect(wireCode(() => inflate([zstd.frameHeader(), header, sequences]))).toBe('corruptStream');
  });

  it('refuses a message cut anywhere', () => {
    for (const [index, frame] of continuous.entries()) {
      for (let at = 1; at < frame.length; at++) {
        const inflater = createInflate({ maxMessageBytes: 1000 });
        for (const before of continuous.slice(0, index)) inflater.inflate(before);
        expect(wireCode(() => inflater.inflate(frame.subarray(0, at)))).toBe('corruptStream');
        inflater.close();
      }
    }
  });

  it('may be closed twice and refuses messages from then on', () => {
    const inflater = createInflate({ maxMessageBytes: 1000 });
    inflater.close();
    inflater.close();
    expect(wireCode(() => inflater.inflate(continuous[0] ?? Buffer.alloc(0)))).toBe('closed');
  });
});

describe('where there is no zstd', () => {
  it('the error names both remedies', async () => {
    if (hasZstd) {
      console.warn(`zstd-stream.test.ts: not tested that zstd is missing, as Node.js ${process.version} has it`);
      return;
    }
    const built = fileURLToPath(new URL('../dist', import.meta.url));
    if (!existsSync(built)) throw new Error('this test starts a process on the built files: run tsc -b packages first');
    // The package, installed without fzstd.
    const folder = mkdtempSync(join(tmpdir(), 'shardgate-wire-'));
    cpSync(built, join(folder, 'dist'), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    const levenshtein = dirname(createRequire(import.meta.url).resolve('fastest-levenshtein'));
    symlinkSync(levenshtein, join(folder, 'node_modules', 'fastest-levenshtein'));
    const program = `
      import { createFrameDecoder } from ${JSON.stringify(join(folder, 'dist', 'index.js'))};
      try { createFrameDecoder({ compression: 'zstd-stream' }); } catch (error) { console.log(error.code, error.message); }
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      // Where pnpm lets its own programs find every package.
      env: { ...process.env, NODE_PATH: '' },
    });
    rmSync(folder, { recursive: true });
    expect(stdout).toBe(
      `unsupported compression 'zstd-stream' needs Node.js 22.15 or later (this is ${process.version}) or the package fzstd: install it, or use 'zlib-stream'\n`,
    );
  });
});
