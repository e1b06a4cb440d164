import type { Options } from 'amqplib';
import type { z } from 'zod';
import { matching } from '../options/shapes.ts';

/** Where the broker is, without the password in any text. */
export interface AmqpAddress {
  readonly connect: Options.Connect;
  /** For messages: `amqp://host:5672/vhost`. */
  readonly label: string;
  /** Neither encrypted nor on this machine. */
  readonly isExposed: boolean;
  /** Takes the password out of a text of somebody else's. */
  clean(text: string): string;
}

const EXPECTED = 'expected an address like amqp://user:password@host:5672/vhost, or amqps:';

/** An option that is the address of a broker. */
export const amqpUrl: z.ZodType = matching(/^amqps?:\/\/[^\s/]+/, EXPECTED).refine(
  (value) => typeof value === 'string' && isAddress(value),
  EXPECTED,
);

/** Reads a checked address. */
export function parseAmqpAddress(text: string): AmqpAddress {
  const url = new URL(text);
  const isTls = url.protocol === 'amqps:';
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (isTls ? 5671 : 5672);
  const [username, password] = [url.username, url.password].map(decodeURIComponent);
  // One character more than "amqp://host" is a name, also the empty one; none is the default, "/".
  const vhost = url.pathname.length > 1 ? url.pathname.slice(1) : undefined;
  const hasUser = url.username !== '' || url.password !== '';
  const secrets = [url.password, password].filter((secret) => secret !== undefined && secret.length > 2);
  return {
    connect: {
      protocol: isTls ? 'amqps' : 'amqp',
      hostname,
      port,
      ...(hasUser ? { username: username ?? '', password: password ?? '' } : {}),
      ...(vhost === undefined ? {} : { vhost }),
    },
    label: `${isTls ? 'amqps' : 'amqp'}://${url.hostname}:${port}${vhost === undefined ? '' : `/${vhost}`}`,
    isExposed: !isTls && !/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(hostname),
    clean: (message) => secrets.reduce<string>((rest, secret) => rest.replaceAll(secret ?? '', '…'), message),
  };
}

function isAddress(text: string): boolean {
  try {
    const { protocol, hostname, username, password } = new URL(text);
    decodeURIComponent(`${username}${password}`);
    return (protocol === 'amqp:' || protocol === 'amqps:') && hostname !== '';
  } catch {
    return false;
  }
}
