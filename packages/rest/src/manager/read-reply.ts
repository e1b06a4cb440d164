import { STATUS_CODES } from 'node:http';
import { headerOf } from '../http/http-exchange.ts';
import type { HttpReply } from '../http/http-exchange.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { RestError } from '../rest-error.ts';
import { isRecord } from './request-body.ts';
import type { RestManager, RestRequest } from './rest-manager.ts';

/** Default of `rest.readReply`. Text comes as a string, what is neither JSON nor text (an image) as a `Buffer`. */
export function readReply(rest: RestManager, request: RestRequest, reply: HttpReply): unknown {
  const { method, route } = request;
  if (reply.status < 200 || reply.status > 299) throw statusError(rest, request, reply);
  if (reply.status === 204 || reply.body.length === 0) return undefined;
  const type = headerOf(reply, 'content-type') ?? '';
  if (type.startsWith('text/')) return reply.body.toString('utf8');
  if (!type.startsWith('application/json')) return reply.body;
  try {
    return JSON.parse(reply.body.toString('utf8'));
  } catch (error) {
    throw new RestError('invalidReply', `${method} ${route}: the answer says it is JSON and is not`, {
      method,
      route,
      status: reply.status,
      cause: error,
    });
  }
}

function statusError(rest: RestManager, request: RestRequest, reply: HttpReply): RestError {
  const { method, route } = request;
  const body = errorBody(reply);
  const fields = isRecord(body) ? body : {};
  const discordCode = typeof fields['code'] === 'number' ? fields['code'] : undefined;
  // Discord says `message`, a REST process `error`.
  const said = [fields['message'], fields['error']].filter((text) => typeof text === 'string')[0];
  const redirect = reply.status >= 300 && reply.status <= 399 ? ' (redirects are not followed)' : '';
  const message = `${method} ${route} answered ${reply.status}: ${said ?? STATUS_CODES[reply.status] ?? 'unknown status'}`;
  return new RestError(
    'httpStatus',
    `${message}${discordCode === undefined ? '' : ` (Discord code ${discordCode})`}${redirect}`,
    {
      method,
      route,
      status: reply.status,
      discordCode,
      body,
      retryAfterMs: retryAfterMs(headerOf(reply, 'retry-after'), rest.clock) ?? bodyRetryAfterMs(fields['retry_after']),
    },
  );
}

function errorBody(reply: HttpReply): unknown {
  const text = reply.body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Discord's 429 body has the time in seconds. @see https://docs.discord.com/developers/topics/rate-limits */
function bodyRetryAfterMs(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds >= 0 ? Math.ceil(seconds * 1_000) : undefined;
}
