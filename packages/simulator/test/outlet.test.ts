import { constants, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../src/index.ts';
import { createDeflateStream } from '../src/wire/deflate-stream.ts';
import { createOutlet } from '../src/wire/outlet.ts';

const FLUSH_MARK = '0000ffff';
const plain = { zlibLevel: 6, splitMessages: 1, zstdFrames: 'continuous' } as const;

/** Inflates a stream that has not ended. */
function inflate(bytes: Buffer): string {
  return inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 30 }).toString();
}

describe('zlib stream', () => {
  it('is one context: one header, every message ends with a flush mark, and all of it inflates to the payloads', () => {
    const outlet = createOutlet('zlib-stream', 'json', plain);
    const texts = Array.from({ length: 200 }, (_, index) =>
      JSON.stringify({ index, text: 'x'.repeat((index * 7_919) % 5_000), wave: '🌊' }),
    );
    const messages = texts
      .map((text) => outlet.encode(text))
      .map((parts) => {
        expect(parts.length).toBe(1);
        return parts[0] as Buffer;
      });
    for (const message of messages) expect(message.subarray(-4).toString('hex')).toBe(FLUSH_MARK);
    expect((messages[0] as Buffer).subarray(0, 2).toString('hex')).toBe('789c');
    expect(messages.slice(1).every((message) => message.subarray(0, 2).toString('hex') !== '789c')).toBe(true);
    expect(inflate(Buffer.concat(messages))).toBe(texts.join(''));
    expect((messages[150] as Buffer).length).toBeLessThan(300);
    outlet.close();
  });

  it('handles payloads larger than its buffers, and ones that cannot be compressed', () => {
    const stream = createDeflateStream(6);
    const drawn = createRandom(5);
    const random = Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(drawn() * 256)));
    const large = Buffer.from('tide '.repeat(1_000_000));
    const out = Buffer.concat([stream.flush(large), stream.flush(random), stream.flush(Buffer.from('end'))]);
    const back = inflateSync(out, { finishFlush: constants.Z_SYNC_FLUSH });
    expect(out.length).toBeGreaterThan(300_000);
    expect(back.equals(Buffer.concat([large, random, Buffer.from('end')]))).toBe(true);
    stream.close();
  });

  it('two streams at once do not disturb each other', () => {
    const [one, two] = [createOutlet('zlib-stream', 'json', plain), createOutlet('zlib-stream', 'json', plain)];
    const first = [one.encode('one'), two.encode('two'), one.encode('more of one'), two.encode('more of two')].map(
      ([part]) => part as Buffer,
    );
    expect(inflate(Buffer.concat([first[0] as Buffer, first[2] as Buffer]))).toBe('onemore of one');
    expect(inflate(Buffer.concat([first[1] as Buffer, first[3] as Buffer]))).toBe('twomore of two');
  });

  it('splits a payload over as many messages as it is told, of which only the last ends with the mark', () => {
    const outlet = createOutlet('zlib-stream', 'json', { ...plain, splitMessages: 4 });
    const parts = outlet.encode(JSON.stringify({ text: 'a tide table of some length' })) as Buffer[];
    expect(parts.length).toBe(4);
    expect(parts.slice(0, -1).every((part) => part.subarray(-4).toString('hex') !== FLUSH_MARK)).toBe(true);
    expect(inflate(Buffer.concat(parts))).toBe('{"text":"a tide table of some length"}');
  });

  it('makes a small bomb that grows large, and goes on after it', () => {
    const outlet = createOutlet('zlib-stream', 'json', plain);
    const bomb = outlet.bomb(50_000_000) as Buffer;
    expect(bomb.length).toBeLessThan(60_000);
    const next = outlet.encode('after') as Buffer[];
    const grown = inflate(Buffer.concat([bomb, ...next]));
    expect(grown.length).toBe(50_000_005);
    expect(grown.endsWith('after')).toBe(true);
  });
});

describe('payload compression', () => {
  it('compresses the long payloads alone, each by itself', () => {
    const outlet = createOutlet('payload', 'json', plain);
    const long = JSON.stringify({ text: 'x'.repeat(2_000) });
    expect(outlet.encode('{"op":11}')).toEqual(['{"op":11}']);
    for (let round = 0; round < 2; round += 1)
      expect(inflateSync(outlet.encode(long)[0] as Buffer).toString()).toBe(long);
    expect(inflateSync(outlet.bomb(1_000_000) as Buffer).length).toBe(1_000_000);
  });
});
