import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** New for each run, so that nobody can prepare input with a chosen digest. */
const digestKey = randomBytes(32);

/** Signatures looked at in one request; a sender that changes its key sends two. */
const MAX_SIGNATURES = 4;

/** True when the given key is one of the accepted ones, in a time that tells nothing about them, their lengths included. */
export function isAcceptedKey(accepted: readonly string[], given: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', digestKey).update(text).digest();
  const wanted = digest(given);
  // All are compared, so that the time does not tell which one it was.
  return accepted.map((key) => timingSafeEqual(digest(key), wanted)).includes(true);
}

/** What a request says about its signature. */
export interface SignedBody {
  /** `Shardgate-Timestamp`: Unix time in seconds. */
  readonly timestamp: string | undefined;
  /** `Shardgate-Signature`: `v1=<hex>`, several with commas between. */
  readonly signature: string | undefined;
  readonly body: Buffer;
}

/** The signature that was right, in hex, or what is wrong in words for the sender. */
export type SignatureVerdict = { readonly digest: string } | { readonly fault: string };

/** Checks who signed a body, and when. */
export function verifySignature(
  accepted: readonly string[],
  { timestamp, signature, body }: SignedBody,
  nowMs: number,
  toleranceSeconds: number,
): SignatureVerdict {
  if (timestamp === undefined || signature === undefined) return { fault: 'The request is not signed.' };
  if (!/^\d{1,12}$/.test(timestamp)) return { fault: 'Invalid timestamp.' };
  const given = signature
    .split(',', MAX_SIGNATURES)
    .flatMap((part) => /^\s*v1=([\da-f]{64})\s*$/.exec(part)?.[1] ?? [])
    .map((hex) => Buffer.from(hex, 'hex'));
  const right = accepted
    .map((key) => createHmac('sha256', key).update(`${timestamp}.`).update(body).digest())
    .filter((digest) => given.map((candidate) => timingSafeEqual(candidate, digest)).includes(true));
  const [digest] = right;
  if (digest === undefined) return { fault: 'Invalid signature.' };
  // Only told to who has the key.
  const aheadSeconds = Number(timestamp) - Math.floor(nowMs / 1000);
  if (Math.abs(aheadSeconds) <= toleranceSeconds) return { digest: digest.toString('hex') };
  return {
    fault:
      `The request was signed ${Math.abs(aheadSeconds)} s ${aheadSeconds > 0 ? 'ahead of' : 'behind'} this clock; ` +
      `at most ${toleranceSeconds} s are accepted. Check the clocks of both machines.`,
  };
}
