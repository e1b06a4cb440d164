import { laneName } from '../delivery-record.ts';
import type { LaneKey } from '../delivery-record.ts';
import type { Batch, SinkDoor } from '../sink.ts';
import { IDLE_LANE_MS } from './defaults.ts';
import type { KeyCheck } from './key-check.ts';
import { createLeases } from './leases.ts';
import type { Lease } from './leases.ts';
import type { CloseReason, StreamWindow } from './protocol.ts';
import { createSession } from './session.ts';
import type { Session, SessionHost, SessionState } from './session.ts';
import type { SessionSettings } from './session-settings.ts';
import type { StreamConnection } from './stream-connection.ts';

export interface StreamHubOptions {
  readonly sinkName: string;
  readonly settings: SessionSettings;
  readonly keyCheck: KeyCheck;
  readonly maxClients: number;
  readonly maxHandshakes: number;
  readonly maxHandshakesPerAddress: number;
}

/** State of one client, for metrics and the dashboard. */
export interface StreamClientStatus {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly state: SessionState;
  readonly lanes: readonly string[];
  /** Sent and not acknowledged. */
  readonly inFlight: StreamWindow;
  /** Bytes in the socket's buffer. */
  readonly bufferedBytes: number;
  readonly faults: number;
}

/** State of a stream sink. */
export interface StreamStatus {
  readonly clients: readonly StreamClientStatus[];
  /** Since the process started. */
  readonly connections: number;
  /** Messages refused, of all clients. */
  readonly faults: number;
  /** Connections by the reason for which they were ended from this side. */
  readonly ended: Readonly<Partial<Record<CloseReason, number>>>;
}

/** What both stream sinks are but for their transport: clients, lanes and what goes between them. */
export interface StreamHub {
  open(door: SinkDoor): void;
  /** Why a connection that has not said anything yet is not let in. */
  crowded(address: string): 'tooManyClients' | undefined;
  accept(connection: StreamConnection): void;
  deliver(batch: Batch): Promise<void>;
  /** Takes back a lane on which nothing comes any more. */
  forget(lane: LaneKey): void;
  status(): StreamStatus;
  /** Tells every client goodbye; resolves when the last connection has ended. */
  close(): Promise<void>;
}

/** Sessions of all sinks of a process are numbered together, so that a command's client id names one. */
let lastSession = 0;

export function createStreamHub(options: StreamHubOptions): StreamHub {
  const { sinkName, settings, keyCheck, maxClients } = options;
  const { clock } = settings;
  const sessions = new Set<Session>();
  const connections = new Set<StreamConnection>();
  const ended: Partial<Record<CloseReason, number>> = {};
  let door: SinkDoor | undefined;
  let isReady = false;
  let accepted = 0;
  let faults = 0;
  let sweep: unknown;
  let onEmpty: (() => void) | undefined;

  const leases = createLeases(
    (lease) => lease.lane.fail(new Error(`${sinkName}: no client is connected`)),
    settings.old,
  );
  const sweepMs = Math.min(Math.max(Math.min(settings.ackTimeoutMs, settings.silenceTimeoutMs) / 4, 20), 5_000);

  const greeting = (address?: string): number => {
    let count = 0;
    for (const { state, connection } of sessions) {
      if (state === 'greeting' && (address === undefined || connection.address === address)) count++;
    }
    return count;
  };

  const clients = (): number => sessions.size - greeting();

  const updateReady = (): void => {
    const ready = [...sessions].some((session) => session.isTaking);
    if (ready === isReady) return;
    isReady = ready;
    door?.setReady(ready);
  };

  const planSweep = (): void => {
    if (sweep !== undefined || sessions.size === 0) return;
    sweep = clock.setTimer(() => {
      sweep = undefined;
      const now = clock.now();
      for (const session of [...sessions]) session.inspect(now);
      for (const lease of [...leases.all.values()]) {
        if (lease.lane.isEmpty && now - lease.busyAt > IDLE_LANE_MS) leases.drop(lease);
      }
      planSweep();
    }, sweepMs);
  };

  const host: SessionHost = {
    settings,
    refusal({ connection }, key) {
      if (keyCheck.isRequired && !connection.authorized) {
        const delayMs = keyCheck.delayFor(connection.address, key);
        if (delayMs > 0) return { reason: 'unauthorized', message: 'the key is wrong', delayMs };
      }
      if (clients() < maxClients) return undefined;
      return { reason: 'tooManyClients', message: `${maxClients} clients are connected already`, delayMs: 0 };
    },
    joined(session) {
      door?.report(
        'info',
        `${sinkName}: client ${session.name} (${session.id}) came from ${session.connection.address}`,
      );
      leases.join(session);
      updateReady();
    },
    retiring(session) {
      leases.retire(session);
      updateReady();
    },
    settled: (lease) => leases.pass(lease),
    ended(session, reason) {
      sessions.delete(session);
      if (reason !== undefined) ended[reason] = (ended[reason] ?? 0) + 1;
      if (session.name !== '') {
        const level = reason === undefined || reason === 'done' || reason === 'goingAway' ? 'info' : 'warn';
        door?.report(
          level,
          `${sinkName}: client ${session.name} (${session.id}) left: ${reason ?? 'connection closed'}`,
        );
        // Before the lanes are looked after: what finds no other client must not be tried again at once.
        updateReady();
        leases.leave(session);
      }
    },
    faulted(session, message) {
      faults++;
      door?.report('warn', `${sinkName}: refused a message of client ${session.id}: ${message}`);
    },
  };

  const leaseOf = (key: LaneKey): Lease => leases.of(key, clock.now());

  return {
    open(opened) {
      door = opened;
      isReady = false;
      updateReady();
    },
    crowded(address) {
      const isFull =
        clients() >= maxClients ||
        greeting() >= options.maxHandshakes ||
        greeting(address) >= options.maxHandshakesPerAddress;
      return isFull ? 'tooManyClients' : undefined;
    },
    accept(connection) {
      accepted++;
      connections.add(connection);
      const session = createSession(`${sinkName}#${++lastSession}`, connection, host);
      const { listener } = connection;
      if (listener === undefined) return;
      const { onClose } = listener;
      connection.listener = {
        ...listener,
        onClose() {
          connections.delete(connection);
          onClose();
          if (connections.size === 0) onEmpty?.();
        },
      };
      sessions.add(session);
      planSweep();
    },
    deliver(batch) {
      if (!isReady) return Promise.reject(new Error(`${sinkName}: no client is connected`));
      const lease = leaseOf(batch.lane);
      lease.busyAt = clock.now();
      const settled = lease.lane.push(batch, (freed) => {
        lease.owner?.release(freed);
        if (lease.handingOn && lease.lane.isSettled) leases.pass(lease);
      });
      lease.owner?.wake(lease);
      return settled;
    },
    forget(key) {
      const lease = leases.all.get(laneName(key));
      if (lease?.lane.isEmpty === true) leases.drop(lease);
    },
    status: () => ({
      clients: [...sessions].map(({ id, name, state, connection, leases: held, inFlight, faults: refused }) => ({
        id,
        name,
        address: connection.address,
        state,
        lanes: [...held.keys()],
        inFlight: { ...inFlight },
        bufferedBytes: connection.bufferedBytes(),
        faults: refused,
      })),
      connections: accepted,
      faults,
      ended: { ...ended },
    }),
    async close() {
      clock.clearTimer(sweep);
      sweep = undefined;
      for (const { lane } of leases.all.values()) lane.fail(new Error(`${sinkName}: closed`));
      for (const session of [...sessions]) session.end('goingAway', 'this sink is closing; connect again later');
      door = undefined;
      if (connections.size > 0) await new Promise<void>((resolve) => (onEmpty = resolve));
    },
  };
}
