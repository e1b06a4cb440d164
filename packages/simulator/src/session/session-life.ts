import type { Simulation } from '../simulation.ts';
import type { Session } from './session.ts';

/** Removes a session for good. */
export function endSession(simulation: Simulation, session: Session, cause: string): void {
  if (simulation.sessions.get(session.id) !== session) return;
  simulation.sessions.delete(session);
  simulation.timers.clear(session.expiry);
  session.carrier = undefined;
  simulation.ledger.writeActivity(
    { kind: 'session-end', sessionId: session.id, cause },
    session.shard,
    simulation.clock.now(),
  );
  simulation.sessionsChanged();
}

/** Takes a session off its connection; from now on it has `sessionLifeMs` to be resumed. */
export function detachSession(simulation: Simulation, session: Session): void {
  session.carrier = undefined;
  if (simulation.sessions.get(session.id) !== session) return;
  simulation.timers.clear(session.expiry);
  session.expiry = simulation.timers.set(
    () => endSession(simulation, session, 'expired'),
    simulation.settings.sessionLifeMs,
  );
}

/** Remembered sessions of clients that logged out; enough to tell a wrong RESUME from an unknown one. */
const LOGGED_OUT_KEPT = 10_000;

/** The client closed with 1000 or 1001. */
export function logOut(simulation: Simulation, session: Session): void {
  const { loggedOut } = simulation;
  loggedOut.add(session.id);
  const [oldest] = loggedOut;
  if (loggedOut.size > LOGGED_OUT_KEPT && oldest !== undefined) loggedOut.delete(oldest);
  endSession(simulation, session, 'logout');
}
