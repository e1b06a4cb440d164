import { createHmac } from 'node:crypto';

/**
 * Headers that prove who sent a body and when: the Unix time in seconds, and the HMAC-SHA-256 of that time, a full stop and the body, as
 * `v1=<hex>`.
 */
export function signatureHeaders(
  signingKey: string,
  body: Buffer,
  wallTimeMs: number,
): { 'shardgate-timestamp': string; 'shardgate-signature': string } {
  const timestamp = String(Math.floor(wallTimeMs / 1000));
  const digest = createHmac('sha256', signingKey).update(`${timestamp}.`).update(body).digest('hex');
  return { 'shardgate-timestamp': timestamp, 'shardgate-signature': `v1=${digest}` };
}
