import { CLOSE_REASONS, endsSession } from '../close-codes.ts';
import { recordActivity, recordViolation } from '../simulation.ts';
import type { Simulation } from '../simulation.ts';
import { corrupted, truncated } from '../wire/damage.ts';
import { dispatchFrame } from '../wire/frames.ts';
import type { Frame } from '../wire/frames.ts';
import type { Message } from '../wire/outlet.ts';
import type { Connection } from './connection.ts';
import { detachSession, endSession, logOut } from './session-life.ts';

/** Puts one WebSocket message on the wire, later when the connection lags. */
export function transmit(simulation: Simulation, connection: Connection, message: Message): void {
  if (connection.state === 'closed' || connection.silent) return;
  const { lag, peer, timers } = connection;
  const now = simulation.clock.now();
  if (lag === undefined || (now >= lag.until && lag.held.length === 0)) {
    peer.send(message);
    if (peer.bufferedBytes() > simulation.settings.maxLagBytes) dropConnection(simulation, connection, 'drop');
    return;
  }
  lag.lastDue = Math.max(lag.lastDue, now < lag.until ? now + lag.delayMs : now);
  lag.held.push(message);
  timers.set(() => {
    const held = lag.held.shift();
    if (held !== undefined && !connection.silent) peer.send(held);
  }, lag.lastDue - now);
}

function encode(simulation: Simulation, connection: Connection, frame: Frame): readonly Message[] {
  return connection.outlet.encode(simulation.frameWriters[connection.encoding](frame));
}

/** Sends one payload. */
export function sendPayload(simulation: Simulation, connection: Connection, frame: Frame): void {
  if (connection.state === 'closed' || connection.silent) return;
  for (const message of encode(simulation, connection, frame)) transmit(simulation, connection, message);
}

export function sendDispatch(
  simulation: Simulation,
  connection: Connection,
  t: string,
  seq: number,
  body: string,
): void {
  const frame = dispatchFrame(t, seq, body);
  const { mangleNext, outlet } = connection;
  if (mangleNext === undefined) {
    sendPayload(simulation, connection, frame);
    return;
  }
  connection.mangleNext = undefined;
  for (const message of encode(simulation, connection, frame)) {
    const mangled = mangleNext === 'truncate' ? truncated(message) : corrupted(message, outlet.weakSpot);
    transmit(simulation, connection, mangled);
  }
}

function finish(
  simulation: Simulation,
  connection: Connection,
  code: number,
  by: 'client' | 'server' | 'network',
): void {
  const { session } = connection;
  connection.state = 'closed';
  connection.timers.clearAll();
  connection.outlet.close();
  simulation.connections.delete(connection.id);
  recordActivity(
    simulation,
    { kind: 'close', connection: connection.id, code, by, ...(session === undefined ? {} : { sessionId: session.id }) },
    connection,
  );
  if (session !== undefined && session.carrier === connection) detachSession(simulation, session);
}

/** The server closes with a code. `sessionEnds`: the session cannot be resumed afterwards. */
export function closeConnection(
  simulation: Simulation,
  connection: Connection,
  code: number,
  options: { readonly reason?: string; readonly sessionEnds?: boolean } = {},
): void {
  if (connection.state === 'closed') return;
  const { session, silent, peer } = connection;
  finish(simulation, connection, code, 'server');
  if (session !== undefined && options.sessionEnds === true) endSession(simulation, session, `closed with ${code}`);
  // What a half-open connection sends goes nowhere.
  if (!silent) peer.close(code, options.reason ?? CLOSE_REASONS[code] ?? '');
}

/** The connection breaks without a close frame. */
export function dropConnection(simulation: Simulation, connection: Connection, how: 'drop' | 'reset'): void {
  if (connection.state === 'closed') return;
  finish(simulation, connection, 1006, 'server');
  if (connection.silent) return;
  if (how === 'drop') connection.peer.drop();
  else connection.peer.reset();
}

/** The client has gone: with a close frame, or with 1006. */
export function clientClosed(simulation: Simulation, connection: Connection, code: number): void {
  if (connection.state === 'closed') return;
  const { session } = connection;
  finish(simulation, connection, code, code === 1006 ? 'network' : 'client');
  if (session === undefined || !endsSession(code)) return;
  if (!simulation.settings.allowLogout) {
    recordViolation(simulation, connection, 'logout', `closed session ${session.id} with ${code}, which ends it`);
  }
  logOut(simulation, session);
}
