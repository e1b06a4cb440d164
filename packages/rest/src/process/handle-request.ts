import type { IncomingMessage, ServerResponse } from 'node:http';
import { startDeadline } from '../http/deadline.ts';
import { abortError } from '../http/http-exchange.ts';
import type { HttpReply } from '../http/http-exchange.ts';
import { parseVerb, VERBS } from '../http/verb.ts';
import { RestError } from '../rest-error.ts';
import { displayRoute, parseRoute } from '../routes/route.ts';
import { trace } from '../trace.ts';
import { readBody } from './request-bytes.ts';
import type { RestProcess } from './rest-process.ts';

/** Request headers that go on to Discord; all others belong to this hop or would name the client. */
const FORWARDED_HEADERS = ['accept', 'accept-language', 'content-type', 'x-audit-log-reason', 'x-discord-locale'];

/** Answer headers that belong to one connection. @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_HEADERS = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Default of `restProcess.handleRequest`. */
export async function handleRequest(
  restProcess: RestProcess,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { server } = restProcess;
  const target = request.url ?? '/';
  closeWhenStopping(restProcess, response);
  if (target === '/healthz' && (request.method === 'GET' || request.method === 'HEAD')) {
    answer(response, server.state === 'listening' ? 200 : 503, {
      status: server.state === 'listening' ? 'ok' : 'stopping',
    });
    return;
  }
  if (!(await restProcess.checkAuthorization(restProcess, request))) {
    answer(response, 401, { error: 'Invalid authorization key.' });
    return;
  }
  if (server.state !== 'listening') {
    answer(response, 503, { error: 'The REST process is stopping.' });
    return;
  }
  const verb = parseVerb(request.method);
  if (verb === undefined) {
    response.setHeader('allow', VERBS.join(', '));
    answer(response, 405, { error: `Discord's API takes ${VERBS.join(', ')}.` });
    return;
  }
  if (server.requests.size >= restProcess.maxInFlight) {
    response.setHeader('retry-after', '1');
    answer(response, 503, { error: `The REST process holds ${restProcess.maxInFlight} requests, its limit.` });
    return;
  }

  const leaving = new AbortController();
  server.requests.add(leaving);
  response.once('close', () => leaving.abort());
  let held = 0;
  try {
    const route = readTarget(target);
    if (route === undefined) {
      answer(response, 400, { error: "The request target is not a path of Discord's API." });
      return;
    }
    const body = await readBody(request, restProcess.maxBodyBytes, server.bodies);
    if (typeof body === 'string') {
      refuseBody(restProcess, response, body);
      // The rest is read and dropped, so that the client is done sending and sees the answer.
      request.resume();
      return;
    }
    held = body.length;
    const call = {
      method: verb,
      version: route.version ?? restProcess.version,
      path: route.path,
      query: route.query,
      headers: forwardedHeaders(request),
      body: body.length === 0 ? undefined : body,
    };
    const display = displayRoute(route.path);
    trace(restProcess.debug, 'rest process request', { method: verb, route: display });
    const deadline = startDeadline(
      restProcess.clock,
      restProcess.holdTimeout,
      {
        expired: () => new RestError('timeout', `The request was held for ${restProcess.holdTimeout} ms, the limit.`),
        aborted: (signal) => abortError(signal, verb, display),
      },
      leaving.signal,
    );
    try {
      const calling = restProcess.callDiscord(restProcess, { ...call, signal: deadline.signal });
      const reply = await Promise.race([calling, deadline.passed]);
      trace(restProcess.debug, 'rest process reply', { method: verb, route: display, status: reply.status });
      closeWhenStopping(restProcess, response);
      forwardReply(response, reply);
    } catch (error) {
      closeWhenStopping(restProcess, response);
      trace(restProcess.debug, 'rest process error', { method: verb, route: display, error });
      answerError(response, error);
    } finally {
      deadline.clear();
    }
  } finally {
    server.bodies.giveBack(held);
    server.requests.delete(leaving);
  }
}

/** A stopping process keeps no connection open for a next request. */
function closeWhenStopping(restProcess: RestProcess, response: ServerResponse): void {
  if (restProcess.server.state !== 'listening' && !response.headersSent) response.setHeader('connection', 'close');
}

function readTarget(target: string): ReturnType<typeof parseRoute> | undefined {
  if (!target.startsWith('/')) return undefined;
  try {
    return parseRoute(target, []);
  } catch {
    return undefined;
  }
}

function refuseBody(
  restProcess: RestProcess,
  response: ServerResponse,
  refusal: 'tooLarge' | 'noRoom' | 'broken',
): void {
  if (refusal === 'tooLarge') {
    answer(response, 413, { error: `The body is larger than ${restProcess.maxBodyBytes} bytes.` });
  } else if (refusal === 'noRoom') {
    response.setHeader('retry-after', '1');
    answer(response, 503, { error: `The REST process holds ${restProcess.maxBufferedBytes} bytes, its limit.` });
  } else {
    response.destroy();
  }
}

function forwardedHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}

/** Discord's status, headers and body as they are. */
function forwardReply(response: ServerResponse, reply: HttpReply): void {
  if (response.destroyed) return;
  for (const [name, value] of Object.entries(reply.headers)) {
    if (value !== undefined && !HOP_HEADERS.has(name)) response.setHeader(name, value);
  }
  response.statusCode = reply.status;
  if (reply.status !== 204 && reply.status !== 304) response.setHeader('content-length', reply.body.length);
  response.end(reply.body);
}

/** Discord gave no answer: a gateway's statuses, and words that hold no address or secret. */
function answerError(response: ServerResponse, error: unknown): void {
  const code = error instanceof RestError ? error.code : undefined;
  if (code === 'timeout') answer(response, 504, { error: 'Discord did not answer in time.', code });
  else if (code === 'unreachable' || code === 'invalidReply') {
    answer(response, 502, { error: 'Discord cannot be reached.', code });
  } else if (code === 'closed') answer(response, 503, { error: 'The REST process is stopping.', code });
  else if (code === 'aborted') response.destroy();
  else answer(response, 500, { error: 'Internal error.' });
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed || response.headersSent) return;
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
