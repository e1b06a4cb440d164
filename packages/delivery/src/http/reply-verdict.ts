import type { Clock } from '@shardgate/gateway';
import { BusyError, RefusedError } from '../sink.ts';
import { MAX_RETRY_AFTER_MS, WRONG_KEY_PAUSE_MS } from './defaults.ts';
import type { Reply } from './post.ts';

/**
 * What a status other than 2xx means for the batch, as the error to reject with; undefined for 2xx.
 *
 * @param secrets what a consumer that repeats its request may say, and no log
 */
export function failureOf(
  reply: Reply,
  where: string,
  clock: Clock,
  secrets: readonly string[] = [],
): Error | undefined {
  const { status } = reply;
  if (status >= 200 && status <= 299) return undefined;
  const answered = `${where} answered ${status}`;
  if (isWrongKey(status)) return new BusyError(`${answered}: the secret key is not accepted`, WRONG_KEY_PAUSE_MS);
  if (status === 400 || status === 413 || status === 422)
    return new RefusedError(`${answered}${excerpt(reply.body, secrets)}`);
  if (status === 429 || status === 503) {
    const pauseMs = retryAfterMs(reply.headers['retry-after'], clock);
    if (pauseMs !== undefined) return new BusyError(answered, pauseMs);
  }
  return new Error(status >= 300 && status <= 399 ? `${answered}: redirects are not followed` : answered);
}

/** True when the key, not the request, is what the consumer turned down. */
export function isWrongKey(status: number): boolean {
  return status === 401 || status === 403;
}

/**
 * Milliseconds of a `Retry-After`, in seconds or as a date; undefined when it is neither.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
function retryAfterMs(header: string | string[] | undefined, clock: Clock): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') return undefined;
  const seconds = Number(text);
  const pauseMs = Number.isNaN(seconds) ? Date.parse(text) - clock.wallTime() : seconds * 1000;
  return Number.isNaN(pauseMs) ? undefined : Math.min(Math.max(Math.ceil(pauseMs), 0), MAX_RETRY_AFTER_MS);
}

/** The beginning of what the consumer said, fit for a log. */
function excerpt(body: Buffer | undefined, secrets: readonly string[]): string {
  let said = (body ?? Buffer.alloc(0)).toString();
  // Before it is cut: half a secret is one, too.
  for (const secret of secrets) said = said.replaceAll(secret, '(hidden)');
  const text = said
    .slice(0, 200)
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim();
  return text === '' ? '' : `: ${text}`;
}
