import { detachSession, endSession } from '../session/session-life.ts';
import { closeConnection, dropConnection, sendPayload, transmit } from '../session/transmit.ts';
import type { Connection } from '../session/connection.ts';
import { CloseCode } from '../close-codes.ts';
import type { Simulation } from '../simulation.ts';
import { heartbeatRequestFrame, invalidSessionFrame, reconnectFrame } from '../wire/frames.ts';
import type { ImmediateFault } from './fault.ts';

const DEFAULT_BOMB_BYTES = 64 * 1024 * 1024;
const GARBAGE_BYTES = 64;

function garbage(
  simulation: Simulation,
  fault: Extract<ImmediateFault, { readonly kind: 'garbage' }>,
): string | Buffer {
  if (fault.text !== undefined) return fault.text;
  if (fault.base64 !== undefined) return Buffer.from(fault.base64, 'base64');
  return Buffer.from(Array.from({ length: GARBAGE_BYTES }, () => Math.floor(simulation.random() * 256)));
}

function reconnect(simulation: Simulation, connection: Connection, closeAfterMs: number | undefined): void {
  sendPayload(simulation, connection, reconnectFrame(simulation.settings.nullEnvelope));
  if (closeAfterMs === undefined) return;
  connection.timers.set(() => closeConnection(simulation, connection, CloseCode.unknownError), closeAfterMs);
}

/** The connection keeps living after op 9; the client may IDENTIFY or RESUME on it. */
function invalidate(simulation: Simulation, connection: Connection, resumable: boolean): void {
  const { session } = connection;
  connection.state = 'new';
  if (session !== undefined) {
    if (resumable) detachSession(simulation, session);
    else endSession(simulation, session, 'op 9');
  }
  sendPayload(simulation, connection, invalidSessionFrame(resumable, simulation.settings.nullEnvelope));
}

function stallReading(connection: Connection, forMs: number): void {
  connection.stalled = true;
  connection.peer.pauseReading();
  connection.timers.set(() => {
    connection.stalled = false;
    connection.peer.resumeReading();
  }, forMs);
}

function silence(connection: Connection): void {
  connection.silent = true;
  connection.peer.pauseReading();
}

/** Does an immediate fault to one connection. */
function strike(simulation: Simulation, connection: Connection, fault: ImmediateFault): void {
  if (connection.state === 'closed') return;
  switch (fault.kind) {
    case 'drop':
    case 'reset':
      dropConnection(simulation, connection, fault.kind);
      break;
    case 'half-open':
      silence(connection);
      break;
    case 'reconnect':
      reconnect(simulation, connection, fault.closeAfterMs);
      break;
    case 'invalid-session':
      invalidate(simulation, connection, fault.resumable);
      break;
    case 'request-heartbeat':
      sendPayload(simulation, connection, heartbeatRequestFrame(simulation.settings.nullEnvelope));
      break;
    case 'close':
      closeConnection(simulation, connection, fault.code, {
        ...(fault.reason === undefined ? {} : { reason: fault.reason }),
        sessionEnds: fault.endSession === true,
      });
      break;
    case 'garbage':
      transmit(simulation, connection, garbage(simulation, fault));
      break;
    case 'bomb':
      transmit(simulation, connection, connection.outlet.bomb(fault.bytes ?? DEFAULT_BOMB_BYTES));
      break;
    case 'truncate-next':
      connection.mangleNext = 'truncate';
      break;
    case 'corrupt-next':
      connection.mangleNext = 'corrupt';
      break;
    case 'stall-reading':
      stallReading(connection, fault.forMs);
      break;
    case 'lag': {
      const now = simulation.clock.now();
      const held = connection.lag?.held ?? [];
      connection.lag = {
        delayMs: fault.delayMs,
        until: now + fault.forMs,
        held,
        lastDue: connection.lag?.lastDue ?? now,
      };
      break;
    }
    default:
      fault satisfies never;
  }
}

/** Does an immediate fault to every connection it is for. Gives their number. */
export function strikeAll(simulation: Simulation, fault: ImmediateFault): number {
  const { shard, spreadMs } = fault;
  const shards = shard === undefined ? undefined : new Set(typeof shard === 'number' ? [shard] : shard);
  const hit = [...simulation.connections.values()].filter(
    (connection) => shards === undefined || (connection.shard !== undefined && shards.has(connection.shard[0])),
  );
  for (const connection of hit) {
    if (spreadMs === undefined) strike(simulation, connection, fault);
    else connection.timers.set(() => strike(simulation, connection, fault), simulation.random() * spreadMs);
  }
  return hit.length;
}
