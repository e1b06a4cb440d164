import type { ConnectionOptions } from 'node:tls';
import type { BackOff } from '@shardgate/delivery';
import { z } from 'zod';
import { anyFunction, clockPort, milliseconds, wholeNumber } from '../options/shapes.ts';
import { systemClock, systemRandom, type Clock, type Random } from '../ports/clock.ts';
import { amqpUrl, parseAmqpAddress, type AmqpAddress } from './amqp-address.ts';
import * as defaults from './defaults.ts';

/** How a broker is reached: options of the sink and of the commands. */
export interface LinkOptions {
  /** `amqp://user:password@host:port/vhost`, or `amqps:` for TLS. The password stands in no output. */
  readonly url: string;
  /** For `amqps:`: an own authority, and a certificate to show. The server's certificate is always checked. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> | undefined;
  /** Seconds between heartbeats; a broker that is silent for two or three of them counts as gone. Default 10. */
  readonly heartbeatSeconds?: number | undefined;
  /** Time for a connection to be made and set up, milliseconds. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Wait between attempts to connect: between half of a bound that doubles and the bound. Default 250 to 30,000 ms. */
  readonly backOff?: Partial<BackOff> | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
  /** Default: real chance. */
  readonly random?: Random | undefined;
}

/** The same, read. */
export interface LinkSettings {
  readonly address: AmqpAddress;
  readonly tls: NonNullable<LinkOptions['tls']>;
  readonly heartbeatSeconds: number;
  readonly connectTimeoutMs: number;
  readonly backOff: BackOff;
  readonly clock: Clock;
  readonly random: Random;
}

/** What else Node takes would lessen what TLS is for. */
const tls = z.strictObject({
  ca: z.unknown().optional(),
  cert: z.unknown().optional(),
  key: z.unknown().optional(),
  passphrase: z.unknown().optional(),
  servername: z.unknown().optional(),
});

export const linkShape: Readonly<Record<keyof LinkOptions, z.ZodType>> = {
  url: amqpUrl,
  tls: tls.optional(),
  heartbeatSeconds: wholeNumber(1, 3_600, 'seconds').optional(),
  connectTimeoutMs: milliseconds(1, 600_000).optional(),
  backOff: z.strictObject({ baseMs: milliseconds(1).optional(), capMs: milliseconds(1).optional() }).optional(),
  clock: clockPort.optional(),
  random: anyFunction.optional(),
};

/** Fills in the defaults of checked options. */
export function readLinkOptions(options: LinkOptions): LinkSettings {
  return {
    address: parseAmqpAddress(options.url),
    tls: options.tls ?? {},
    heartbeatSeconds: options.heartbeatSeconds ?? defaults.HEARTBEAT_SECONDS,
    connectTimeoutMs: options.connectTimeoutMs ?? defaults.CONNECT_TIMEOUT_MS,
    backOff: {
      baseMs: options.backOff?.baseMs ?? defaults.BACK_OFF.baseMs,
      capMs: options.backOff?.capMs ?? defaults.BACK_OFF.capMs,
    },
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
