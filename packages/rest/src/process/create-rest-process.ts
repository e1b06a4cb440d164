import * as defaults from '../defaults.ts';
import { isLoopback, parseBaseUrl } from '../http/base-url.ts';
import { checkOptions, hasMethods, isFunction, isText, wholeNumber } from '../options/option-check.ts';
import type { OptionCheck } from '../options/option-check.ts';
import { defineSecret, keySecret, tokenSecret } from '../options/secret-property.ts';
import { versionDigits } from '../options/version-check.ts';
import { MAX_TIMER_MS, systemClock } from '../ports/clock.ts';
import { systemRandom } from '../ports/random.ts';
import { checkAuthorization } from './authorization.ts';
import { handleRequest } from './handle-request.ts';
import type { RestProcess, RestProcessOptions } from './rest-process.ts';
import { createRestServer } from './rest-server.ts';

const milliseconds = wholeNumber(1, MAX_TIMER_MS, 'ms');
const bytes = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'bytes');
const secret: OptionCheck = () => undefined; // Checked where it is defined.

const checks: Readonly<Record<keyof RestProcessOptions, OptionCheck>> = {
  token: secret,
  secretKey: secret,
  port: wholeNumber(0, 65_535),
  host: isText,
  discordUrl: parseBaseUrl,
  version: versionDigits,
  timeout: milliseconds,
  holdTimeout: milliseconds,
  stopTimeout: milliseconds,
  maxInFlight: wholeNumber(1, 1_000_000),
  maxBodyBytes: bytes,
  maxBufferedBytes: bytes,
  maxRetryCount: wholeNumber(0, 100),
  globalRequestsPerSecond: wholeNumber(1, 100_000),
  clock: hasMethods('now', 'wallTime', 'setTimer', 'clearTimer'),
  random: isFunction,
  start: isFunction,
  stop: isFunction,
  handleRequest: isFunction,
  checkAuthorization: isFunction,
  callDiscord: isFunction,
  debug: isFunction,
};

/**
 * Creates the separate REST process: an HTTP server that every part of the bot sends its Discord requests to, so that
 * one place keeps the bot token and the rate limits (those of `@discordjs/rest`). Status, headers and body of Discord's
 * answer come back as they are. Nothing listens before `start(restProcess)`.
 *
 * Own answers, all JSON: 401 wrong key, 400 no route, 405 verb, 413 body too large, 502 Discord unreachable, 503
 * stopping or full, 504 no answer in time. `GET /healthz` needs no key.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong, or a `host` other than loopback has no `secretKey`.
 *
 * @example
 * const restProcess = createRestProcess({ token, secretKey, port: 8000 });
 * await restProcess.start(restProcess);
 *
 * @see https://docs.discord.com/developers/topics/rate-limits
 */
export function createRestProcess(options: RestProcessOptions): RestProcess {
  checkOptions('createRestProcess', options, checks);
  if (options.port === undefined) throw new TypeError('createRestProcess: port is needed; 0 takes a free one');
  const discord = parseBaseUrl('discordUrl', options.discordUrl ?? defaults.BASE_URL);
  const restProcess = {
    host: options.host ?? defaults.HOST,
    port: options.port,
    discordUrl: `${discord.origin}${discord.path}`,
    version: String(options.version ?? discord.version ?? defaults.API_VERSION),
    timeout: options.timeout ?? defaults.ATTEMPT_TIMEOUT_MS,
    holdTimeout: options.holdTimeout ?? defaults.HOLD_TIMEOUT_MS,
    stopTimeout: options.stopTimeout ?? defaults.STOP_TIMEOUT_MS,
    maxInFlight: options.maxInFlight ?? defaults.MAX_IN_FLIGHT,
    maxBodyBytes: options.maxBodyBytes ?? defaults.MAX_BODY_BYTES,
    maxBufferedBytes: options.maxBufferedBytes ?? defaults.MAX_BUFFERED_BYTES,
    maxRetryCount: options.maxRetryCount ?? defaults.REPEATS,
    globalRequestsPerSecond: options.globalRequestsPerSecond ?? defaults.GLOBAL_REQUESTS_PER_SECOND,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    server: createRestServer((): number => restProcess.maxBufferedBytes),
    start: options.start ?? ((self: RestProcess) => self.server.start(self)),
    stop: options.stop ?? ((self: RestProcess) => self.server.stop(self)),
    handleRequest: options.handleRequest ?? handleRequest,
    checkAuthorization: options.checkAuthorization ?? checkAuthorization,
    callDiscord: options.callDiscord ?? ((self: RestProcess, call) => self.server.discord(self).call(call)),
    debug: options.debug ?? ((): void => undefined),
  };
  defineSecret(restProcess, 'token', options.token, tokenSecret);
  defineSecret(restProcess, 'secretKey', options.secretKey, keySecret);
  // Not enumerable: a printed process shows its settings, not its sockets.
  Object.defineProperty(restProcess, 'server', { enumerable: false });
  if (restProcess.token === '') throw new TypeError('createRestProcess: token is needed to call Discord');
  if (restProcess.secretKey === '' && !isLoopback(restProcess.host)) {
    throw new RangeError(
      `createRestProcess: host ${restProcess.host} can be reached by other machines, so a secretKey is needed; give one or listen on 127.0.0.1`,
    );
  }
  return restProcess;
}
