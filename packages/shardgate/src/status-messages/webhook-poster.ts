import type { Clock } from '@shardgate/gateway';
import { Agent, fetch, type Response } from 'undici';
import { MAX_ANSWER_BYTES, POST_TIMEOUT_MS } from './defaults.ts';
import { outcomeOf, type Poster, type PostOutcome } from './post.ts';
import type { WebhookUrl } from './webhook-url.ts';

/** Posts to a webhook; opens nothing before the first message. */
export function createWebhookPoster({ label, address }: WebhookUrl, clock: Clock): Poster {
  let agent: Agent | undefined;
  return {
    label,
    async post({ embeds }, signal) {
      agent ??= new Agent({ connections: 1, maxResponseSize: MAX_ANSWER_BYTES });
      const expired = new AbortController();
      const timer = clock.setTimer(() => expired.abort(), POST_TIMEOUT_MS);
      try {
        const response = await fetch(address, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ embeds, allowed_mentions: { parse: [] } }),
          dispatcher: agent,
          // The address is a secret: no other host gets to see where it leads.
          redirect: 'manual',
          signal: AbortSignal.any([signal, expired.signal]),
        });
        // Read to its end, so that the connection can be used again.
        const body = await response.text();
        return response.ok ? { kind: 'posted' } : readRefusal(label, response, body);
      } catch (error) {
        const text = `${label}: ${expired.signal.aborted ? `no answer within ${POST_TIMEOUT_MS} ms` : `cannot be reached (${networkCode(error)})`}`;
        return { kind: 'later', text, retryAfterMs: undefined, global: false };
      } finally {
        clock.clearTimer(timer);
      }
    },
    close: async () => {
      await agent?.destroy();
    },
  };
}

function readRefusal(label: string, response: Response, body: string): PostOutcome {
  const answer = parseAnswer(body);
  const code = typeof answer['code'] === 'number' ? ` (Discord code ${answer['code']})` : '';
  const seconds = [answer['retry_after'], Number(response.headers.get('retry-after') ?? Number.NaN)].find(
    (value): value is number => typeof value === 'number' && value >= 0,
  );
  return outcomeOf(
    response.status,
    `${label}: answered ${response.status}${code}`,
    seconds === undefined ? undefined : Math.ceil(seconds * 1_000),
    answer['global'] === true || response.headers.get('x-ratelimit-global') !== null,
  );
}

function parseAnswer(body: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  } catch {
    return {};
  }
}

/** `ECONNREFUSED` and the like. The error's own text would show the address. */
function networkCode(error: unknown): string {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return 'no code';
}
