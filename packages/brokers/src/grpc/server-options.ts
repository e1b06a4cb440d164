import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '@shardgate/delivery';
import { z } from 'zod';
import { clockPort, milliseconds, text, wholeNumber } from '../options/shapes.ts';
import { systemClock, type Clock } from '../ports/clock.ts';
import * as defaults from './defaults.ts';

/** PEM texts of a server. */
export interface GrpcServerTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** With this, clients must show a certificate of this authority. */
  readonly ca?: string | Buffer | undefined;
}

/** Where a server of ours listens, and whom it lets in. */
export interface GrpcListenOptions {
  /** Default `127.0.0.1`. Anything that others can reach needs a `secretKey`, or `tls` with a `ca`. */
  readonly host?: string | undefined;
  /** 0: any free one. Default 50,051. */
  readonly port?: number | undefined;
  /** Default: none, plain HTTP/2. */
  readonly tls?: GrpcServerTls | undefined;
  /** What clients must send as metadata, `authorization: Bearer <key>`. Default: none. */
  readonly secretKey?: string | undefined;
  /** A connection that does not answer a ping for this long is cut, milliseconds; every so often there is one. Default 20,000. */
  readonly keepaliveMs?: number | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
}

/** The options as they are used. */
export interface GrpcListenSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: GrpcServerTls | undefined;
  readonly keepaliveMs: number;
  readonly clock: Clock;
  /** Whether a client's `authorization` is right. */
  admits(authorization: string | undefined): boolean;
}

/** PEM text, which no message shows. */
export const pem: z.ZodType = z.custom(
  (value) => /-----BEGIN [A-Z ]+-----/.test(Buffer.isBuffer(value) ? value.toString('latin1') : String(value)),
  'expected PEM text',
);

export const listenShape: Readonly<Record<keyof GrpcListenOptions, z.ZodType>> = {
  host: text.optional(),
  port: wholeNumber(0, 65_535).optional(),
  tls: z.strictObject({ key: pem, cert: pem, ca: pem.optional() }).optional(),
  secretKey: text.optional(),
  keepaliveMs: milliseconds(100).optional(),
  clock: clockPort.optional(),
};

/** @throws {TypeError} when it would be open to everybody */
export function readListenOptions(owner: string, options: GrpcListenOptions): GrpcListenSettings {
  const { host = defaults.HOST, tls, secretKey } = options;
  if (!isLoopback(host) && secretKey === undefined && tls?.ca === undefined)
    throw new TypeError(
      `${owner}: option 'host' is ${host}, which others can reach: it needs a secretKey, or tls with a ca`,
    );
  return {
    host,
    port: options.port ?? defaults.PORT,
    tls,
    keepaliveMs: options.keepaliveMs ?? defaults.KEEPALIVE_MS,
    clock: options.clock ?? systemClock,
    admits: (authorization) =>
      secretKey === undefined || isSame(`bearer ${secretKey}`, lowerScheme(authorization ?? '')),
  };
}

/** The scheme's name is in any case. */
function lowerScheme(authorization: string): string {
  return authorization.replace(/^\w+ +/, (scheme) => `${scheme.trim().toLowerCase()} `);
}

/** In a time that tells nothing about the secret: what is compared are digests. */
function isSame(expected: string, given: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
