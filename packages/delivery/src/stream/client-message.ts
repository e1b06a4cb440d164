import { STREAM_DEFAULTS } from './defaults.ts';
import { MAX_COMMAND_DEPTH } from './protocol.ts';
import type { FaultCode, StreamWindow } from './protocol.ts';

/** What a client may say, checked. */
export type ClientMessage =
  | {
      readonly op: 'hello';
      readonly version: number;
      readonly name: string;
      readonly key: string | undefined;
      readonly window: StreamWindow | undefined;
      readonly events: ReadonlySet<string> | undefined;
      /** Whether it knows the `reshard` message. */
      readonly reshards: boolean;
    }
  | { readonly op: 'ack'; readonly lane: string; readonly epoch: number; readonly offset: number }
  | { readonly op: 'command'; readonly id: string; readonly command: unknown }
  | { readonly op: 'ping'; readonly n: number }
  | { readonly op: 'bye' };

/** A message that is refused. Its text quotes nothing the client sent. */
export interface Fault {
  readonly op: 'fault';
  readonly code: FaultCode;
  readonly message: string;
}

/** Names of clients: also part of logs and metrics. */
const NAME = /^[\w.:@-]{1,64}$/;
const EVENT_NAME = /^[A-Z0-9_]{1,64}$/;
const MOST_EVENT_NAMES = 256;

/** Reads one message of a client. Never throws. */
export function readClientMessage(text: string): ClientMessage | Fault {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('badJson', 'a message is one JSON object');
  }
  if (!isRecord(value)) return fault('badJson', 'a message is one JSON object');
  switch (value['op']) {
    case 'ack':
      return readAck(value);
    case 'command':
      return readCommand(value);
    case 'ping':
      return isCount(value['n']) ? { op: 'ping', n: value['n'] } : fault('badMessage', 'ping: n is a whole number');
    case 'hello':
      return readHello(value);
    case 'bye':
      return { op: 'bye' };
    default:
      return fault('unknownOp', 'op is one of hello, ack, command, ping, bye');
  }
}

function readAck({ lane, epoch, offset }: Record<string, unknown>): ClientMessage | Fault {
  if (typeof lane !== 'string' || !isCount(epoch) || !isCount(offset)) {
    return fault('badAck', 'ack: lane is a string, epoch and offset are whole numbers');
  }
  return { op: 'ack', lane, epoch, offset };
}

function readCommand({ id, command }: Record<string, unknown>): ClientMessage | Fault {
  if (typeof id !== 'string' || id === '' || id.length > 64) {
    return fault('badMessage', 'command: id is a string of 1 to 64 characters');
  }
  if (!isRecord(command)) return fault('badMessage', 'command: command is an object');
  if (isDeeperThan(command, MAX_COMMAND_DEPTH)) {
    return fault('tooDeep', `command: nested deeper than ${MAX_COMMAND_DEPTH}`);
  }
  return { op: 'command', id, command };
}

function readHello({
  version,
  name,
  key,
  window,
  events,
  reshards = false,
}: Record<string, unknown>): ClientMessage | Fault {
  if (!isCount(version)) return fault('badMessage', 'hello: version is a whole number');
  if (typeof name !== 'string' || !NAME.test(name)) {
    return fault('badMessage', 'hello: name is 1 to 64 letters, digits and any of _ . : @ -');
  }
  if (key !== undefined && typeof key !== 'string') return fault('badMessage', 'hello: key is a string');
  const room = readWindow(window);
  if (room === null) return fault('badMessage', 'hello: window is {"events":…,"bytes":…}, both 1 or more');
  if (events !== undefined && !isNameList(events)) {
    return fault('badMessage', `hello: events is a list of at most ${MOST_EVENT_NAMES} event names`);
  }
  if (typeof reshards !== 'boolean') return fault('badMessage', 'hello: reshards is true or false');
  const wanted = events === undefined ? undefined : new Set(events);
  return { op: 'hello', version, name, key, window: room, events: wanted, reshards };
}

/** Null when it is wrong. */
function readWindow(window: unknown): StreamWindow | undefined | null {
  if (window === undefined) return undefined;
  if (!isRecord(window)) return null;
  const { events = STREAM_DEFAULTS.window.events, bytes = STREAM_DEFAULTS.window.bytes } = window;
  return isCount(events) && isCount(bytes) && events > 0 && bytes > 0 ? { events, bytes } : null;
}

function isNameList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= MOST_EVENT_NAMES &&
    value.every((name) => typeof name === 'string' && EVENT_NAME.test(name))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number from 0 that a double holds exactly. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

function fault(code: FaultCode, message: string): Fault {
  return { op: 'fault', code, message };
}
