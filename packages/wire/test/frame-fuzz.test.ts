import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Compression, Encoding, FrameDecoder } from '../src/index.ts';
import { createFrameDecoder, encodeEtf, WireError } from '../src/index.ts';
import { deflateStream } from './deflate.ts';
import { FUZZ_RUNS, fuzzTimeout } from './fuzz-runs.ts';
import { continuousFrame } from './zstd-frame.ts';

/** Of the messages, compressed as they are. */
const MAX_MESSAGE_BYTES = 64 * 1024;

const events = [
  { t: null, s: null, op: 10, d: { heartbeat_interval: 41250 } },
  { t: 'READY', s: 1, op: 0, d: { v: 10, session_id: 'abc', guilds: [{ id: '1', unavailable: true }], shard: [0, 1] } },
  { t: 'MESSAGE_CREATE', s: 2, op: 0, d: { id: '175928847299117063', content: 'é "t":"X" ', embeds: [], rate: 1.5 } },
];
const write = (encoding: Encoding, event: object): Buffer =>
  encoding === 'etf' ? encodeEtf(event) : Buffer.from(JSON.stringify(event));
/** Written by libzstd, with compressed blocks: a continuous frame whose messages are JSON. */
const libzstd = [
  'KLUv/QBY4AEAeyJ0IjpudWxsLCJzIjpudWxsLCJvcCI6MTAsImQiOnsiaGVhcnRiZWF0X2ludGVydmFsIjo0MTI1MH19',
  'BAIARAN7InQiOiJNRVNTQUdFX0NSRUFURSIxaWQiOiIxIiwiY29udGVudCI6ImhlbGxvIMOpIn19AxAGBwFk7uViAg==',
  '9AAAiDIyYWdhaW4sIGFnYWluIn19BABXGAwkBwkrdrAC',
].map((frame) => Buffer.from(frame, 'base64'));

async function framesOf(encoding: Encoding, compression: Compression): Promise<Buffer[]> {
  const plain = events.map((event) => write(encoding, event));
  switch (compression) {
    case 'none':
      return plain;
    case 'payload':
      return plain.map((bytes) => deflateSync(bytes));
    case 'zlib-stream':
      return deflateStream(plain);
    case 'zstd-stream':
      return encoding === 'json' ? libzstd : continuousFrame(plain);
  }
}

/** A generator of its own, so that a failure can be run again by its number. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One to three bytes changed, put in, taken out or, for lengths, made huge. */
function mutate(frame: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(frame);
  for (let count = 1 + random(3); count > 0; count--) {
    const at = random(bytes.length + 1);
    const kind = random(4);
    const inserted = kind === 1 ? Buffer.of(random(256)) : kind === 2 ? Buffer.of(0xff, 0xff) : Buffer.alloc(0);
    if (kind === 0 && at < bytes.length) bytes[at] = random(256);
    else bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + random(3))]);
  }
  return bytes;
}

const decoders: [Encoding, Compression][] = [
  ['json', 'none'],
  ['json', 'payload'],
  ['json', 'zlib-stream'],
  ['json', 'zstd-stream'],
  ['etf', 'none'],
  ['etf', 'zlib-stream'],
  ['etf', 'zstd-stream'],
];

describe.each(decoders)('a decoder for %s with compression %s', (encoding, compression) => {
  it(
    `answers ${FUZZ_RUNS} mutated frames with payloads or WireErrors, in bounded memory`,
    async () => {
      const frames = await framesOf(encoding, compression);
      const isBinary = encoding === 'etf' || compression !== 'none';
      const open = (): FrameDecoder =>
        createFrameDecoder({ encoding, compression, maxMessageBytes: MAX_MESSAGE_BYTES });
      const before = process.memoryUsage();
      let payloads = 0;
      let errors = 0;
      let longest = 0;
      for (let seed = 0; seed < FUZZ_RUNS;) {
        const decoder = open();
        const untouched = seed % frames.length;
        for (const frame of frames.slice(0, untouched)) decoder.push(frame, isBinary);
        // Until the stream fails, a few frames that each build on mutated ones.
        for (let count = 0; count < 4 && seed < FUZZ_RUNS; count++, seed++) {
          const mutated = mutate(frames[(untouched + count) % frames.length] ?? Buffer.alloc(0), createRandom(seed));
          const start = performance.now();
          try {
            const payload = decoder.push(mutated, isBinary || seed % 7 === 0);
            if (payload !== undefined) {
              payloads++;
              expect(payload.bytes.length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
              JSON.stringify(payload);
            }
          } catch (error) {
            if (!(error instanceof WireError)) throw new Error(`mutation ${seed}`, { cause: error });
            errors++;
          }
          longest = Math.max(longest, performance.now() - start);
        }
        decoder.close();
        // Between the frames of a connection Node.js gets to free what an inflateSync that failed has left.
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
      }
      expect(payloads).toBeGreaterThan(0);
      expect(errors).toBeGreaterThan(FUZZ_RUNS / 10);
      // Far above what any takes, far below a hang.
      expect(longest).toBeLessThan(2_000);
      const { heapUsed, external } = process.memoryUsage();
      expect(heapUsed + external - before.heapUsed - before.external).toBeLessThan(256 * 1024 * 1024);
    },
    fuzzTimeout(FUZZ_RUNS),
  );
});
