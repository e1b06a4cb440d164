import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiFault } from './api-fault.ts';

/** New for each run, so that nobody can prepare input with a chosen digest. */
const digestKey = randomBytes(32);

const digest = (text: string): Buffer => createHmac('sha256', digestKey).update(text).digest();

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/i;

/** Whether only programs of this machine reach an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Lets a request in or throws. With a key it has to be shown. Without one the server is on loopback, where web pages of others may not reach it by way of a browser: they come with an
 * `Origin` or say that they are from elsewhere, or call the server by a name of theirs.
 *
 * @throws {ApiFault} 401, 403 or 421
 */
export function checkAccess(headers: IncomingHttpHeaders, key: string | undefined): void {
  if (key !== undefined) {
    // Digests have one length, so that the time it takes tells nothing about the key.
    const shown = /^Bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(digest(key), digest(shown)))
      throw new ApiFault(401, 'the key is missing or wrong: send it as Authorization: Bearer <key>');
    return;
  }
  const site = headers['sec-fetch-site'] ?? 'none';
  if (headers.origin !== undefined || (site !== 'none' && site !== 'same-origin'))
    throw new ApiFault(403, 'web pages are not let in without a key');
  const host = headers[':authority'] ?? headers.host ?? '';
  if (
    !isLoopback(
      String(host)
        .replace(/:\d+$/, '')
        .replace(/^\[|\]$/g, ''),
    )
  )
    throw new ApiFault(421, 'this server is not known by that name');
}
