import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** New for each run, so that nobody can prepare input with a chosen digest. */
const digestKey = randomBytes(32);

const digest = (text: string): Buffer => createHmac('sha256', digestKey).update(text).digest();

/**
 * Whether a request shows the key, as `Authorization: Bearer <key>` and once only. Digests are compared, so that the time it takes tells nothing about
 * the key, its length included.
 */
export function showsKey(request: IncomingMessage, secretKey: string): boolean {
  // `headers` keeps the first of a repeated header.
  const given = request.headersDistinct['authorization'] ?? [];
  const [, key = ''] = (given.length === 1 && /^Bearer +(.*)$/i.exec(given[0] ?? '')) || [];
  return timingSafeEqual(digest(secretKey), digest(key));
}
