import { parseBaseUrl } from '../http/base-url.ts';
import { parseVerb, VERBS } from '../http/verb.ts';
import { checkOptions, hasMethods, show, wholeNumber } from '../options/option-check.ts';
import type { OptionCheck } from '../options/option-check.ts';
import { BASE_URL } from '../defaults.ts';
import { MAX_TIMER_MS } from '../ports/clock.ts';
import { displayRoute, parseRoute } from '../routes/route.ts';
import { addQuery, encodeBody, isRecord } from './request-body.ts';
import type { RestManager, RestRequest, RunMethodOptions } from './rest-manager.ts';

/** Longest audit-log reason, characters. @see https://docs.discord.com/developers/resources/audit-log */
const MAX_REASON_LENGTH = 512;

/** Headers that decide where a message ends or who sends it. */
const REFUSED_HEADERS = new Set([
  'authorization',
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
  'upgrade',
]);

/** Full URLs of Discord are taken as routes; the request goes to the manager's own server all the same. */
const DISCORD = [BASE_URL, 'https://discordapp.com/api'].map((url) => parseBaseUrl('BASE_URL', url));

const object: OptionCheck = (name, value) => {
  if (!isRecord(value)) throw new TypeError(`${name}: expected an object, got ${show(value)}`);
};

const callChecks: Readonly<Record<keyof RunMethodOptions, OptionCheck>> = {
  reason: (name, value) => {
    if (typeof value !== 'string') throw new TypeError(`${name}: expected a string, got ${show(value)}`);
    if (value.length > MAX_REASON_LENGTH) {
      throw new RangeError(`${name}: expected at most ${MAX_REASON_LENGTH} characters, got ${value.length}`);
    }
  },
  files: (name, value) => {
    if (!Array.isArray(value)) throw new TypeError(`${name}: expected a list of { name, data }, got ${show(value)}`);
  },
  query: object,
  headers: object,
  timeout: wholeNumber(1, MAX_TIMER_MS, 'ms'),
  signal: hasMethods('addEventListener', 'removeEventListener'),
};

/** Default of `rest.createRequest`. */
export async function createRequest(
  rest: RestManager,
  method: string,
  route: unknown,
  body: unknown,
  options: RunMethodOptions,
): Promise<RestRequest> {
  const verb = parseVerb(method);
  if (verb === undefined) throw new TypeError(`method: expected one of ${VERBS.join(', ')}, got ${show(method)}`);
  checkOptions('runMethod', options, callChecks);
  const server = parseBaseUrl('customUrl', rest.customUrl === '' ? rest.apiUrl : rest.customUrl);
  const { version = server.version ?? rest.version, path, query } = parseRoute(route, [server, ...DISCORD]);

  const inQuery = verb === 'GET' && body !== undefined && body !== null;
  if (inQuery && !isRecord(body)) {
    throw new TypeError(`body: GET has none; expected an object of query parameters, got ${show(body)}`);
  }
  const encoded = await encodeBody(inQuery ? undefined : body, options.files ?? []);
  if (verb === 'GET' && encoded.bytes !== undefined) throw new TypeError('files: GET has no body to put files into');

  return {
    method: verb,
    version,
    path,
    query: addQuery(inQuery ? addQuery(query, body) : query, options.query ?? {}),
    route: displayRoute(path),
    headers: {
      ...(encoded.contentType === undefined ? {} : { 'content-type': encoded.contentType }),
      ...reasonHeader(options.reason ?? bodyReason(inQuery ? undefined : body)),
      ...ownHeaders(options.headers ?? {}),
    },
    body: encoded.bytes,
    timeoutMs: options.timeout ?? rest.timeout,
    signal: options.signal ?? new AbortController().signal,
  };
}

/** Discordeno 13 takes the audit-log reason from the body as well; it stays in the body, where Discord ignores it. */
function bodyReason(body: unknown): string | undefined {
  const reason = isRecord(body) ? body['reason'] : undefined;
  return typeof reason === 'string' && reason.length <= MAX_REASON_LENGTH ? reason : undefined;
}

/** Percent-encoded, so that no character can end the header. Half a surrogate pair, which has no encoding, becomes U+FFFD. */
function reasonHeader(reason: string | undefined): Record<string, string> {
  return reason === undefined || reason === ''
    ? {}
    : { 'x-audit-log-reason': encodeURIComponent(Buffer.from(reason).toString()) };
}

function ownHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const lower: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (REFUSED_HEADERS.has(key)) throw new TypeError(`headers: "${name}" is set by the manager and cannot be given`);
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TypeError(`headers: ${show(name)} is not a header's name`);
    if (typeof value !== 'string' || !/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
      throw new TypeError(`headers: "${name}" is expected to be a string of one line in Latin-1`);
    }
    lower[key] = value;
  }
  return lower;
}
