import { isRecord } from '../option-check.ts';
import type { Settings } from '../settings.ts';
import type { RestAnswer } from './rest.ts';

/** The parts of a simulator that can be driven from outside the process. */
export interface Controlled {
  state(): object;
  /** Unknown, here and below: what comes from outside is checked by the method itself. */
  configure(settings: unknown): void;
  readonly settings: Readonly<Settings>;
  readonly ledger: {
    dispatches(filter: object): readonly object[];
    activity(filter: object): readonly object[];
    clear(): void;
  };
  check(options: object): readonly object[];
  clearRecords(): void;
  fault(fault: unknown): object;
  clearFaults(id?: number): void;
  emit(event: unknown): number;
  readonly guilds: {
    ids(options: object): readonly string[];
    join(count?: unknown): readonly string[];
    leave(id: string): boolean;
    outage(ids?: readonly string[]): number;
    recover(ids?: readonly string[]): number;
  };
  resetToken(): void;
  acceptToken(token?: string): void;
}

export interface ControlRequest {
  readonly method: string;
  /** Path after `/simulator`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
}

type Handler = (controlled: Controlled, request: ControlRequest, body: Record<string, unknown>) => unknown;

/** Most entries that one request gets. */
const PAGE = 10_000;

function numbers(query: URLSearchParams, names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) {
    const value = query.get(name);
    if (value === null) continue;
    const number = Number(value);
    if (value === '' || !Number.isInteger(number))
      throw new RangeError(`query: "${name}" is "${value}", expected a whole number`);
    found[name] = number;
  }
  return found;
}

function texts(query: URLSearchParams, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, query.get(name) ?? '']] : [])));
}

/** `shard` is the short name of `shardId` in queries. */
function ledgerFilter(query: URLSearchParams, textNames: readonly string[]): Record<string, unknown> {
  const { shard, limit, ...rest } = numbers(query, ['shard', 'shardCount', 'after', 'limit']);
  return {
    ...rest,
    ...texts(query, textNames),
    ...(shard === undefined ? {} : { shardId: shard }),
    limit: Math.min(limit ?? PAGE, PAGE),
  };
}

function guildIds(value: unknown): readonly string[] | undefined {
  if (value === 'all') return undefined;
  if (Array.isArray(value) && value.every((id) => typeof id === 'string')) return value;
  throw new TypeError('guilds: expected "all" or a list of ids');
}

function changeGuilds(controlled: Controlled, body: Record<string, unknown>): object {
  const result: Record<string, unknown> = {};
  for (const [action, value] of Object.entries(body)) {
    if (action === 'join') result.joined = controlled.guilds.join(value);
    else if (action === 'leave')
      result.left = (guildIds(value) ?? controlled.guilds.ids({})).filter((id) => controlled.guilds.leave(id));
    else if (action === 'outage') result.down = controlled.guilds.outage(guildIds(value));
    else if (action === 'recover') result.up = controlled.guilds.recover(guildIds(value));
    else throw new TypeError(`guilds: there is no action "${action}"; expected join, leave, outage or recover`);
  }
  return result;
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET /state': (controlled) => controlled.state(),
  'GET /settings': (controlled) => controlled.settings,
  'GET /ledger': (controlled, { query }) => controlled.ledger.dispatches(ledgerFilter(query, ['sessionId', 't'])),
  'GET /activity': (controlled, { query }) => controlled.ledger.activity(ledgerFilter(query, ['kind'])),
  'GET /violations': (controlled, { query }) =>
    controlled.check({
      jitter: query.get('jitter') === 'true',
      needlessIdentifies: query.get('needlessIdentifies') === 'true',
    }),
  'GET /guilds': (controlled, { query }) => {
    const { shard, ...rest } = numbers(query, ['shard', 'shardCount', 'limit']);
    return controlled.guilds.ids({ limit: PAGE, ...rest, ...(shard === undefined ? {} : { shardId: shard }) });
  },
  'POST /settings': (controlled, _request, body) => {
    controlled.configure(body);
    return controlled.settings;
  },
  'POST /load': (controlled, _request, body) => {
    for (const name of Object.keys(body)) {
      if (name !== 'eventsPerSecond' && name !== 'mix')
        throw new TypeError(`load: there is no option "${name}"; expected eventsPerSecond or mix`);
    }
    controlled.configure(body);
    return { eventsPerSecond: controlled.settings.eventsPerSecond, mix: controlled.settings.mix };
  },
  'POST /faults': (controlled, _request, body) => controlled.fault(body),
  'DELETE /faults': (controlled, { query }) => {
    controlled.clearFaults(numbers(query, ['id']).id);
    return {};
  },
  'POST /events': (controlled, _request, body) => ({ dispatches: controlled.emit(body) }),
  'POST /guilds': (controlled, _request, body) => changeGuilds(controlled, body),
  'POST /token': (controlled, _request, body) => {
    if (body.reset === true) controlled.resetToken();
    else controlled.acceptToken(typeof body.token === 'string' ? body.token : undefined);
    return {};
  },
  'DELETE /records': (controlled) => {
    controlled.clearRecords();
    return {};
  },
};

function json(status: number, body: unknown): RestAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

/** The parser's own message is not passed on: it quotes the text, and the text may have a token in it. */
function parseBody(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Answers a request to `/simulator/…`. Mistakes in the request give 400 with `{"error": …}`. */
export function answerControl(controlled: Controlled, request: ControlRequest): RestAnswer {
  const handler = HANDLERS[`${request.method} ${request.path}`];
  if (handler === undefined) {
    return json(404, {
      error: `there is no ${request.method} /simulator${request.path}`,
      known: Object.keys(HANDLERS),
    });
  }
  // A web page can send a form or text to any port without being asked; JSON it cannot.
  if (request.method === 'POST' && !request.contentType.startsWith('application/json')) {
    return json(415, { error: 'the body must be sent as content-type application/json' });
  }
  const body = parseBody(request.body);
  if (!isRecord(body)) return json(400, { error: 'the body must be a JSON object' });
  try {
    return json(200, handler(controlled, request, body));
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return json(400, { error: error.message });
    throw error;
  }
}
