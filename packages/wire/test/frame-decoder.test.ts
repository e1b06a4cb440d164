import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Compression, FrameDecoderOptions } from '../src/index.ts';
import { createFrameDecoder } from '../src/index.ts';
import { deflateStream, dispatch } from './deflate.ts';
import { wireCode } from './wire-failure.ts';
import { continuousFrame } from './zstd-frame.ts';

const text = dispatch('MESSAGE_CREATE', 3, { content: 'hello' });
const frame = Buffer.from(text);
/** Options as a plain JavaScript user may write them. */
const loose = (options: object): FrameDecoderOptions => options;

/** The texts as Discord sends them with a compression. */
async function framesOf(compression: Compression, texts: readonly string[]): Promise<Buffer[]> {
  if (compression === 'zlib-stream') return deflateStream(texts);
  if (compression === 'payload') return texts.map((each) => deflateSync(each));
  if (compression === 'none') return texts.map((each) => Buffer.from(each));
  return continuousFrame(texts);
}

describe('options', () => {
  it.each([
    [{ compresion: 'none' }, TypeError, 'unknown option "compresion"; did you mean compression?'],
    [{ maxMessageByte: 1 }, TypeError, 'unknown option "maxMessageByte"; did you mean maxMessageBytes?'],
    [
      { compression: 'gzip' },
      RangeError,
      "compression must be one of 'none', 'payload', 'zlib-stream', 'zstd-stream', got \"gzip\"",
    ],
    [
      { compression: true },
      TypeError,
      "compression must be one of 'none', 'payload', 'zlib-stream', 'zstd-stream', got a value of type boolean",
    ],
    [{ encoding: 'xml' }, RangeError, "encoding must be one of 'json', 'etf', got \"xml\""],
    [{ maxMessageBytes: 0 }, RangeError, 'maxMessageBytes must be an integer from 1 to'],
    [{ maxPartialBytes: 1.5 }, RangeError, 'maxPartialBytes must be an integer from 1 to'],
    [{ maxPartialBytes: '8' }, TypeError, 'maxPartialBytes must be an integer from 1 to'],
  ])('%j are refused by name', (options, kind, message) => {
    const create = (): unknown => createFrameDecoder(loose(options));
    expect(create).toThrow(kind);
    expect(create).toThrow(message);
  });

  it('that are undefined count as absent', () => {
    const decoder = createFrameDecoder(loose({ compression: undefined, maxMessageBytes: undefined }));
    expect(wireCode(() => decoder.push(frame, false))).toBe('unexpectedTextFrame');
    decoder.close();
  });
});

describe('without compression', () => {
  const decoder = createFrameDecoder({ compression: 'none', maxMessageBytes: frame.length });

  it('a text frame is a message', () => {
    const payload = decoder.push(frame, false);
    expect(payload?.t).toBe('MESSAGE_CREATE');
    expect(payload?.bytes).toEqual(frame);
  });

  it('a binary frame is refused', () => {
    expect(wireCode(() => decoder.push(frame, true))).toBe('unexpectedBinaryFrame');
  });

  it('a message over the limit is refused and the next one is read', () => {
    expect(wireCode(() => decoder.push(Buffer.concat([frame, Buffer.from(' ')]), false))).toBe('messageTooLarge');
    expect(decoder.push(frame, false)?.s).toBe(3);
  });
});

describe('with payload compression', () => {
  const decoder = createFrameDecoder({ compression: 'payload', maxMessageBytes: 100_000 });

  it('text frames are plain and binary frames compressed, each on its own', () => {
    for (const [bytes, isBinary] of [
      [frame, false],
      [deflateSync(frame), true],
      [deflateSync(frame), true],
      [frame, false],
    ] as const) {
      expect(decoder.push(bytes, isBinary)?.bytes.toString()).toBe(text);
    }
  });

  it('a message may inflate to exactly the limit and not a byte more', () => {
    const exact = text.replace('hello', 'a'.repeat(100_000 - text.length + 5));
    expect(decoder.push(deflateSync(exact), true)?.bytes.length).toBe(100_000);
    expect(wireCode(() => decoder.push(deflateSync(`${exact} `), true))).toBe('messageTooLarge');
  });

  it.each([Buffer.alloc(0), frame, deflateSync(frame).subarray(0, -6), Buffer.from('789c', 'hex')])(
    'damaged data is refused and the next message is read',
    (bytes) => {
      expect(wireCode(() => decoder.push(bytes, true))).toBe('corruptStream');
      expect(decoder.push(deflateSync(frame), true)?.s).toBe(3);
    },
  );

  it('a compressed message that is not UTF-8 is refused', () => {
    expect(wireCode(() => decoder.push(deflateSync(Buffer.from('{"op":1,"d":"\xff"}', 'latin1')), true))).toBe(
      'invalidUtf8',
    );
  });
});

describe.each(['none', 'payload', 'zlib-stream', 'zstd-stream'] as const)(
  'a decoder with compression %s',
  (compression) => {
    it('refuses what is no Buffer', () => {
      const decoder = createFrameDecoder({ compression });
      const [notABuffer] = JSON.parse('["{}"]');
      expect(() => decoder.push(notABuffer, true)).toThrow(
        new TypeError('frame must be a Buffer, got a value of type string'),
      );
      decoder.close();
    });

    it('uses nothing of a frame after the call', async () => {
      const sent = [text, dispatch('MESSAGE_CREATE', 4, { content: 'é'.repeat(3_000) }), text];
      const decoder = createFrameDecoder({ compression });
      const payloads = (await framesOf(compression, sent)).map((bytes) => {
        const payload = decoder.push(bytes, compression !== 'none');
        bytes.fill(0xff);
        return payload;
      });
      expect(payloads.map((payload) => payload?.bytes.toString())).toEqual(sent);
      decoder.close();
    });

    it('may be closed twice and refuses frames from then on', () => {
      const decoder = createFrameDecoder({ compression });
      decoder.close();
      decoder.close();
      expect(wireCode(() => decoder.push(frame, compression !== 'none'))).toBe('closed');
      expect(decoder.bufferedBytes).toBe(0);
    });
  },
);
