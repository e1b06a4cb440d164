import { CloseCode } from '../close-codes.ts';
import { API_VERSIONS, PRESENCE_LIMIT, PRESENCE_WINDOW_MS, SEND_LIMIT, SEND_WINDOW_MS } from '../discord-limits.ts';
import type { Admission, DoorName, Inlet, Peer } from '../doors/peer.ts';
import { createSlidingWindow } from '../limits/sliding-window.ts';
import { recordActivity, recordViolation } from '../simulation.ts';
import type { Simulation } from '../simulation.ts';
import { createTimerSet } from '../time/timer-set.ts';
import { helloFrame, reconnectFrame } from '../wire/frames.ts';
import type { Encoding } from '../wire/frame-writer.ts';
import { createOutlet } from '../wire/outlet.ts';
import type { Compression } from '../wire/outlet.ts';
import { receiveFrame } from './client-frame.ts';
import type { Connection, ConnectionQuery } from './connection.ts';
import { watchHeartbeats } from './heartbeat.ts';
import { clientClosed, closeConnection, sendDispatch, sendPayload } from './transmit.ts';

/** What becomes of a client that dials this address now. */
export function admit(simulation: Simulation, door: DoorName): Admission {
  const { faults, clock } = simulation;
  const now = clock.now();
  const refuse = faults.take('refuse-connect', now, { door });
  if (refuse !== undefined) {
    recordActivity(simulation, { kind: 'refused-connect', door, how: 'refused' });
    return { kind: 'refuse', errorCode: refuse.errorCode ?? 'ECONNREFUSED' };
  }
  if (faults.take('black-hole', now, { door }) !== undefined) {
    recordActivity(simulation, { kind: 'refused-connect', door, how: 'black hole' });
    return { kind: 'black-hole' };
  }
  const status = faults.take('upgrade-status', now, { door });
  if (status !== undefined) {
    recordActivity(simulation, { kind: 'refused-connect', door, how: `HTTP ${status.status}` });
    return { kind: 'status', status: status.status, retryAfterMs: status.retryAfterMs };
  }
  return { kind: 'open' };
}

function readQuery(url: string): ConnectionQuery {
  const parameters = new URL(url, 'ws://gateway').searchParams;
  return {
    version: parameters.get('v') ?? '',
    encoding: parameters.get('encoding') ?? '',
    compress: parameters.get('compress') ?? '',
  };
}

/** By the value of the URL's parameter, which may be left out. https://docs.discord.com/developers/events/gateway#connecting-gateway-url-query-string-params */
const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['', 'json'],
  ['json', 'json'],
  ['etf', 'etf'],
]);
const COMPRESSIONS: ReadonlyMap<string, Compression> = new Map([
  ['', 'none'],
  ['zlib-stream', 'zlib-stream'],
  ['zstd-stream', 'zstd-stream'],
]);

/** Why a connection with these parameters cannot be served; undefined when it can. */
function refusedQuery(query: ConnectionQuery): string | undefined {
  // Without a version Discord takes the oldest it has. https://docs.discord.com/developers/reference#api-versioning
  if (query.version !== '' && !API_VERSIONS.includes(Number(query.version))) return 'Invalid API version.';
  if (!ENCODINGS.has(query.encoding)) return `Encoding "${query.encoding}" is not simulated.`;
  if (!COMPRESSIONS.has(query.compress)) return `Compression "${query.compress}" is not simulated.`;
  return undefined;
}

function greet(simulation: Simulation, connection: Connection): void {
  const { clock, faults, settings } = simulation;
  const now = clock.now();
  const occasion = { door: connection.door };
  if (faults.take('withhold-hello', now, occasion) !== undefined) return;
  if (faults.take('reconnect-instead-of-hello', now, occasion) !== undefined) {
    sendPayload(simulation, connection, reconnectFrame(settings.nullEnvelope));
    return;
  }
  const odd = faults.take('hello-interval', now, occasion);
  connection.heartbeatIntervalMs = odd === undefined ? settings.heartbeatIntervalMs : odd.interval;
  connection.helloAt = now;
  connection.lastBeatAt = now;
  const hello = helloFrame(connection.heartbeatIntervalMs, settings.nullEnvelope);
  sendPayload(simulation, connection, hello);
  if (faults.take('hello-twice', now, occasion) !== undefined) sendPayload(simulation, connection, hello);
  watchHeartbeats(simulation, connection);
}

/** Begins a connection that was admitted. HELLO goes out after `helloDelayMs`, never inside the call. */
export function openConnection(
  simulation: Simulation,
  options: { readonly door: DoorName; readonly url: string; readonly peer: Peer },
): Inlet {
  const { door, url, peer } = options;
  const { clock, settings } = simulation;
  const query = readQuery(url);
  const refusal = refusedQuery(query);
  const encoding = ENCODINGS.get(query.encoding) ?? 'json';
  const compression = refusal === undefined ? COMPRESSIONS.get(query.compress) : undefined;
  simulation.lastConnection += 1;
  const connection: Connection = {
    id: simulation.lastConnection,
    door,
    url,
    query,
    encoding,
    peer,
    timers: createTimerSet(clock),
    sends: createSlidingWindow(SEND_LIMIT, SEND_WINDOW_MS),
    presenceUpdates: createSlidingWindow(PRESENCE_LIMIT, PRESENCE_WINDOW_MS),
    outlet: createOutlet(compression ?? 'none', encoding, settings),
    state: 'new',
    session: undefined,
    shard: undefined,
    helloAt: undefined,
    heartbeatIntervalMs: undefined,
    lastBeatAt: clock.now(),
    hasBeaten: false,
    beatIsLate: false,
    silent: false,
    stalled: false,
    mangleNext: undefined,
    lag: undefined,
    sendDispatch: (t, seq, body) => sendDispatch(simulation, connection, t, seq, body),
  };
  simulation.connections.set(connection.id, connection);
  recordActivity(simulation, { kind: 'connect', connection: connection.id, door, url });
  // On the resume URL the parameters are compared with the session's at RESUME.
  if (door === 'main' && (query.version === '' || query.encoding === '')) {
    recordViolation(simulation, connection, 'wrong-url', 'the URL has no "v" or no "encoding"');
  }
  connection.timers.set(() => {
    if (refusal === undefined) greet(simulation, connection);
    else closeConnection(simulation, connection, CloseCode.invalidApiVersion, { reason: refusal });
  }, settings.helloDelayMs);
  return {
    receive: (data, isBinary) => receiveFrame(simulation, connection, data, isBinary),
    closed: (code) => clientClosed(simulation, connection, code),
  };
}
