import { isUtf8 } from 'node:buffer';
import { CloseStatus, isCloseStatus } from './close-status.ts';
import { FrameError } from './frame-error.ts';
import { FIN, LENGTH_IN_2, LENGTH_IN_8, MASKED, MAX_CONTROL_BYTES, Opcode } from './opcode.ts';

/** What a parser takes from a peer before it gives it up. */
export interface FrameLimits {
  /** Largest message, all of its fragments together, bytes. */
  readonly maxMessageBytes: number;
  /** Most fragments of one message. */
  readonly maxFragments: number;
}

/** Turns the bytes of a server into messages and control frames. Nobody is called: the owner asks for one after the other and may stop at any. */
export interface FrameParser {
  /** Takes the next bytes of the connection. They must not change until they are used up, or kept. */
  push(bytes: Buffer): void;
  /** Copies what was pushed and is not used up. What `next` gave before is still a view. */
  keep(): void;
  /**
   * Goes on to the next message (text or binary) or control frame and gives its opcode; {@link NOTHING} when more bytes are needed.
   *
   * @throws {FrameError} when the connection is over; the parser must not be asked again
   */
  next(): number;
  /** Payload of what `next` gave, where it lies whole in what was pushed a view of that. Text is not checked for UTF-8. */
  data: Buffer;
  /** Of the close frame that `next` gave; 1005 where it had no code. */
  closeCode: number;
  closeReason: string;
}

/** More bytes are needed. */
export const NOTHING = -1;

const EMPTY = Buffer.alloc(0);
const RESERVED_BITS = 0x70;
const OPCODE_BITS = 0x0f;
const LENGTH_BITS = 0x7f;
const LONGEST_HEADER = 10;
/** Room made for a frame at once, however long it says it is: what was announced need not come. */
const FIRST_ROOM_BYTES = 1024 * 1024;
/** From here on a bulk copy is faster than a loop. */
const BULK_COPY_BYTES = 32;

/** A parser for one connection, on the client's side, without extensions. https://www.rfc-editor.org/rfc/rfc6455#section-5 */
export function createFrameParser(limits: FrameLimits): FrameParser {
  let chunk: Buffer = EMPTY;
  let at = 0;

  // A header that lies over several chunks.
  const header = Buffer.alloc(LONGEST_HEADER);
  let headerFilled = 0;

  // The frame whose header was read.
  let inFrame = false;
  let first = 0;
  let length = 0;
  /** Its payload as far as it came, when that lies over several chunks. */
  let room: Buffer | undefined;
  let filled = 0;

  // The message whose last frame has not come.
  let messageOpcode: number = Opcode.Continuation;
  let messageBytes = 0;
  let fragments: Buffer[] = [];
  let fragmentCount = 0;

  const parser: FrameParser = {
    data: EMPTY,
    closeCode: CloseStatus.None,
    closeReason: '',
    push(bytes) {
      chunk = at < chunk.length ? Buffer.concat([chunk.subarray(at), bytes]) : bytes;
      at = 0;
    },
    keep() {
      if (at === chunk.length) return;
      chunk = Buffer.from(chunk.subarray(at));
      at = 0;
    },
    next() {
      while (inFrame || readHeader()) {
        const payload = readPayload();
        if (payload === undefined) break;
        inFrame = false;
        const opcode = first & OPCODE_BITS;
        if (opcode >= Opcode.Close) {
          if (opcode === Opcode.Close) readClose(payload);
          parser.data = payload;
          return opcode;
        }
        if ((first & FIN) !== 0 && opcode !== Opcode.Continuation) {
          parser.data = payload;
          return opcode;
        }
        const begun = messageOpcode === Opcode.Continuation ? opcode : messageOpcode;
        if (joined(payload, begun)) return begun;
      }
      // An idle connection must not keep its last chunk.
      chunk = EMPTY;
      at = 0;
      parser.data = EMPTY;
      return NOTHING;
    },
  };
  return parser;

  function readHeader(): boolean {
    const available = chunk.length - at;
    if (headerFilled === 0 && available >= 2) {
      const size = headerSize(chunk[at + 1] as number);
      if (available >= size) {
        checkHeader(chunk[at] as number, chunk[at + 1] as number);
        beginFrame(chunk, at);
        at += size;
        return true;
      }
    }
    while (at < chunk.length) {
      header[headerFilled++] = chunk[at++] as number;
      if (headerFilled === 2) checkHeader(header[0] as number, header[1] as number);
      if (headerFilled >= 2 && headerFilled === headerSize(header[1] as number)) {
        headerFilled = 0;
        beginFrame(header, 0);
        return true;
      }
    }
    return false;
  }

  function checkHeader(head: number, second: number): void {
    if ((head & RESERVED_BITS) !== 0) throw violation('a frame has reserved bits');
    if ((second & MASKED) !== 0) throw violation('a frame of the server is masked');
    const opcode = head & OPCODE_BITS;
    switch (opcode) {
      case Opcode.Continuation:
        if (messageOpcode === Opcode.Continuation) throw violation('a continuation continues nothing');
        return;
      case Opcode.Text:
      case Opcode.Binary:
        if (messageOpcode !== Opcode.Continuation) throw violation('a message begins inside another');
        return;
      case Opcode.Close:
      case Opcode.Ping:
      case Opcode.Pong:
        if ((head & FIN) === 0) throw violation('a control frame is fragmented');
        if (second > MAX_CONTROL_BYTES || (opcode === Opcode.Close && second === 1))
          throw violation(`a control frame has a wrong length (${second})`);
        return;
      default:
        throw violation(`a frame has an unknown opcode (${opcode})`);
    }
  }

  function beginFrame(bytes: Buffer, from: number): void {
    first = bytes[from] as number;
    length = bytes[from + 1] as number;
    if (length === LENGTH_IN_2) length = bytes.readUInt16BE(from + 2);
    else if (length === LENGTH_IN_8) length = bytes.readUInt32BE(from + 2) * 2 ** 32 + bytes.readUInt32BE(from + 6);
    if ((first & OPCODE_BITS) < Opcode.Close && messageBytes + length > limits.maxMessageBytes)
      throw new FrameError(CloseStatus.TooBig, `a message is larger than ${limits.maxMessageBytes} bytes`);
    inFrame = true;
  }

  /** The frame's payload; undefined while some of it is missing. */
  function readPayload(): Buffer | undefined {
    if (length === 0) return EMPTY;
    const available = chunk.length - at;
    if (room === undefined) {
      if (available >= length) return chunk.subarray(at, (at += length));
      if (available === 0) return undefined;
      room = Buffer.allocUnsafe(Math.min(length, Math.max(available, FIRST_ROOM_BYTES)));
      filled = 0;
    }
    const taken = Math.min(available, length - filled);
    if (filled + taken > room.length) {
      const wider = Buffer.allocUnsafe(Math.min(length, Math.max(filled + taken, room.length * 2)));
      room.copy(wider, 0, 0, filled);
      room = wider;
    }
    if (taken >= BULK_COPY_BYTES) chunk.copy(room, filled, at, at + taken);
    else for (let index = 0; index < taken; index++) room[filled + index] = chunk[at + index] as number;
    filled += taken;
    at += taken;
    if (filled < length) return undefined;
    const whole = room;
    room = undefined;
    return whole;
  }

  /** Takes one frame of a message in several. True when it was the last; `data` is then the message. */
  function joined(payload: Buffer, opcode: number): boolean {
    if (++fragmentCount > limits.maxFragments)
      throw new FrameError(CloseStatus.PolicyViolation, 'Too many message fragments');
    if ((first & FIN) === 0) {
      messageOpcode = opcode;
      messageBytes += payload.length;
      // A copy: a thousand fragments of a byte must not hold a thousand chunks.
      if (payload.length > 0) fragments.push(Buffer.from(payload));
      return false;
    }
    fragments.push(payload);
    parser.data = fragments.length === 1 ? payload : Buffer.concat(fragments, messageBytes + payload.length);
    messageOpcode = Opcode.Continuation;
    messageBytes = 0;
    fragmentCount = 0;
    fragments = [];
    return true;
  }

  function readClose(payload: Buffer): void {
    parser.closeCode = CloseStatus.None;
    parser.closeReason = '';
    if (payload.length === 0) return;
    const code = payload.readUInt16BE(0);
    if (!isCloseStatus(code)) throw violation(`a close frame has the code ${code}`);
    const reason = payload.subarray(2);
    if (!isUtf8(reason)) throw new FrameError(CloseStatus.InvalidData, 'the reason of a close frame is not UTF-8');
    parser.closeCode = code;
    parser.closeReason = reason.toString();
  }
}

/** Bytes of a header whose second byte this is. */
function headerSize(second: number): number {
  const short = second & LENGTH_BITS;
  if (short < LENGTH_IN_2) return 2;
  return short === LENGTH_IN_2 ? 4 : LONGEST_HEADER;
}

function violation(message: string): FrameError {
  return new FrameError(CloseStatus.ProtocolError, message);
}
