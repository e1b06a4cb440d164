import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../http/base-url.ts';
import type { RestProcess } from './rest-process.ts';

/** New for each run, so that nobody can prepare input with a chosen digest. */
const digestKey = randomBytes(32);

/** Default of `restProcess.checkAuthorization`. */
export function checkAuthorization(restProcess: RestProcess, request: IncomingMessage): boolean {
  if (restProcess.secretKey === '') return isFromThisMachine(request);
  // `headers` keeps the first of a repeated header; a repeated key must not pass.
  const given = request.headersDistinct['authorization'] ?? [];
  return given.length === 1 && sameSecret(restProcess.secretKey, given[0] ?? '');
}

/** Compares in a time that tells nothing about the secret, its length included: digests are compared, not the texts. */
function sameSecret(expected: string, given: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', digestKey).update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}

/**
 * Without a key the listener is on loopback, where every web page in a local browser can send requests too. Those carry
 * an `Origin`, or the page's own host name when its DNS entry was pointed here.
 */
function isFromThisMachine(request: IncomingMessage): boolean {
  const host = request.headers.host ?? '';
  const url = `http://${host}`;
  return (
    request.headers.origin === undefined &&
    URL.canParse(url) &&
    isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))
  );
}
