import type { EventMessage, EventProperties } from './event-message.ts';

/**
 * The frames of `basic.publish`, as amqplib writes them and for a third of what it takes: method, header and body go into a buffer together with
 * those of other messages, and what is the same for all messages of a name is written once.
 *
 * @see https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, 4.2.3 to 4.2.6
 */
export interface PublishFrames {
  /**
   * Bytes of a message's frames.
   *
   * @throws TypeError a text is too long for its place
   */
  size(message: EventMessage): number;
  /** Writes them at an offset, where there must be room; gives the offset behind them. */
  write(message: EventMessage, into: Buffer, at: number): number;
}

export interface PublishPlace {
  /** Number of the channel. */
  readonly channel: number;
  /** Bytes of a frame at most. */
  readonly frameMax: number;
  readonly exchange: string;
}

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const FRAME_END = 0xce;
/** Type, channel and size in front, and one byte behind. */
const FRAME_START_BYTES = 7;
const FRAME_BYTES = FRAME_START_BYTES + 1;
const BASIC = 60;
const PUBLISH = 40;
const PERSISTENT = 2;
/** Class, weight, size of the body, flags. */
const HEADER_BYTES = 14;
const LONGEST_SHORT = 255;

/** Flags of the properties that a message has, in the order in which they stand. */
const HAS = {
  contentType: 0x8000,
  headers: 0x2000,
  deliveryMode: 0x1000,
  messageId: 0x80,
  timestamp: 0x40,
  type: 0x20,
};

/** Beginnings that are kept; names of events are about a hundred. */
const MAX_KEPT = 512;

export function createPublishFrames({ channel, frameMax, exchange }: PublishPlace): PublishFrames {
  const methods = new Map<string, Buffer>();
  const bodyMax = frameMax - FRAME_BYTES;

  const methodFrame = (routingKey: string): Buffer => {
    const known = methods.get(routingKey);
    if (known !== undefined) return known;
    if (methods.size >= MAX_KEPT) methods.clear();
    // Behind the ids: two bytes that are reserved; behind the names: not mandatory, not immediate.
    const payload = Buffer.concat([
      Buffer.of(0, BASIC, 0, PUBLISH, 0, 0),
      short(exchange),
      short(routingKey),
      Buffer.of(0),
    ]);
    const frame = Buffer.alloc(FRAME_BYTES + payload.length);
    writeEnd(frame, payload.copy(frame, writeStart(frame, 0, METHOD, payload.length)) + FRAME_START_BYTES);
    methods.set(routingKey, frame);
    return frame;
  };

  const writeStart = (into: Buffer, at: number, type: number, length: number): number => {
    into[at] = type;
    into[at + 1] = channel >>> 8;
    into[at + 2] = channel;
    return write32(into, at + 3, length);
  };

  return {
    size({ routingKey, body, properties }) {
      const length = bodyLength(body);
      return (
        methodFrame(routingKey).length +
        FRAME_BYTES +
        headerLength(properties) +
        length +
        Math.ceil(length / bodyMax) * FRAME_BYTES
      );
    },
    write({ routingKey, body, properties }, into, at) {
      const method = methodFrame(routingKey);
      into.set(method, at);
      const start = at + method.length;
      const length = bodyLength(body);
      let end = writeHeader(into, start + FRAME_START_BYTES, properties, length);
      writeStart(into, start, HEADER, end - start - FRAME_START_BYTES);
      end = writeEnd(into, end);
      if (length <= bodyMax) {
        if (length === 0) return end;
        end = writeStart(into, end, BODY, length);
        for (const part of body) {
          into.set(part, end);
          end += part.length;
        }
        return writeEnd(into, end);
      }
      const whole = Buffer.concat(body);
      for (let from = 0; from < length; from += bodyMax) {
        const slice = whole.subarray(from, from + bodyMax);
        end = writeStart(into, end, BODY, slice.length);
        into.set(slice, end);
        end = writeEnd(into, end + slice.length);
      }
      return end;
    },
  };
}

function headerLength({ contentType, type, messageId, headers }: EventProperties): number {
  let length = HEADER_BYTES + shortLength(contentType) + shortLength(type) + 1 + 8 + 4;
  if (messageId !== undefined) length += shortLength(messageId);
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) length += shortLength(name) + 1 + wholeLength(value);
  }
  return length;
}

function writeHeader(into: Buffer, at: number, properties: EventProperties, length: number): number {
  const { contentType, type, messageId, timestamp, headers } = properties;
  const flags =
    HAS.contentType |
    HAS.headers |
    HAS.deliveryMode |
    HAS.timestamp |
    HAS.type |
    (messageId === undefined ? 0 : HAS.messageId);
  let end = write16(into, at, BASIC);
  end = write16(into, end, 0);
  end = write64(into, end, length);
  end = write16(into, end, flags);
  end = writeShort(into, end, contentType);
  const table = end;
  end += 4;
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) end = writeWhole(into, writeShort(into, end, name), value);
  }
  write32(into, table, end - table - 4);
  into[end++] = PERSISTENT;
  if (messageId !== undefined) end = writeShort(into, end, messageId);
  end = write64(into, end, timestamp);
  return writeShort(into, end, type);
}

/** Bytes of a body. */
export function bodyLength(body: readonly Buffer[]): number {
  let length = 0;
  for (const part of body) length += part.length;
  return length;
}

function writeEnd(into: Buffer, at: number): number {
  into[at] = FRAME_END;
  return at + 1;
}

function short(text: string): Buffer {
  const bytes = Buffer.alloc(shortLength(text));
  writeShort(bytes, 0, text);
  return bytes;
}

/** Bytes of a short text with its length in front. */
function shortLength(text: string): number {
  const length = Buffer.byteLength(text);
  if (length > LONGEST_SHORT)
    throw new TypeError(`AMQP takes ${LONGEST_SHORT} bytes for a name, and '${text.slice(0, 40)}…' has ${length}`);
  return 1 + length;
}

function writeShort(into: Buffer, at: number, text: string): number {
  const length = into.write(text, at + 1);
  into[at] = length;
  return at + 1 + length;
}

/** Bytes of a whole number of a table, without its type. */
function wholeLength(value: number): number {
  if (value >= -0x80 && value < 0x80) return 1;
  if (value >= -0x8000 && value < 0x8000) return 2;
  return value >= -0x80000000 && value < 0x80000000 ? 4 : 8;
}

/** With its type, the smallest that has room, as amqplib has it. */
function writeWhole(into: Buffer, at: number, value: number): number {
  switch (wholeLength(value)) {
    case 1:
      into[at] = 0x62; // b
      into[at + 1] = value;
      return at + 2;
    case 2:
      into[at] = 0x73; // s
      return write16(into, at + 1, value);
    case 4:
      into[at] = 0x49; // I
      return write32(into, at + 1, value);
    default:
      into[at] = 0x6c; // l
      return write64(into, at + 1, value);
  }
}

function write16(into: Buffer, at: number, value: number): number {
  into[at] = value >>> 8;
  into[at + 1] = value;
  return at + 2;
}

function write32(into: Buffer, at: number, value: number): number {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
  return at + 4;
}

function write64(into: Buffer, at: number, value: number): number {
  return write32(into, write32(into, at, Math.floor(value / 2 ** 32)), value);
}
