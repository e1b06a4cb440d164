import { inspect } from 'node:util';
import type { Encoding } from './decoder-options.ts';
import type { MessageStructure } from './message-structure.ts';
import type { PayloadFormat } from './payload-format.ts';
import { WireError } from './wire-error.ts';

/** Stands for a `d` not read yet, as undefined is a value of its own. */
const UNREAD: unique symbol = Symbol('unread');

/** A payload as an object, in the order in which it is written. */
export interface PayloadJson {
  op: number;
  d: unknown;
  s: number | null;
  t: string | null;
}

/**
 * One gateway message: its header read, its data not yet. Made by `readPayload` and by frame decoders.
 *
 * @see https://docs.discord.com/developers/events/gateway-events#payload-structure
 */
export class Payload {
  /** The opcode, 0 or more; see `Op`. */
  readonly op: number;
  /** The sequence number of a dispatch; null for every other op, and where the message has no whole number of 0 or more. */
  readonly s: number | null;
  /** The event name of a dispatch. */
  readonly t: string | null;
  /** The message as it came: a JSON text, valid UTF-8, or an ETF term; see `encoding`. Not to be written to. */
  readonly bytes: Buffer;
  readonly #dStart: number;
  readonly #dEnd: number;
  readonly #format: PayloadFormat;
  #d: unknown = UNREAD;

  static {
    // A computed method name cannot stand in an isolated declaration.
    Object.defineProperty(this.prototype, inspect.custom, { value: showHeader });
  }

  /** @internal `dStart` is the first byte of `d`, or -1 without one; `dEnd` the byte after it. */
  constructor(
    op: number,
    s: number | null,
    t: string | null,
    bytes: Buffer,
    dStart: number,
    dEnd: number,
    format: PayloadFormat,
  ) {
    this.op = op;
    this.s = s;
    this.t = t;
    this.bytes = bytes;
    this.#dStart = dStart;
    this.#dEnd = dEnd;
    this.#format = format;
  }

  /** How `bytes` is written. */
  get encoding(): Encoding {
    return this.#format.encoding;
  }

  /**
   * The data of the message: parsed when first read, then the same object each time. Undefined when the message has none.
   *
   * @throws {@link WireError} `malformedPayload` when the data is broken; the header was then read before that showed.
   */
  get d(): unknown {
    if (this.#d === UNREAD) this.#d = this.#dStart === -1 ? undefined : this.#parse();
    return this.#d;
  }

  /**
   * The bytes of `d` in `encoding` (of ETF one term without the version byte), as they came: unchecked until `d` was read, so damage there may show as bytes that are no value, or as more
   * than one. A part of `bytes`, not to be written to. Undefined when the message has no `d`.
   */
  get dBytes(): Buffer | undefined {
    return this.#dStart === -1 ? undefined : this.bytes.subarray(this.#dStart, this.#dEnd);
  }

  /** First byte of `d` in `bytes`, or -1 when the message has none: with {@link Payload.dEnd} what `knownDispatch` needs to make the payload again elsewhere. */
  get dStart(): number {
    return this.#dStart;
  }

  /** The byte after `d` in `bytes`, or -1. */
  get dEnd(): number {
    return this.#dEnd;
  }

  /** What JSON.stringify writes: op, d, s and t in this order. Reads `d`, so it throws as that does. */
  toJSON(): PayloadJson {
    return { op: this.op, d: this.d, s: this.s, t: this.t };
  }

  /**
   * The same event under another name. Its bytes are written anew to say so, with `d` as it came and without unknown
   * keys. A `d` that was already read is shared by both.
   *
   * @throws {@link WireError} `malformedPayload` when the message turns out to be broken.
   */
  withName(t: string): Payload {
    const { dStart, dEnd } = this.#exactStructure();
    const data = dStart === -1 ? undefined : this.bytes.subarray(dStart, dEnd);
    const written = this.#format.write({ op: this.op, s: this.s, t }, data);
    const renamed = new Payload(this.op, this.s, t, written.bytes, written.dStart, written.dEnd, this.#format);
    renamed.#d = this.#d;
    return renamed;
  }

  #parse(): unknown {
    try {
      return this.#format.readData(this.bytes, this.#dStart, this.#dEnd);
    } catch {
      // Either broken, or a member follows d where readPayload took d for the last one.
      const { dStart, dEnd } = this.#exactStructure();
      return dStart === -1 ? undefined : this.#format.readData(this.bytes, dStart, dEnd);
    }
  }

  /** The whole message walked; refuses one that repeats a header key after `d` with another value. */
  #exactStructure(): MessageStructure {
    const exact = this.#format.readStructure(this.bytes);
    if (exact.op !== this.op || exact.s !== this.s || exact.t !== this.t) {
      throw new WireError(
        'malformedPayload',
        `a gateway message with op ${this.op} says two different things in its header`,
      );
    }
    return exact;
  }
}

/** What console.log shows: not the data, which may be private, nor the bytes of an Identify, which hold the token. */
function showHeader(this: Payload): object {
  return { op: this.op, s: this.s, t: this.t, bytes: this.bytes.length };
}
