import { CloseCode } from '../close-codes.ts';
import { recordActivity, recordViolation } from '../simulation.ts';
import type { Simulation } from '../simulation.ts';
import { heartbeatAckFrame } from '../wire/frames.ts';
import type { Connection } from './connection.ts';
import type { Session } from './session.ts';
import { closeConnection, sendPayload } from './transmit.ts';

/** Shortest slack that is fair to a client on a busy machine. */
const LEAST_SLACK_MS = 500;
/** A timer of ours that is later than this says that our own process stood still. */
const OWN_LATENESS_MS = 20;

/** First beats that the jitter is judged by. */
const FIRST_BEATS_KEPT = 1_000;

/** Checks the sequence of a heartbeat. False when the connection was closed for it. */
function acceptSequence(simulation: Simulation, connection: Connection, session: Session, seq: number): boolean {
  if (seq > session.seq) {
    recordViolation(simulation, connection, 'sequence-ahead', `heartbeat ${seq}, the last dispatch was ${session.seq}`);
    return true;
  }
  const isLower = seq < session.heartbeatSeq;
  if (isLower) {
    recordViolation(simulation, connection, 'sequence-backwards', `heartbeat ${seq} after ${session.heartbeatSeq}`);
  } else {
    session.heartbeatSeq = seq;
  }
  if (!simulation.settings.trimReplayOnHeartbeat) return true;
  if (isLower) {
    closeConnection(simulation, connection, CloseCode.invalidSeq, { sessionEnds: true });
    return false;
  }
  session.replay.trimTo(seq);
  return true;
}

function noteFirstBeat(simulation: Simulation, connection: Connection, now: number): void {
  const { firstBeats } = simulation;
  const { helloAt, heartbeatIntervalMs } = connection;
  connection.hasBeaten = true;
  if (helloAt === undefined || typeof heartbeatIntervalMs !== 'number') return;
  firstBeats.push((now - helloAt) / heartbeatIntervalMs);
  if (firstBeats.length > FIRST_BEATS_KEPT) firstBeats.shift();
}

/** Op 1 from the client. */
export function receiveHeartbeat(simulation: Simulation, connection: Connection, seq: number | null): void {
  const now = simulation.clock.now();
  const { session, shard } = connection;
  if (!connection.hasBeaten) noteFirstBeat(simulation, connection, now);
  connection.lastBeatAt = now;
  connection.beatIsLate = false;
  const occasion = { shardId: shard?.[0] };
  const isWithheld = simulation.faults.take('withhold-ack', now, occasion) !== undefined;
  recordActivity(
    simulation,
    { kind: 'heartbeat', connection: connection.id, seq, acknowledged: !isWithheld },
    connection,
  );
  if (session !== undefined && seq !== null && !acceptSequence(simulation, connection, session, seq)) return;
  if (session !== undefined && seq === null && session.heartbeatSeq > 0) {
    recordViolation(simulation, connection, 'sequence-backwards', `heartbeat null after ${session.heartbeatSeq}`);
  }
  if (isWithheld) return;
  const acknowledge = (): void =>
    sendPayload(simulation, connection, heartbeatAckFrame(simulation.settings.nullEnvelope));
  const delay = simulation.faults.take('delay-ack', now, occasion);
  if (delay === undefined) acknowledge();
  else connection.timers.set(acknowledge, delay.delayMs);
}

/** Watches from HELLO on that heartbeats come in time; closes a connection without them. */
export function watchHeartbeats(simulation: Simulation, connection: Connection): void {
  const { clock, settings } = simulation;
  const told = connection.heartbeatIntervalMs;
  // A fault told something that nobody can keep to.
  if (typeof told !== 'number' || !(told >= 1)) return;
  const interval: number = told;
  const slack = settings.heartbeatSlackMs ?? Math.max(LEAST_SLACK_MS, interval / 10);
  const lateAfter = interval + slack;
  const timeout = Math.max(lateAfter, settings.heartbeatTimeoutMs ?? 2 * interval);

  function arm(due: number): void {
    connection.timers.set(() => check(due), due - clock.now());
  }

  function check(due: number): void {
    const now = clock.now();
    // Beats that arrived while this process stood still have not been read yet.
    if (now > due + OWN_LATENESS_MS) {
      arm(now + OWN_LATENESS_MS);
      return;
    }
    if (connection.stalled) connection.lastBeatAt = now;
    const late = now - connection.lastBeatAt;
    if (late < lateAfter) {
      arm(connection.lastBeatAt + lateAfter);
      return;
    }
    if (!connection.beatIsLate && !connection.silent) {
      recordViolation(
        simulation,
        connection,
        'heartbeat-late',
        `no heartbeat for ${Math.round(late)} ms, the interval is ${interval} ms`,
      );
    }
    connection.beatIsLate = true;
    if (late >= timeout) closeConnection(simulation, connection, CloseCode.sessionTimedOut);
    else arm(Math.min(connection.lastBeatAt + timeout, now + lateAfter));
  }

  arm(connection.lastBeatAt + lateAfter);
}
