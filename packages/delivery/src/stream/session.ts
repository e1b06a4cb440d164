import { readClientMessage } from './client-message.ts';
import type { ClientMessage } from './client-message.ts';
import { STREAM_DEFAULTS } from './defaults.ts';
import { textMessage } from './event-message.ts';
import { createEventOutlet } from './event-outlet.ts';
import type { EventOutlet } from './event-outlet.ts';
import type { Freed, Wanted } from './lane.ts';
import type { Lease, LeaseHolder } from './leases.ts';
import { grantedWindow, LEAST_BUFFER_BYTES, MAX_FAULTS, STREAM_VERSION } from './protocol.ts';
import type { CloseReason, ErrorMessage, FaultCode, StreamWindow } from './protocol.ts';
import { createSessionCommands } from './session-commands.ts';
import type { SessionCommands } from './session-commands.ts';
import { overdue } from './session-deadlines.ts';
import type { SessionSettings } from './session-settings.ts';
import type { StreamConnection } from './stream-connection.ts';

/** Why a client may not come in, and how long it waits to be told. */
export interface Refusal {
  readonly reason: CloseReason;
  readonly message: string;
  readonly delayMs: number;
}

/** What a session asks of its sink. */
export interface SessionHost {
  readonly settings: SessionSettings;
  /** A hello came. Undefined when the client may come in. */
  refusal(session: Session, key: string | undefined): Refusal | undefined;
  joined(session: Session): void;
  /** The client wants no more events. */
  retiring(session: Session): void;
  /** Everything that was sent on a lane that is handed on was acknowledged. */
  settled(lease: Lease): void;
  ended(session: Session, reason: CloseReason | undefined): void;
  faulted(session: Session, message: string): void;
}

/** `greeting` until the hello is accepted, `retiring` after a bye, `closing` while the connection says goodbye. */
export type SessionState = 'greeting' | 'open' | 'retiring' | 'closing' | 'closed';

/** One client's connection from its first byte to its last. */
export interface Session extends LeaseHolder {
  /** Unique in this process. */
  readonly id: string;
  /** Empty before the hello. */
  readonly name: string;
  readonly connection: StreamConnection;
  readonly state: SessionState;
  /** Sent and not acknowledged. */
  readonly inFlight: StreamWindow;
  /** Messages that were refused. */
  readonly faults: number;
  /** There is something to send on the lane. */
  wake(lease: Lease): void;
  /** The delivery took back what was sent. */
  release(freed: Freed): void;
  /** Ends the connection when the client has been silent, or has not acknowledged, for too long. */
  inspect(now: number): void;
  /** Tells the client why, and closes. */
  end(reason: CloseReason, message: string): void;
}

export function createSession(id: string, connection: StreamConnection, host: SessionHost): Session {
  const { settings } = host;
  const { clock } = settings;
  const fullAt = Math.max(settings.window.bytes, LEAST_BUFFER_BYTES);
  const held = new Map<string, Lease>();
  let outlet: EventOutlet | undefined;
  let commands: SessionCommands | undefined;
  let wanted: Wanted;
  let takesReshards = false;
  let name = '';
  let state: SessionState = 'greeting';
  let faults = 0;
  let isHelloHeard = false;
  let isReading = true;
  let heardAt = clock.now();
  let retiringAt = 0;
  let timer = clock.setTimer(() => session.end('helloTimeout', 'no hello came in time'), settings.helloTimeoutMs);

  const isOver = (): boolean => state === 'closing' || state === 'closed';

  /** False when there is nobody to send it to. */
  const send = (message: object): boolean => {
    if (isOver()) return false;
    connection.send(textMessage(message));
    const unread = connection.bufferedBytes();
    if (unread > fullAt + settings.maxReplyBytes) {
      session.end('notReading', 'what you were sent is not being read');
    } else if (unread > fullAt && isReading) {
      // Whoever does not read the answers gets to ask no more.
      isReading = false;
      connection.setReading(false);
    }
    return true;
  };

  const fault = (code: FaultCode, message: string): void => {
    faults++;
    host.faulted(session, message);
    send({ op: 'error', code, message, fatal: false } satisfies ErrorMessage);
    if (faults >= MAX_FAULTS) session.end('badMessage', `${faults} messages were refused; the last: ${message}`);
  };

  const endIfRetired = (): void => {
    if (state === 'retiring' && held.size === 0 && commands?.pending === 0) session.end('done', 'goodbye');
  };

  const onHello = (hello: ClientMessage & { op: 'hello' }): void => {
    if (isHelloHeard) return fault('badMessage', 'hello: said already');
    isHelloHeard = true;
    if (hello.version < STREAM_VERSION) {
      return session.end('versionUnsupported', `this sink speaks version ${STREAM_VERSION} only`);
    }
    const refusal = host.refusal(session, hello.key);
    clock.clearTimer(timer);
    if (refusal === undefined) return welcome(hello);
    timer = clock.setTimer(() => session.end(refusal.reason, refusal.message), refusal.delayMs);
  };

  const welcome = (hello: ClientMessage & { op: 'hello' }): void => {
    const { ackTimeoutMs, pingIntervalMs, silenceTimeoutMs, maxMessageBytes, maxCommands } = settings;
    const window = grantedWindow(hello.window, settings.window);
    name = hello.name;
    wanted = hello.events;
    takesReshards = hello.reshards;
    state = 'open';
    outlet = createEventOutlet({ connection, window, clock, withOld: settings.old });
    commands = createSessionCommands({
      client: { name, id },
      port: settings.commands,
      limit: maxCommands,
      send,
      onAnswered: endIfRetired,
    });
    const limits = { window, ackTimeoutMs, pingIntervalMs, silenceTimeoutMs, maxMessageBytes, maxCommands };
    send({ op: 'welcome', version: STREAM_VERSION, id, ...limits });
    host.joined(session);
  };

  const onAck = ({ lane, epoch, offset }: ClientMessage & { op: 'ack' }): void => {
    const lease = held.get(lane);
    if (lease === undefined) return fault('badAck', 'ack: you do not hold this lane');
    if (epoch !== lease.epoch) return fault('staleAck', 'ack: not the epoch of your lease');
    if (offset > lease.lane.sentOffset) return fault('badAck', 'ack: this offset was not sent to you');
    outlet?.acknowledge(lease, offset);
    if (lease.handingOn && lease.lane.isSettled) host.settled(lease);
    endIfRetired();
  };

  const onMessage = (text: string): void => {
    if (isOver()) return;
    heardAt = clock.now();
    const message = readClientMessage(text);
    if (message.op === 'fault') return fault(message.code, message.message);
    if (message.op === 'hello') return onHello(message);
    if (state === 'greeting') return fault('badMessage', 'the first message is hello');
    switch (message.op) {
      case 'ack':
        return onAck(message);
      case 'command':
        return commands?.execute(message.id, message.command);
      case 'ping':
        return void send({ op: 'pong', n: message.n });
      case 'bye':
        if (state === 'retiring') return;
        state = 'retiring';
        retiringAt = heardAt;
        host.retiring(session);
        endIfRetired();
    }
  };

  const session: Session = {
    id,
    connection,
    leases: held,
    get name() {
      return name;
    },
    get state() {
      return state;
    },
    get inFlight() {
      return outlet?.inFlight ?? { events: 0, bytes: 0 };
    },
    get faults() {
      return faults;
    },
    get isTaking() {
      return state === 'open';
    },
    lease(lease) {
      held.set(lease.lane.name, lease);
      lease.lane.wanted = wanted;
      lease.lane.takesReshards = takesReshards;
      send({ op: 'lease', lane: lease.lane.name, epoch: lease.epoch });
      session.wake(lease);
    },
    revoke(lease) {
      held.delete(lease.lane.name);
      outlet?.forget(lease);
      send({ op: 'revoke', lane: lease.lane.name, epoch: lease.epoch });
    },
    wake: (lease) => outlet?.wake(lease),
    release: (freed) => outlet?.release(freed),
    inspect(now) {
      if (isOver() || state === 'greeting') return;
      const isDeserted = state === 'retiring' && held.size === 0;
      const end = overdue(settings, now, {
        heardAt,
        owesSince: outlet?.owesSince() ?? null,
        retiringAt: isDeserted ? retiringAt : null,
        leases: held.values(),
      });
      if (end !== undefined) session.end(end.reason, end.message);
    },
    end(reason, message) {
      if (isOver()) return;
      state = 'closing';
      clock.clearTimer(timer);
      outlet?.close();
      if (reason !== 'done') {
        const error = { op: 'error', code: reason, message, fatal: true } satisfies ErrorMessage;
        connection.send(textMessage(error));
      }
      connection.setReading(true);
      connection.end(reason, message);
      timer = clock.setTimer(() => connection.destroy(), STREAM_DEFAULTS.closeTimeoutMs);
      host.ended(session, reason);
    },
  };

  connection.listener = {
    onMessage,
    onBroken: (reason, message) => session.end(reason, message),
    onDrain() {
      if (!isReading) {
        isReading = true;
        connection.setReading(true);
      }
      outlet?.resume();
    },
    onClose() {
      clock.clearTimer(timer);
      outlet?.close();
      const isNews = !isOver();
      state = 'closed';
      if (isNews) host.ended(session, undefined);
    },
  };
  return session;
}
