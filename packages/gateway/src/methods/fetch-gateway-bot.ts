import { API_VERSION } from '../discord-limits.ts';
import { GatewayError } from '../errors.ts';
import { readGatewayBot, type GatewayBot } from '../gateway-bot.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { retryAfterMs } from '../ports/retry-after.ts';

/** Longest wait for the answer, milliseconds. */
const TIMEOUT_MS = 10_000;
const ROUTE = '/gateway/bot';
const USER_AGENT = 'DiscordBot (https://www.npmjs.com/package/shardgate, 10)';

/** Default of {@link GatewayMethods.fetchGatewayBot}. */
export async function fetchGatewayBot(gateway: GatewayManager): Promise<GatewayBot> {
  const body = await (gateway.rest === undefined ? askDiscord(gateway) : askRest(gateway));
  const bot = readGatewayBot(body);
  if (bot === undefined)
    throw new GatewayError('gatewayBotUnavailable', `${ROUTE} answered with something that is no gateway information`);
  return bot;
}

async function askRest(gateway: GatewayManager): Promise<unknown> {
  const { rest } = gateway;
  try {
    return await rest?.runMethod(rest as never, 'get', ROUTE);
  } catch (cause) {
    // The REST process's own 401 (a wrong secretKey) has no Discord code: it says nothing about the token.
    const refusal = cause as { status?: unknown; discordCode?: unknown; retryAfterMs?: unknown };
    if (refusal.status === 401 && typeof refusal.discordCode === 'number') throw tokenRejected();
    throw new GatewayError('gatewayBotUnavailable', `${ROUTE} could not be read through the REST manager`, {
      cause,
      retryAfterMs: typeof refusal.retryAfterMs === 'number' ? refusal.retryAfterMs : undefined,
    });
  }
}

async function askDiscord(gateway: GatewayManager): Promise<unknown> {
  const abort = new AbortController();
  const timer = gateway.clock.setTimer(() => abort.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  const token = gateway.token.startsWith('Bot ') ? gateway.token : `Bot ${gateway.token}`;
  try {
    const response = await fetch(`${gateway.apiUrl.replace(/\/+$/, '')}/v${API_VERSION}${ROUTE}`, {
      headers: { authorization: token, 'user-agent': USER_AGENT },
      redirect: 'error',
      signal: abort.signal,
    });
    if (response.status === 401) throw tokenRejected();
    if (!response.ok) {
      throw new GatewayError('gatewayBotUnavailable', `${ROUTE} answered with HTTP ${response.status}`, {
        status: response.status,
        retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      });
    }
    return await response.json();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('gatewayBotUnavailable', `${ROUTE} could not be read from ${gateway.apiUrl}`, { cause });
  } finally {
    gateway.clock.clearTimer(timer);
  }
}

function tokenRejected(): GatewayError {
  return new GatewayError(
    'tokenRejected',
    `${ROUTE} answered with HTTP 401: the token is wrong or was reset; copy the current one from the developer portal`,
    { status: 401 },
  );
}
