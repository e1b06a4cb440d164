import { isUtf8 } from 'node:buffer';
import type { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import { FrameError } from '../src/websocket/frame-error.ts';
import { createFrameParser, NOTHING } from '../src/websocket/frame-parser.ts';
import { anyCuts, anyFrame, anyMessage, closePayload, cut, FIN, framesOf, serverFrame } from './websocket-frames.ts';

/** Takes every length there is, and so few bytes that fragments exceed them together. */
const MOST_BYTES = 70_000;
const FEW_BYTES = 60;
const MAX_FRAGMENTS = 6;
const RUNS = 3_000;

/** What our parser says of a stream; it is asked only after those chunks that `asks` has true for, and at the end. */
function ours(chunks: readonly Buffer[], asks: readonly boolean[], maxMessageBytes = MOST_BYTES): string[] {
  const parser = createFrameParser({ maxMessageBytes, maxFragments: MAX_FRAGMENTS });
  const told: string[] = [];
  try {
    for (const [index, chunk] of [...chunks, Buffer.alloc(0)].entries()) {
      parser.push(chunk);
      if (index < chunks.length && asks[index % asks.length] === false) continue;
      for (let opcode = parser.next(); opcode !== NOTHING; opcode = parser.next()) {
        if (opcode === 8) return [...told, `8 ${parser.closeCode} ${parser.closeReason}`];
        told.push(`${opcode} ${parser.data.toString('base64')}`);
      }
    }
    return told;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return [...told, `error ${error.closeCode}`];
  }
}

interface Oracle extends Writable {
  on(event: 'conclude', listener: (code: number, reason: Buffer) => void): this;
  on(event: string, listener: (...values: never[]) => void): this;
}
// The package exports it; its types do not say so.
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Oracle };

/** What the receiver of `ws` says of it. */
async function theirs(
  chunks: readonly Buffer[],
  skipUTF8Validation: boolean,
  maxPayload = MOST_BYTES,
): Promise<string[]> {
  const receiver = new Receiver({ maxPayload, maxFragments: MAX_FRAGMENTS, skipUTF8Validation });
  const told: string[] = [];
  let over = false;
  const tell = (opcode: number, data: Buffer): void => void told.push(`${opcode} ${data.toString('base64')}`);
  receiver.on('message', (data: Buffer, isBinary: boolean) => tell(isBinary ? 2 : 1, data));
  receiver.on('ping', (data: Buffer) => tell(9, data));
  receiver.on('pong', (data: Buffer) => tell(10, data));
  receiver.on('conclude', (code, reason) => {
    over = true;
    told.push(isUtf8(reason) ? `8 ${code} ${reason.toString()}` : 'error 1007');
  });
  receiver.on('error', (error: object) => {
    const [status] = Object.getOwnPropertySymbols(error).map((symbol): unknown => Reflect.get(error, symbol));
    told.push(`error ${String(status)}`);
  });
  for (const chunk of chunks) {
    if (over) break;
    receiver.write(chunk);
  }
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return told;
}

const anyAsks = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });

test(
  'messages come out as they were put in and as `ws` gives them, however the stream is cut',
  { timeout: 120_000 },
  async () => {
    const ending = fc.constantFrom(undefined, closePayload(4004, Buffer.from('é')), Buffer.alloc(0));
    const law = fc.asyncProperty(
      fc.array(anyMessage(MAX_FRAGMENTS), { maxLength: 8 }),
      ending,
      anyCuts,
      anyAsks,
      async (messages, close, cuts, asks) => {
        const made = messages.map(framesOf);
        const frames = made.flatMap((each) => each.frames);
        const told = made.flatMap((each) => each.told);
        if (close !== undefined) {
          frames.push(serverFrame({ first: FIN | 8, payload: close }), Buffer.from('what comes after is nothing'));
          told.push(close.length === 0 ? '8 1005 ' : '8 4004 é');
        }
        const chunks = cut(Buffer.concat(frames), cuts);
        expect(ours(chunks, asks)).toEqual(told);
        expect(await theirs(chunks, false)).toEqual(told);
      },
    );
    await fc.assert(law, { numRuns: RUNS });
  },
);

test(
  'of frames that make no sense the same is told as by `ws`, up to the same close code',
  { timeout: 120_000 },
  async () => {
    const law = fc.asyncProperty(
      fc.array(anyFrame, { maxLength: 12 }),
      fc.nat({ max: 8 }),
      anyCuts,
      anyAsks,
      fc.constantFrom(FEW_BYTES, MOST_BYTES),
      async (frames, missing, cuts, asks, most) => {
        const stream = Buffer.concat(frames.map(serverFrame));
        const chunks = cut(stream.subarray(0, Math.max(0, stream.length - missing)), cuts);
        expect(ours(chunks, asks, most)).toEqual(await theirs(chunks, true, most));
      },
    );
    await fc.assert(law, { numRuns: RUNS });
  },
);

test('of a stream with damaged bytes the same is told as by `ws`', { timeout: 120_000 }, async () => {
  const damage = fc.record({
    at: fc.nat(),
    value: fc.nat({ max: 255 }),
    how: fc.constantFrom('set', 'insert', 'drop'),
  });
  const law = fc.asyncProperty(
    fc.array(anyMessage(MAX_FRAGMENTS), { minLength: 1, maxLength: 6 }),
    fc.array(damage, { minLength: 1, maxLength: 4 }),
    anyCuts,
    anyAsks,
    fc.constantFrom(FEW_BYTES, MOST_BYTES),
    async (messages, damages, cuts, asks, most) => {
      const stream = [...Buffer.concat(messages.flatMap((message) => framesOf(message).frames))];
      for (const { at, value, how } of damages) {
        const place = at % (stream.length + 1);
        if (how === 'drop') stream.splice(place, 1);
        else stream.splice(place, how === 'set' ? 1 : 0, value);
      }
      const chunks = cut(Buffer.from(stream), cuts);
      expect(ours(chunks, asks, most)).toEqual(await theirs(chunks, true, most));
    },
  );
  await fc.assert(law, { numRuns: RUNS });
});
