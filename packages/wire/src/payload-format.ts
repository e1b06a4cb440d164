import type { Encoding } from './decoder-options.ts';
import type { MessageStructure } from './message-structure.ts';

/** The header of a message that is written anew. */
export interface MessageHeader {
  readonly op: number;
  readonly s: number | null;
  readonly t: string | null;
}

export interface WrittenMessage {
  readonly bytes: Buffer;
  /** First byte of `d`, or -1 without one. */
  readonly dStart: number;
  /** The byte after `d`. */
  readonly dEnd: number;
}

/** What a payload knows of the way its bytes are written. */
export interface PayloadFormat {
  readonly encoding: Encoding;
  /** The value between two bytes; throws anything where there is none. */
  readData(bytes: Buffer, start: number, end: number): unknown;
  /** The whole message walked. @throws {@link WireError} as `readPayload` */
  readStructure(bytes: Buffer): MessageStructure;
  /** A message with the encoded `d` as it is. */
  write(header: MessageHeader, d: Buffer | undefined): WrittenMessage;
}
