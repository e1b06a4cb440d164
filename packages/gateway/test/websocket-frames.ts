import fc from 'fast-check';

/** One frame as a server may write it, right or wrong. */
export interface FrameParts {
  /** FIN, reserved bits and opcode. */
  readonly first: number;
  readonly payload: Buffer;
  /** In how many bytes the length is written besides the usual one. Default: the fewest. */
  readonly lengthBytes?: 0 | 2 | 8;
  readonly masked?: boolean;
}

export const FIN = 0x80;

/** https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
export function serverFrame({ first, payload, lengthBytes, masked = false }: FrameParts): Buffer {
  const { length } = payload;
  const least = length < 126 ? 0 : length < 0x10000 ? 2 : 8;
  const extra = Math.max(least, lengthBytes ?? least);
  const head = Buffer.alloc(2 + extra);
  head[0] = first;
  head[1] = (masked ? 0x80 : 0) | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) head.writeUInt16BE(length, 2);
  if (extra === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

export const text = (content: string): Buffer => serverFrame({ first: FIN | 1, payload: Buffer.from(content) });
export const binary = (content: Buffer): Buffer => serverFrame({ first: FIN | 2, payload: content });

/** A close frame's payload. */
export function closePayload(code: number, reason: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), reason]);
}

/** A stream cut at any places; at each of its bytes when `cuts` is 'bytes'. */
export function cut(stream: Buffer, cuts: readonly number[] | 'bytes'): Buffer[] {
  if (cuts === 'bytes') return Array.from(stream, (_, index) => stream.subarray(index, index + 1));
  const places = [0, ...cuts.map((place) => place % (stream.length + 1)), stream.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => stream.subarray(places[index], end));
}

export const anyCuts: fc.Arbitrary<readonly number[] | 'bytes'> = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.nat({ max: 200_000 }), { maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constant('bytes' as const) },
);

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((content) => Buffer.from(content));
/** Lengths around the places where the header changes. */
const edgeBytes = fc
  .constantFrom(125, 126, 127, 65_535, 65_536)
  .map((length) => Buffer.from(Uint8Array.from({ length }, (_, index) => index * 31)));
const anyContent = fc.oneof({ weight: 20, arbitrary: bytes(300) }, { weight: 1, arbitrary: edgeBytes });
const anyText = fc.string({ unit: 'grapheme', maxLength: 60 }).map((content) => Buffer.from(content));

export interface Message {
  readonly isBinary: boolean;
  readonly content: Buffer;
  /** Where it is cut into fragments. */
  readonly cuts: readonly number[];
  /** A ping or pong before each fragment but the first, where there is one. */
  readonly control: { readonly opcode: 9 | 10; readonly payload: Buffer } | undefined;
}

/** A message that a peer may send, in at most so many fragments. */
export function anyMessage(maxFragments: number): fc.Arbitrary<Message> {
  const rest = {
    cuts: fc.array(fc.nat({ max: 70_000 }), { maxLength: maxFragments - 1 }),
    control: fc.option(fc.record({ opcode: fc.constantFrom(9 as const, 10 as const), payload: bytes(125) }), {
      nil: undefined,
    }),
  };
  return fc.oneof(
    fc.record({ isBinary: fc.constant(true), content: anyContent, ...rest }),
    fc.record({ isBinary: fc.constant(false), content: anyText, ...rest }),
  );
}

/** The frames of a message, and what a parser is to say of them. */
export function framesOf({ isBinary, content, cuts, control }: Message): { frames: Buffer[]; told: string[] } {
  const pieces = cut(content, cuts);
  const told: string[] = [];
  const frames = pieces.flatMap((payload, index) => {
    const opcode = index > 0 ? 0 : isBinary ? 2 : 1;
    const frame = serverFrame({ first: opcode | (index === pieces.length - 1 ? FIN : 0), payload });
    if (index === 0 || control === undefined) return [frame];
    told.push(`${control.opcode} ${control.payload.toString('base64')}`);
    return [serverFrame({ first: FIN | control.opcode, payload: control.payload }), frame];
  });
  told.push(`${isBinary ? 2 : 1} ${content.toString('base64')}`);
  return { frames, told };
}

const anyClose = fc.oneof(
  fc
    .tuple(fc.oneof(fc.constantFrom(1000, 1004, 1005, 1006, 1015, 2999, 4000, 4014), fc.nat({ max: 0xffff })), anyText)
    .map(([code, reason]) => closePayload(code, reason.subarray(0, 123))),
  fc.tuple(fc.constantFrom(1000, 4000), bytes(10)).map(([code, reason]) => closePayload(code, reason)),
  bytes(3),
);

/** Frames that make sense or not. */
export const anyFrame: fc.Arbitrary<FrameParts> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      first: fc.constantFrom(0x00, 0x80, 0x01, 0x02, 0x81, 0x82),
      payload: anyContent,
      lengthBytes: fc.constantFrom(0 as const, 0 as const, 2 as const, 8 as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ first: fc.constantFrom(0x89, 0x8a), payload: bytes(127) }) },
  { weight: 2, arbitrary: fc.record({ first: fc.constant(0x88), payload: anyClose }) },
  {
    weight: 1,
    arbitrary: fc.record({ first: fc.nat({ max: 255 }), payload: bytes(130), masked: fc.boolean() }),
  },
);
