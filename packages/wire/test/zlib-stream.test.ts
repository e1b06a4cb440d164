import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { constants, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FrameDecoder, Payload } from '../src/index.ts';
import { createFrameDecoder } from '../src/index.ts';
import { deflateStream, dispatch, zipBomb } from './deflate.ts';
import { wireCode } from './wire-failure.ts';

const texts = [
  '{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}}',
  dispatch('READY', 1, { v: 10, session_id: 'abc', guilds: [{ id: '1', unavailable: true }] }),
  dispatch('GUILD_CREATE', 2, {
    id: '1',
    name: 'é 𝕏',
    members: Array.from({ length: 40 }, (_, id) => ({ id: String(id * 7919) })),
  }),
];
const text = (payload: Payload | undefined): string | undefined => payload?.bytes.toString();
/** Text that hardly compresses. */
const noise = (length: number): string => {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCodePoint(0x30 + ((state >>> 16) % 43));
  }).join('');
};

/** Runs a program in a process of its own, with `createFrameDecoder` and `input`, and gives the JSON that it prints. */
async function runOnBuiltFiles(program: string, input: Buffer): Promise<{ code?: string; rise: number }> {
  const built = new URL('../dist/index.js', import.meta.url);
  if (!existsSync(built)) throw new Error('this test starts a process on the built files: run tsc -b packages first');
  const whole = `
    import { createFrameDecoder } from ${JSON.stringify(built.href)};
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    const input = Buffer.concat(chunks);
    ${program}
  `;
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', whole], { timeout: 20_000 });
  running.child.stdin?.end(input);
  return JSON.parse((await running).stdout);
}

/** Frames pushed until one fails; the texts that came out and the failure's code. */
function pushAll(decoder: FrameDecoder, frames: readonly Buffer[]): { given: string[]; failure: string | undefined } {
  const given: string[] = [];
  for (const frame of frames) {
    try {
      const whole = text(decoder.push(frame, true));
      if (whole !== undefined) given.push(whole);
    } catch (error) {
      return {
        given,
        failure: wireCode(() => {
          throw error;
        }),
      };
    }
  }
  return { given, failure: undefined };
}

describe('a zlib stream', () => {
  it('gives each message its exact text, in a Buffer that later messages leave alone', async () => {
    const decoder = createFrameDecoder();
    const payloads = (await deflateStream(texts)).map((frame) => decoder.push(frame, true));
    expect(payloads.map(text)).toEqual(texts);
    decoder.close();
  });

  it('keeps the contexts of two decoders apart', async () => {
    const frames = await deflateStream(texts);
    const decoders = [createFrameDecoder(), createFrameDecoder()];
    for (const [index, frame] of frames.entries()) {
      for (const decoder of decoders) expect(text(decoder.push(frame, true))).toBe(texts[index]);
    }
    for (const decoder of decoders) decoder.close();
  });

  it('gives a split message its payload when the flush mark arrives, wherever it is split', async () => {
    const frames = await deflateStream(texts);
    const bytes = frames[2] ?? Buffer.alloc(0);
    for (let at = 0; at <= bytes.length; at++) {
      const decoder = createFrameDecoder();
      decoder.push(frames[0] ?? bytes, true);
      decoder.push(frames[1] ?? bytes, true);
      const parts = [bytes.subarray(0, at), bytes.subarray(at)].map((part) => {
        const payload = decoder.push(part, true);
        return [text(payload), decoder.bufferedBytes];
      });
      const first = at === bytes.length ? [texts[2], 0] : [undefined, at];
      const second = at === bytes.length ? [undefined, 0] : [texts[2], 0];
      expect(parts).toEqual([first, second]);
      decoder.close();
    }
  });

  it('may come byte by byte', async () => {
    const decoder = createFrameDecoder();
    const bytes = Buffer.concat(await deflateStream(texts));
    const { given } = pushAll(
      decoder,
      Array.from(bytes, (byte) => Buffer.of(byte)),
    );
    expect(given).toEqual(texts);
    decoder.close();
  });

  it('gives a long message whole that comes in many frames', async () => {
    const long = dispatch('X', 1, { content: noise(60_000) });
    const [bytes = Buffer.alloc(0)] = await deflateStream([long]);
    const parts = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, index) =>
      bytes.subarray(index * 1000, (index + 1) * 1000),
    );
    const decoder = createFrameDecoder();
    expect(pushAll(decoder, parts).given).toEqual([long]);
    decoder.close();
  });

  it.each([65_535, 65_536, 65_537, 131_072, 300_001])('gives a message of %i bytes whole', async (length) => {
    const frame = dispatch('X', 1, { content: '' });
    const long = dispatch('X', 1, { content: noise(length - frame.length) });
    const sent = [long, texts[0] ?? '', long];
    const decoder = createFrameDecoder();
    const { given } = pushAll(decoder, await deflateStream(sent));
    expect(given.map((each) => each.length)).toEqual(sent.map((each) => each.length));
    expect(given).toEqual(sent);
    decoder.close();
  });

  it('cut at any byte gives nothing but what was sent, though the next message seems to continue it', async () => {
    const sent = Array.from({ length: 60 }, (_, index) => {
      const t = ['MESSAGE_CREATE', 'TYPING_START', 'X'][index % 3] ?? '';
      return dispatch(t, index + 1, { id: String(index * 7919), content: `hello ${index * index}`, author: {} });
    });
    const frames = await deflateStream(sent);
    for (const [index, frame] of frames.slice(0, -1).entries()) {
      for (let at = 1; at < frame.length; at++) {
        const decoder = createFrameDecoder();
        const cut = [...frames.slice(0, index), frame.subarray(0, at), ...frames.slice(index + 1, index + 2)];
        expect(pushAll(decoder, cut).given).toEqual(sent.slice(0, index));
        decoder.close();
      }
    }
  });

  it.each([
    ['no zlib header', Buffer.from('00112233445566770000ffff', 'hex')],
    ['a frame of another stream', Buffer.from('aa560000ffff', 'hex')],
    [
      'a stream that ends inside the message',
      Buffer.concat([deflateSync('{"op":11}'), Buffer.from('000000ffff', 'hex')]),
    ],
  ])('with %s is corrupt, and stays so', async (_name, bytes) => {
    const [good = bytes] = await deflateStream(texts);
    const decoder = createFrameDecoder();
    expect(wireCode(() => decoder.push(bytes, true))).toBe('corruptStream');
    expect(wireCode(() => decoder.push(good, true))).toBe('corruptStream');
    decoder.close();
    expect(wireCode(() => decoder.push(good, true))).toBe('closed');
  });

  it('with a flipped byte never takes the process down', async () => {
    const frames = await deflateStream(texts);
    const whole = frames[2] ?? Buffer.alloc(0);
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 0x55;
      const decoder = createFrameDecoder();
      const { failure } = pushAll(decoder, [...frames.slice(0, 2), flipped, whole]);
      expect([undefined, 'corruptStream', 'malformedPayload', 'invalidUtf8']).toContain(failure);
      decoder.close();
    }
  });

  it('refuses a text frame and goes on', async () => {
    const [hello = Buffer.alloc(0)] = await deflateStream(texts);
    const decoder = createFrameDecoder();
    expect(wireCode(() => decoder.push(Buffer.from(texts[0] ?? ''), false))).toBe('unexpectedTextFrame');
    expect(text(decoder.push(hello, true))).toBe(texts[0]);
    decoder.close();
  });

  it('refuses a message without content or that is no payload, and goes on', async () => {
    const frames = await deflateStream(['[1]', ...texts]);
    const decoder = createFrameDecoder();
    expect(wireCode(() => decoder.push(frames[0] ?? Buffer.alloc(0), true))).toBe('malformedPayload');
    expect(wireCode(() => decoder.push(Buffer.from('000000ffff', 'hex'), true))).toBe('malformedPayload');
    expect(pushAll(decoder, frames.slice(1)).given).toEqual(texts);
    decoder.close();
  });

  it('refuses text that is not UTF-8', async () => {
    const [frame = Buffer.alloc(0)] = await deflateStream([Buffer.from('{"op":1,"d":"\xff"}', 'latin1')]);
    const decoder = createFrameDecoder();
    expect(wireCode(() => decoder.push(frame, true))).toBe('invalidUtf8');
    decoder.close();
  });
});

describe('the limits of a zlib stream', () => {
  it('let a message be exactly maxMessageBytes long', async () => {
    const frame = dispatch('X', 1, { content: 'a'.repeat(200_000) });
    const [bytes = Buffer.alloc(0)] = await deflateStream([frame]);
    const exact = createFrameDecoder({ maxMessageBytes: frame.length });
    expect(text(exact.push(bytes, true))).toBe(frame);
    const under = createFrameDecoder({ maxMessageBytes: frame.length - 1 });
    expect(wireCode(() => under.push(bytes, true))).toBe('messageTooLarge');
    expect(wireCode(() => under.push(bytes, true))).toBe('corruptStream');
    exact.close();
    under.close();
  });

  it('let exactly maxPartialBytes wait, keep no more, and free them when passed', () => {
    const decoder = createFrameDecoder({ maxPartialBytes: 10_000 });
    expect(decoder.push(Buffer.alloc(9_999, 1), true)).toBeUndefined();
    expect(decoder.push(Buffer.alloc(0), true)).toBeUndefined();
    expect(decoder.push(Buffer.alloc(1, 1), true)).toBeUndefined();
    expect(decoder.bufferedBytes).toBe(10_000);
    expect(wireCode(() => decoder.push(Buffer.alloc(1, 1), true))).toBe('messageTooLarge');
    expect(decoder.bufferedBytes).toBe(0);
    expect(wireCode(() => decoder.push(Buffer.alloc(1, 1), true))).toBe('corruptStream');
    decoder.close();
  });

  it('do not concern a single frame that is whole', async () => {
    const [frame = Buffer.alloc(0)] = await deflateStream(texts);
    const decoder = createFrameDecoder({ maxPartialBytes: 1 });
    expect(text(decoder.push(frame, true))).toBe(texts[0]);
    decoder.close();
  });

  it('stop a bomb of 1 GiB with at most 48 MB of memory', async () => {
    const bomb = zipBomb(1024);
    const program = `
      const decoder = createFrameDecoder();
      const before = process.memoryUsage.rss();
      let code = 'none';
      try { decoder.push(input, true); } catch (error) { code = error.code; }
      console.log(JSON.stringify({ code, rise: process.resourceUsage().maxRSS * 1024 - before }));
    `;
    const { code, rise } = await runOnBuiltFiles(program, bomb);
    expect(bomb.length).toBeLessThan(1_200_000);
    expect(code).toBe('messageTooLarge');
    expect(rise).toBeLessThanOrEqual(48_000_000);
  });
});

describe('closing', () => {
  it('frees the native memory of decoders that are still referred to', async () => {
    const frame = deflateSync(dispatch('X', 1, { content: noise(40_000) }), { finishFlush: constants.Z_SYNC_FLUSH });
    const count = 1000;
    const riseOf = async (afterwards: string): Promise<number> => {
      const program = `
        const before = process.memoryUsage.rss();
        const held = [];
        for (let i = 0; i < ${count}; i++) {
          const decoder = createFrameDecoder();
          decoder.push(input, true);
          ${afterwards}
          held.push(decoder);
        }
        console.log(JSON.stringify({ rise: process.memoryUsage.rss() - before, held: held.length }));
      `;
      return (await runOnBuiltFiles(program, frame)).rise;
    };
    // The window alone, which 40,000 bytes fill, takes 32 KiB.
    expect((await riseOf('')) - (await riseOf('decoder.close();'))).toBeGreaterThan(count * 24 * 1024);
  });
});
