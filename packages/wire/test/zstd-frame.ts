/** zstd by hand, as Node.js 20 cannot compress it: frames of raw and repeating blocks, which compress nothing. */

const MAGIC = Buffer.from('28b52ffd', 'hex');

interface Block {
  readonly type: 'raw' | 'repeat';
  readonly isLast?: boolean;
}

/** The header of a frame without a stated size; the window is `2 ** windowLog` bytes. */
export const frameHeader = (windowLog = 18, descriptor = 0): Buffer =>
  Buffer.concat([MAGIC, Buffer.of(descriptor, (windowLog - 10) << 3)]);

/** A raw block with these bytes. */
export const rawBlock = (content: string | Uint8Array, isLast = false): Buffer => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([blockHeader(bytes.length, { type: 'raw', isLast }), bytes]);
};

/** A block of one byte `count` times: 4 bytes for up to 128 KiB. */
export const repeatBlock = (byte: number, count: number): Buffer =>
  Buffer.concat([blockHeader(count, { type: 'repeat' }), Buffer.of(byte)]);

/** A whole frame of its own around one text. */
export const ownFrame = (content: string | Uint8Array): Buffer =>
  Buffer.concat([frameHeader(), rawBlock(content, true)]);

/** Messages as Discord sends them: one frame, begun by the first message and never ended. */
export const continuousFrame = (contents: readonly (string | Uint8Array)[]): Buffer[] =>
  contents.map((content, index) =>
    index === 0 ? Buffer.concat([frameHeader(), rawBlock(content)]) : rawBlock(content),
  );

/** A frame that states its size in four bytes and has it as its window. */
export const singleSegmentHeader = (contentBytes: number): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(contentBytes);
  return Buffer.concat([MAGIC, Buffer.of(0b1010_0000), size]);
};

export const skippableFrame = (content: Buffer): Buffer => {
  const head = Buffer.from('5a2a4d1800000000', 'hex');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
};

function blockHeader(size: number, { type, isLast = false }: Block): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type === 'raw' ? 0 : 2) | (isLast ? 1 : 0), 0, 3);
  return header;
}
