import type { IncomingMessage } from 'node:http';

/** The key of an `Authorization` header, plain or after `Bearer`; null when there is none. A repeated header gives '', which is no key. */
export function keyOf(request: IncomingMessage): string | null {
  // `headers` keeps the first of a repeated header.
  const given = request.headersDistinct['authorization'] ?? [];
  if (given.length === 0) return null;
  return given.length === 1 ? (given[0] ?? '').replace(/^Bearer +/i, '') : '';
}

/**
 * The name by which a request calls this server, in lower case, without port and brackets; undefined when there is none, several, or one that cannot be
 * read. A web page whose own name was pointed at this machine sends that name.
 */
export function hostNameOf(request: IncomingMessage): string | undefined {
  const hosts = request.headersDistinct['host'] ?? [];
  const url = `http://${hosts[0] ?? ''}`;
  if (hosts.length !== 1 || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
