import { CloseCode } from '../close-codes.ts';
import { recordActivity, recordViolation } from '../simulation.ts';
import type { Simulation } from '../simulation.ts';
import type { ResumeData } from '../wire/client-payload.ts';
import { invalidSessionFrame } from '../wire/frames.ts';
import { RESUMED_JSON } from '../world/shapes/ready.ts';
import { fixedEvent } from '../world/world-event.ts';
import type { Connection } from './connection.ts';
import { dispatch } from './dispatch.ts';
import type { Session } from './session.ts';
import { endSession } from './session-life.ts';
import { closeConnection, dropConnection, sendDispatch, sendPayload } from './transmit.ts';

/** How the older connection of a resumed session is closed; not documented. */
const TAKEN_OVER_CODE = CloseCode.unknownError;

function refuse(simulation: Simulation, connection: Connection, resumable: boolean): string {
  const { settings } = simulation;
  connection.timers.set(() => {
    connection.state = 'new';
    sendPayload(simulation, connection, invalidSessionFrame(resumable, settings.nullEnvelope));
  }, settings.resumeDelayMs);
  return 'invalid-session';
}

/** Compares the URL's parameters with those of the session. False when they rule a resume out. */
function acceptsUrl(simulation: Simulation, connection: Connection, session: Session): boolean {
  const { query } = connection;
  const differing = (['version', 'encoding', 'compress'] as const).filter((name) => query[name] !== session[name]);
  if (differing.length === 0) return true;
  const detail = differing.map((name) => `${name} is "${query[name]}", the session's is "${session[name]}"`).join('; ');
  recordViolation(simulation, connection, 'wrong-url', `RESUME with other URL parameters: ${detail}`);
  return query.version === session.version && query.encoding === session.encoding;
}

/** Takes the session from a connection that still has it. */
function takeOver(simulation: Simulation, connection: Connection, session: Session): void {
  const older = session.carrier === undefined ? undefined : simulation.connections.get(session.carrier.id);
  if (older === undefined) return;
  // A client that hung up on a connection the server does not hear or read has not done wrong.
  if (!older.silent && !older.stalled) {
    recordViolation(
      simulation,
      connection,
      'two-live-sockets',
      `RESUME of session ${session.id} while connection ${older.id} has it`,
    );
  }
  closeConnection(simulation, older, TAKEN_OVER_CODE);
}

/** Sends what was missed, then RESUMED. */
function replay(simulation: Simulation, connection: Connection, session: Session, seq: number): void {
  const { clock, faults, settings, sessions } = simulation;
  // While the answer was on its way the session may have ended, or gone on beyond what it keeps.
  if (!session.replay.covers(seq)) endSession(simulation, session, 'replay buffer exceeded');
  if (sessions.get(session.id) !== session) {
    refuse(simulation, connection, false);
    return;
  }
  // Another connection may have been resuming the same session in the meantime.
  takeOver(simulation, connection, session);
  const occasion = { shardId: session.shard[0] };
  const missed = session.replay.after(seq);
  const cut = faults.take('cut-replay', clock.now(), occasion);
  for (const [index, { seq: missedSeq, event }] of missed.entries()) {
    if (cut?.after === index) break;
    sendDispatch(simulation, connection, event.t, missedSeq, event.body(session.intents));
  }
  // A client that takes nothing was dropped on the way.
  if (connection.state === 'closed') return;
  if (cut !== undefined) {
    if (cut.code === undefined) dropConnection(simulation, connection, 'drop');
    else closeConnection(simulation, connection, cut.code);
    return;
  }
  // The session stays without carrier, so whatever comes after the replay is withheld as well.
  if (faults.take('withhold-resumed', clock.now(), occasion) !== undefined) return;
  simulation.timers.clear(session.expiry);
  session.carrier = connection;
  connection.state = 'ready';
  dispatch(simulation, session, fixedEvent('RESUMED', RESUMED_JSON), settings.replayResumed);
}

/** Decides on a RESUME. The result says what was done, for the ledger. */
function decide(
  simulation: Simulation,
  connection: Connection,
  data: ResumeData,
  session: Session | undefined,
): string {
  const { clock, faults, settings } = simulation;
  const now = clock.now();
  const occasion = { shardId: session?.shard[0] };
  if (faults.take('brick-resume', now, occasion) !== undefined) {
    connection.timers.set(() => dropConnection(simulation, connection, 'drop'), settings.resumeDelayMs);
    return 'dropped';
  }
  if (!simulation.tokens.accepts(data.token)) {
    closeConnection(simulation, connection, CloseCode.authenticationFailed);
    return String(CloseCode.authenticationFailed);
  }
  if (session === undefined) {
    if (simulation.loggedOut.has(data.session_id)) {
      recordViolation(
        simulation,
        connection,
        'resume-after-logout',
        `session ${data.session_id} was ended by the client's own close`,
      );
    }
    return refuse(simulation, connection, false);
  }
  const refusal = faults.take('refuse-resume', now, occasion);
  if (refusal !== undefined) {
    if (!refusal.resumable) endSession(simulation, session, 'refused resume');
    return refuse(simulation, connection, refusal.resumable);
  }
  if (!acceptsUrl(simulation, connection, session)) return refuse(simulation, connection, false);
  if (data.seq > session.seq) {
    recordViolation(
      simulation,
      connection,
      'sequence-ahead',
      `RESUME from ${data.seq}, the last dispatch was ${session.seq}`,
    );
    endSession(simulation, session, 'invalid seq');
    closeConnection(simulation, connection, CloseCode.invalidSeq);
    return String(CloseCode.invalidSeq);
  }
  if (!session.replay.covers(data.seq)) {
    endSession(simulation, session, 'replay buffer exceeded');
    return refuse(simulation, connection, false);
  }
  takeOver(simulation, connection, session);
  connection.session = session;
  connection.timers.set(() => replay(simulation, connection, session, data.seq), settings.resumeDelayMs);
  return 'resumed';
}

/** Op 6 on a connection that may send it. */
export function receiveResume(simulation: Simulation, connection: Connection, data: ResumeData): void {
  const session = simulation.sessions.get(data.session_id);
  connection.state = 'answering';
  connection.shard = session?.shard ?? connection.shard;
  const answer = decide(simulation, connection, data, session);
  recordActivity(
    simulation,
    { kind: 'resume', connection: connection.id, sessionId: data.session_id, seq: data.seq, answer },
    connection,
  );
}
