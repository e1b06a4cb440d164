import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** New for each run, so that nobody can prepare input with a chosen digest. */
const digestKey = randomBytes(32);

const digest = (text: string): Buffer => createHmac('sha256', digestKey).update(text).digest();

/** Compares in a time that tells nothing about the secret, its length included: what is compared are digests. */
export function sameSecret(expected: string, given: string): boolean {
  return timingSafeEqual(digest(expected), digest(given));
}
