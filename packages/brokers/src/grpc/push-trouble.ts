import type { ServiceError } from '@grpc/grpc-js';
import type { Trouble } from '../trouble-log.ts';
import type { Grpc } from './grpc-library.ts';

/** What a failed call says about the consumer's server. */
export type PushFailure =
  /** The event itself is refused, and will be. */
  | { readonly kind: 'refused'; readonly words: string }
  /** This call failed; another may not. */
  | { readonly kind: 'failed'; readonly words: string }
  /** No call can succeed now. */
  | { readonly kind: 'server'; readonly trouble: Trouble };

/** What an error of a call means. What a server says is not repeated, where it could repeat what it was sent. */
export function pushFailure(
  { status }: Grpc,
  { code, details = '' }: Partial<ServiceError>,
  path: string,
): PushFailure {
  switch (code) {
    case status.INVALID_ARGUMENT:
    case status.OUT_OF_RANGE:
      return { kind: 'refused', words: `the consumer refuses it (${status[code]})` };
    case status.RESOURCE_EXHAUSTED:
      return /larger than|message size|too large/i.test(details)
        ? { kind: 'refused', words: 'it is larger than the consumer takes' }
        : { kind: 'failed', words: 'the consumer is busy (RESOURCE_EXHAUSTED)' };
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return { kind: 'server', trouble: { kind: 'credentials', words: 'refuses the key' } };
    case status.UNIMPLEMENTED:
      return { kind: 'server', trouble: { kind: 'unimplemented', words: `has no ${path}` } };
    case status.DEADLINE_EXCEEDED:
      return { kind: 'server', trouble: { kind: 'silent', words: 'does not answer in time' } };
    case status.UNAVAILABLE:
      return { kind: 'server', trouble: unreachable(details) };
    case status.CANCELLED:
      return { kind: 'server', trouble: { kind: 'cancelled', words: 'has ended the call' } };
    default:
      return { kind: 'failed', words: `the call failed (${status[code ?? status.UNKNOWN]})` };
  }
}

/** gRPC's own words, which say what the connection failed of. */
function unreachable(details: string): Trouble {
  const [, reason = details] = /Last error: (?:Error: )?(.*?)(?:\. Resolution note:.*)?$/s.exec(details) ?? [];
  const words = reason.split('\n')[0]?.slice(0, 200) ?? '';
  return /certificate|ssl|tls|altnames/i.test(reason)
    ? { kind: 'tls', words: `cannot be trusted: ${words}` }
    : { kind: 'unreachable', words: `cannot be reached: ${words}` };
}
