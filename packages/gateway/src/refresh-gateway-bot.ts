import { GatewayError } from './errors.ts';
import type { GatewayBot } from './gateway-bot.ts';
import type { GatewayManager } from './gateway-manager.ts';
import { report } from './report.ts';

/** Two looks at `/gateway/bot` are at least this far apart, milliseconds. */
const LEAST_INTERVAL_MS = 5_000;
/** A reading older than this is renewed before the next identify, milliseconds. */
const FRESH_MS = 300_000;

/**
 * Reads `/gateway/bot` through the `fetchGatewayBot` method and adopts what it says. One read at a time for all shards; a failure is reported and
 * rejects.
 */
export async function refreshGatewayBot(gateway: GatewayManager): Promise<GatewayBot> {
  const { runtime, clock } = gateway;
  if (runtime.fetching !== undefined) return runtime.fetching;
  const tooEarlyMs = runtime.askAgainAt - clock.now();
  if (tooEarlyMs > 0)
    throw new GatewayError('gatewayBotUnavailable', `/gateway/bot can be asked again in ${Math.ceil(tooEarlyMs)} ms`);
  runtime.askAgainAt = clock.now() + LEAST_INTERVAL_MS;
  runtime.fetching = read(gateway).finally(() => {
    runtime.fetching = undefined;
  });
  return runtime.fetching;
}

async function read(gateway: GatewayManager): Promise<GatewayBot> {
  try {
    const bot = await gateway.fetchGatewayBot(gateway);
    adoptGatewayBot(gateway, bot);
    return bot;
  } catch (error) {
    report(gateway, 'gatewayBotError', { error });
    if (error instanceof GatewayError && error.retryAfterMs !== undefined) {
      gateway.runtime.askAgainAt = Math.max(gateway.runtime.askAgainAt, gateway.clock.now() + error.retryAfterMs);
    }
    throw error;
  }
}

/** Takes over Discord's figures. The shard count of what runs stays; what is spawned next uses the new one. */
function adoptGatewayBot(gateway: GatewayManager, bot: GatewayBot): void {
  const { runtime } = gateway;
  const limit = bot.sessionStartLimit;
  gateway.shardsRecommended = bot.shards;
  gateway.sessionStartLimitTotal = limit.total;
  gateway.sessionStartLimitRemaining = limit.remaining;
  gateway.sessionStartLimitResetAfter = limit.resetAfter;
  gateway.maxConcurrency = limit.maxConcurrency;
  if (!runtime.urlGiven) gateway.urlWSS = bot.url;
  runtime.identifyQueue.setMaxConcurrency(limit.maxConcurrency);
  runtime.governor.adopt(limit);
  runtime.fetchedAt = gateway.clock.now();
}

/**
 * Before an identify: Discord's figures not older than five minutes. Where they cannot be had our own book-keeping serves, unless it says that little is left.
 *
 * @throws {GatewayError} `identifyRefused` when the budget is near its reserve and Discord's figures cannot be had
 */
export async function ensureFreshBudget(gateway: GatewayManager): Promise<void> {
  const { runtime, clock } = gateway;
  const age = clock.now() - (runtime.fetchedAt ?? Number.NEGATIVE_INFINITY);
  if (age <= FRESH_MS) return;
  try {
    await refreshGatewayBot(gateway);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'tokenRejected') throw error;
    const { remaining, reserve } = runtime.governor.status;
    if (remaining < reserve * 2) {
      throw new GatewayError(
        'identifyRefused',
        `${remaining} identifies may be left and /gateway/bot does not answer; none is spent`,
        { cause: error },
      );
    }
  }
}
