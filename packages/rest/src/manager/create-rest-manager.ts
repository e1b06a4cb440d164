import { API_VERSION, BASE_URL, CALL_TIMEOUT_MS, REPEATS } from '../defaults.ts';
import { parseBaseUrl } from '../http/base-url.ts';
import { checkOptions, hasMethods, isFunction, wholeNumber } from '../options/option-check.ts';
import type { OptionCheck } from '../options/option-check.ts';
import { versionDigits } from '../options/version-check.ts';
import { defineSecret, keySecret, tokenSecret } from '../options/secret-property.ts';
import { MAX_TIMER_MS, systemClock } from '../ports/clock.ts';
import { systemRandom } from '../ports/random.ts';
import { createConnections } from './connections.ts';
import { createRequest } from './create-request.ts';
import { readReply } from './read-reply.ts';
import type { RestManager, RestManagerOptions } from './rest-manager.ts';
import { runMethod } from './run-method.ts';
import { sendRequest } from './send-request.ts';

const secret: OptionCheck = () => undefined; // Checked where it is defined.

const checks: Readonly<Record<keyof RestManagerOptions, OptionCheck>> = {
  token: secret,
  secretKey: secret,
  customUrl: (name, value) => {
    if (value !== '') parseBaseUrl(name, value);
  },
  apiUrl: parseBaseUrl,
  version: versionDigits,
  timeout: wholeNumber(1, MAX_TIMER_MS, 'ms'),
  maxRetryCount: wholeNumber(0, 100),
  clock: hasMethods('now', 'wallTime', 'setTimer', 'clearTimer'),
  random: isFunction,
  runMethod: isFunction,
  createRequest: isFunction,
  sendRequest: isFunction,
  readReply: isFunction,
  close: isFunction,
  debug: isFunction,
};

/**
 * Creates a REST manager: a plain object that calls the REST process at `customUrl`, or Discord itself when there is
 * none, then through the rate limits of `@discordjs/rest`. Opens nothing before the first call; any number of managers
 * live side by side.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; the message names it and never shows a secret.
 *
 * @example
 * const rest = createRestManager({ token, secretKey, customUrl: 'http://localhost:8000' });
 * const { url, shards } = await rest.runMethod(rest, 'get', endpoints.GATEWAY_BOT);
 *
 * @see https://docs.discord.com/developers/reference
 */
export function createRestManager(options: RestManagerOptions): RestManager {
  checkOptions('createRestManager', options, checks);
  const rest = {
    customUrl: options.customUrl ?? '',
    apiUrl: options.apiUrl ?? BASE_URL,
    version: String(options.version ?? API_VERSION),
    timeout: options.timeout ?? CALL_TIMEOUT_MS,
    maxRetryCount: options.maxRetryCount ?? REPEATS,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    connections: createConnections(),
    runMethod: options.runMethod ?? runMethod,
    createRequest: options.createRequest ?? createRequest,
    sendRequest: options.sendRequest ?? sendRequest,
    readReply: options.readReply ?? readReply,
    close: options.close ?? ((manager: RestManager): Promise<void> => manager.connections.close()),
    debug: options.debug ?? ((): void => undefined),
  };
  defineSecret(rest, 'token', options.token, tokenSecret);
  defineSecret(rest, 'secretKey', options.secretKey, keySecret);
  // Not enumerable: a printed manager shows its settings, not its sockets.
  Object.defineProperty(rest, 'connections', { enumerable: false });
  if (rest.customUrl === '' && rest.token === '') {
    throw new TypeError(
      'createRestManager: token is needed to call Discord; give it, or the customUrl of a REST process',
    );
  }
  return rest;
}
