import { Op } from '@shardgate/wire';
import { CloseCode } from '../close-codes.ts';
import { recordActivity, recordViolation } from '../simulation.ts';
import type { Simulation } from '../simulation.ts';
import { readClientPayload } from '../wire/client-payload.ts';
import type { IdentifyData, ResumeData } from '../wire/client-payload.ts';
import { receiveCommand } from './commands.ts';
import type { Command } from './commands.ts';
import type { Connection } from './connection.ts';
import { receiveHeartbeat } from './heartbeat.ts';
import { receiveIdentify } from './identify.ts';
import { receiveResume } from './resume.ts';
import { closeConnection } from './transmit.ts';

type Start =
  | { readonly op: typeof Op.Identify; readonly d: IdentifyData }
  | { readonly op: typeof Op.Resume; readonly d: ResumeData };

function receiveStart(simulation: Simulation, connection: Connection, payload: Start): void {
  if (connection.state !== 'new') {
    recordViolation(
      simulation,
      connection,
      'already-authenticated',
      `op ${payload.op} on a connection that is ${connection.state}`,
    );
    closeConnection(simulation, connection, CloseCode.alreadyAuthenticated);
  } else if (payload.op === Op.Identify) receiveIdentify(simulation, connection, payload.d);
  else receiveResume(simulation, connection, payload.d);
}

function receiveOther(simulation: Simulation, connection: Connection, command: Command): void {
  const { session } = connection;
  recordActivity(simulation, { kind: 'command', connection: connection.id, op: command.op }, connection);
  if (connection.state !== 'ready' || session === undefined) {
    recordViolation(simulation, connection, 'send-before-ready', `op ${command.op} before READY or RESUMED`);
    closeConnection(simulation, connection, CloseCode.notAuthenticated);
    return;
  }
  receiveCommand(simulation, connection, session, command);
}

/** One WebSocket message of the client. */
export function receiveFrame(simulation: Simulation, connection: Connection, data: Buffer, isBinary: boolean): void {
  if (connection.state === 'closed' || connection.silent) return;
  // Everything counts, also what turns out to be unreadable.
  if (!connection.sends.take(simulation.clock.now())) {
    recordViolation(simulation, connection, 'send-rate', 'payload number 121 in 60 s');
    closeConnection(simulation, connection, CloseCode.rateLimited);
    return;
  }
  const payload = readClientPayload(data, isBinary, connection.encoding);
  if ('code' in payload) {
    recordViolation(simulation, connection, payload.kind, payload.detail);
    closeConnection(simulation, connection, payload.code);
    return;
  }
  switch (payload.op) {
    case Op.Heartbeat:
      receiveHeartbeat(simulation, connection, payload.d);
      break;
    case Op.Identify:
    case Op.Resume:
      receiveStart(simulation, connection, payload);
      break;
    default:
      receiveOther(simulation, connection, payload);
  }
}
