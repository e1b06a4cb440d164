import type { Simulation } from '../simulation.ts';
import { bodyHash } from '../world/world-event.ts';
import type { WorldEvent } from '../world/world-event.ts';
import type { Session } from './session.ts';

/** Numbers an event for a session, keeps it for a resume, and sends it when the session has a connection. */
export function dispatch(simulation: Simulation, session: Session, event: WorldEvent, keep: boolean = true): void {
  const { ledger, settings, clock } = simulation;
  session.seq += 1;
  if (keep) session.replay.push({ seq: session.seq, event });
  // The text is only made when somebody reads it.
  const body = session.carrier !== undefined || settings.hashDispatches ? event.body(session.intents) : '';
  const hash = settings.hashDispatches ? bodyHash(body) : undefined;
  ledger.writeDispatch(session, session.seq, event.t, clock.now(), event.key, hash);
  session.carrier?.sendDispatch(event.t, session.seq, body);
}

/** Whether a session gets an event, by its intents. */
export function wants(session: Session, event: WorldEvent): boolean {
  return event.required === 0 || (event.required & session.intents) !== 0;
}

/** Tells an event to every session that covers it. Gives the number of sessions. */
export function tell(simulation: Simulation, event: WorldEvent): number {
  const sessions = simulation.sessions.covering(event.guildTime).filter((session) => wants(session, event));
  for (const session of sessions) dispatch(simulation, session, event);
  return sessions.length;
}
