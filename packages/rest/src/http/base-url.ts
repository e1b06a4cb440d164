import { BlockList, isIP } from 'node:net';

/** The fixed beginning of a server's addresses. */
export interface BaseUrl {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path without a version and without a slash at its end; may be empty. */
  readonly path: string;
  /** Version that stood at the end of the path (`10` of `/api/v10`), if any. */
  readonly version: string | undefined;
}

/** Where cloud providers keep their machine credentials: never a REST process. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Reads a configured address.
 *
 * @throws {TypeError} not http(s), not a URL, or with user name, query or fragment.
 * @throws {RangeError} a link-local address.
 */
export function parseBaseUrl(name: string, value: unknown): BaseUrl {
  const url = parseHttpUrl(name, value);
  if (url.search !== '' || url.hash !== '') {
    throw new TypeError(`${name}: expected an address without query and fragment, got ${url.origin}${url.pathname}`);
  }
  const [, path = '', version] = /^(.*?)(?:\/v(\d+))?\/*$/.exec(url.pathname) ?? [];
  return { origin: url.origin, path: path.replace(/\/+$/, ''), version };
}

/** The checks of {@link parseBaseUrl} for an address that may have a query. */
export function parseHttpUrl(name: string, value: unknown): URL {
  if (typeof value !== 'string' && !(value instanceof URL)) {
    throw new TypeError(`${name}: expected an http:// or https:// address as a string, got ${typeof value}`);
  }
  const text = String(value);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    // Only the scheme is shown: an address may hold credentials.
    const scheme = url === undefined ? 'something that is not a URL' : `the scheme "${url.protocol}"`;
    throw new TypeError(`${name}: expected an http:// or https:// address, got ${scheme}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`${name}: expected an address without user name and password; use secretKey`);
  }
  if (isListed(linkLocal, url.hostname)) {
    throw new RangeError(`${name}: the link-local host ${url.hostname} is refused`);
  }
  return url;
}

/** True for `localhost`, 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isListed(loopback, host);
}

function isListed(list: BlockList, host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  return family !== 0 && list.check(bare, family === 4 ? 'ipv4' : 'ipv6');
}
