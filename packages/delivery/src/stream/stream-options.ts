import type { Clock } from '@shardgate/gateway';
import { z } from 'zod';
import { clockPort, flag, milliseconds, port, secret, text, wholeNumber } from '../options/shapes.ts';
import { systemClock } from '../ports/clock.ts';
import type { CommandPort } from './command-port.ts';
import { STREAM_DEFAULTS } from './defaults.ts';
import { createKeyCheck } from './key-check.ts';
import type { StreamWindow } from './protocol.ts';
import type { StreamHubOptions } from './stream-hub.ts';

/** Options of both stream sinks. */
export interface StreamOptions {
  /** Name of the sink; see `Sink.name`. */
  readonly name: string;
  /** The key every client has to give. */
  readonly secretKey?: string;
  /**
   * Most that is sent to one client and not acknowledged: events, and bytes (each event counts with its payload, its `old` and 256 bytes). A client
   * may ask for less. One event that is larger than all of it goes alone.
   *
   * @defaultValue `{ events: 4096, bytes: 4_194_304 }`
   */
  readonly window?: Partial<StreamWindow>;
  /** Whether events have `old`, the object before the event, where a state knows it. @defaultValue `true` */
  readonly old?: boolean;
  /** Clients at a time. @defaultValue `64` */
  readonly maxClients?: number;
  /** Connections at a time that have not said hello yet. @defaultValue `64` */
  readonly maxHandshakes?: number;
  /** The same from one address. @defaultValue `16` */
  readonly maxHandshakesPerAddress?: number;
  /** Longest wait for a hello, milliseconds. @defaultValue `5_000` */
  readonly helloTimeoutMs?: number;
  /** A client that owes an acknowledgement and gives none for this long is disconnected, milliseconds. @defaultValue `30_000` */
  readonly ackTimeoutMs?: number;
  /** How often clients are asked to send a ping, milliseconds. @defaultValue `15_000` */
  readonly pingIntervalMs?: number;
  /** A client of which nothing was heard for this long is disconnected, milliseconds. @defaultValue `45_000` */
  readonly silenceTimeoutMs?: number;
  /** Longest message of a client, bytes. @defaultValue `65_536` */
  readonly maxMessageBytes?: number;
  /** Commands of one client that may be under way. @defaultValue `64` */
  readonly maxCommands?: number;
  /** Answers a client may leave unread before it is disconnected, bytes. @defaultValue `16_777_216` */
  readonly maxReplyBytes?: number;
  /** Carries out commands; without it each is answered with `noCommands`. */
  readonly commands?: CommandPort;
  /** @defaultValue real time */
  readonly clock?: Clock;
}

const MOST_MS = 86_400_000;

const bytes = (least: number, most?: number): z.ZodType => wholeNumber(least, most, 'bytes').optional();
const duration = milliseconds(1, MOST_MS).optional();
const atLeastOne = wholeNumber(1).optional();

/** What the options of both sinks must be. */
export const streamShape: Readonly<Record<keyof StreamOptions, z.ZodType>> = {
  name: text,
  secretKey: secret.optional(),
  window: z.strictObject({ events: atLeastOne, bytes: bytes(1_024) }).optional(),
  old: flag.optional(),
  maxClients: atLeastOne,
  maxHandshakes: atLeastOne,
  maxHandshakesPerAddress: atLeastOne,
  helloTimeoutMs: duration,
  ackTimeoutMs: duration,
  pingIntervalMs: duration,
  silenceTimeoutMs: duration,
  maxMessageBytes: bytes(1_024, 16 * 1024 * 1024),
  maxCommands: atLeastOne,
  maxReplyBytes: bytes(1_024),
  commands: port('execute').optional(),
  clock: clockPort.optional(),
};

/** The options with their defaults, for the hub. They are checked already. */
export function hubOptions(owner: string, options: StreamOptions): StreamHubOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all = { ...STREAM_DEFAULTS, ...given } as typeof STREAM_DEFAULTS;
  if (all.pingIntervalMs >= all.silenceTimeoutMs) {
    throw new RangeError(
      `${owner}: pingIntervalMs (${all.pingIntervalMs}) has to be below silenceTimeoutMs (${all.silenceTimeoutMs})`,
    );
  }
  return {
    sinkName: options.name,
    settings: {
      window: { ...STREAM_DEFAULTS.window, ...options.window },
      old: all.old,
      ackTimeoutMs: all.ackTimeoutMs,
      helloTimeoutMs: all.helloTimeoutMs,
      pingIntervalMs: all.pingIntervalMs,
      silenceTimeoutMs: all.silenceTimeoutMs,
      maxMessageBytes: all.maxMessageBytes,
      maxCommands: all.maxCommands,
      maxReplyBytes: all.maxReplyBytes,
      commands: options.commands,
      clock: options.clock ?? systemClock,
    },
    keyCheck: createKeyCheck(options.secretKey),
    maxClients: all.maxClients,
    maxHandshakes: all.maxHandshakes,
    maxHandshakesPerAddress: all.maxHandshakesPerAddress,
  };
}
