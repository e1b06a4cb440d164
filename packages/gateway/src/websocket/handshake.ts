import { createHash, randomBytes } from 'node:crypto';
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../ports/clock.ts';
import { retryAfterMs } from '../ports/retry-after.ts';
import type { SocketError } from '../ports/socket.ts';
import { openConnection, type Connection } from './lent-bytes.ts';

/** Who hears how a handshake ends: one of the two, once, and never before {@link beginHandshake} has returned. */
export interface HandshakeOutcome {
  /** `head` is what came behind the answer: the first frames. */
  onUpgraded(connection: Connection, head: Buffer): void;
  /** Without an error when it was we who ended it. */
  onFailed(error: SocketError | undefined): void;
}

export interface Handshake {
  abort(): void;
}

/** Fixed by https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Asks a server for a WebSocket, without extensions and subprotocols. Redirects are not followed: they would take the token to another host.
 *
 * @param timeoutMs time for all of it: name, TCP, TLS and the answer
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-4.1
 */
export function beginHandshake(url: string, clock: Clock, timeoutMs: number, outcome: HandshakeOutcome): Handshake {
  let request: ClientRequest | undefined;
  let connection: Connection | undefined;
  let over = false;

  const fail = (error: Error | undefined): void => {
    if (over) return;
    over = true;
    clock.clearTimer(deadline);
    request?.destroy();
    outcome.onFailed(error);
  };

  const deadline = clock.setTimer(
    () => fail(new Error(`the gateway did not answer the upgrade within ${timeoutMs} ms`)),
    timeoutMs,
  );
  const handshake: Handshake = { abort: () => process.nextTick(fail) };
  const key = randomBytes(16).toString('base64');
  try {
    request = createRequest(new URL(url), key, (opened) => (connection = opened));
  } catch (error) {
    process.nextTick(fail, error instanceof Error ? error : new Error(String(error)));
    return handshake;
  }
  request.on('error', (error) => fail(withMessage(error)));
  // Whatever ends a request without a word.
  request.on('close', () => fail(new Error('the connection ended before the upgrade was answered')));
  request.on('response', (response) => fail(refusal(response)));
  request.on('upgrade', (response: IncomingMessage, socket: Socket, head: Buffer) => {
    const fault = faultOf(response, key);
    if (over || fault !== undefined || connection === undefined) {
      socket.destroy();
      return fail(new Error(fault));
    }
    over = true;
    // The client lives on; what was asked and answered need not.
    request = undefined;
    clock.clearTimer(deadline);
    outcome.onUpgraded(connection, head);
  });
  request.end();
  return handshake;
}

function createRequest(url: URL, key: string, onConnection: (connection: Connection) => void): ClientRequest {
  const secure = url.protocol === 'wss:';
  if (!secure && url.protocol !== 'ws:')
    throw new TypeError(`a gateway URL must begin with ws: or wss:, not ${url.protocol}`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port === '' ? (secure ? 443 : 80) : url.port);
  const open = secure ? requestHttps : requestHttp;
  return open(url.href.replace(/^ws/, 'http'), {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': key,
    },
    // In place of an agent, which would keep books on a connection that is never given back.
    createConnection() {
      const connection = openConnection(host, port, secure);
      onConnection(connection);
      return connection.socket;
    },
  });
}

/** What is wrong with a 101. */
function faultOf({ headers }: IncomingMessage, key: string): string | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'the gateway upgraded to something else than a WebSocket';
  const accept = createHash('sha1')
    .update(key + ACCEPT_GUID)
    .digest('base64');
  if (headers['sec-websocket-accept'] !== accept)
    return 'the gateway answered the upgrade with a wrong Sec-WebSocket-Accept';
  if (headers['sec-websocket-extensions'] !== undefined)
    return 'the gateway answered the upgrade with an extension that was not offered';
  if (headers['sec-websocket-protocol'] !== undefined)
    return 'the gateway answered the upgrade with a subprotocol that was not offered';
  return undefined;
}

function refusal(response: IncomingMessage): SocketError {
  const status = response.statusCode ?? 0;
  const waitMs = retryAfterMs(response.headers['retry-after']);
  return Object.assign(
    new Error(`the gateway answered the upgrade with HTTP ${status}`),
    { status },
    waitMs === undefined ? {} : { retryAfterMs: waitMs },
  );
}

/** Node tells of a host none of whose addresses answers by an error without a message of its own. */
function withMessage(error: Error): Error {
  if (error.message !== '' || !(error instanceof AggregateError)) return error;
  return new Error(error.errors.map((each: unknown) => (each instanceof Error ? each.message : '')).join('; '), {
    cause: error,
  });
}
