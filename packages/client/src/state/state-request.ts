import type { Clock } from '../ports/clock.ts';
import { ClientError } from '../stream/client-error.ts';

/** How requests are made. */
export interface RequestContext {
  /** Address of the routes, without a slash at its end. */
  readonly base: string;
  readonly key: string | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Names in a query; a list is repeated. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Begins a request and gives the answer, whatever its status; `read` has the time until `timeoutMs` without an answer, or between two parts of it. */
async function* parts(context: RequestContext, path: string, query: Query = {}): AsyncGenerator<string | Answer> {
  const { base, key, timeoutMs, clock } = context;
  const abort = new AbortController();
  let timer: unknown;
  const wait = (): void => {
    clock.clearTimer(timer);
    timer = clock.setTimer(() => abort.abort(late(timeoutMs)), timeoutMs);
  };
  try {
    wait();
    const response = await fetch(`${base}${path}${queryText(query)}`, {
      headers: { accept: 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      redirect: 'error',
      signal: abort.signal,
    });
    clock.clearTimer(timer);
    yield { status: response.status };
    wait();
    const decoder = new TextDecoder();
    for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      // A reader that takes its time is not the server's fault.
      clock.clearTimer(timer);
      yield decoder.decode(bytes, { stream: true });
      wait();
    }
  } catch (cause) {
    if (abort.signal.aborted) throw abort.signal.reason;
    throw new ClientError(
      'disconnected',
      `the State API at ${new URL(base).origin} cannot be reached, or ended early`,
      {
        cause,
      },
    );
  } finally {
    clock.clearTimer(timer);
    // Who stops in the middle wants no more of it.
    abort.abort();
  }
}

/** What comes before the text. */
interface Answer {
  readonly status: number;
}

/** Reads a whole answer; undefined when there is no such object. */
export async function readJson(context: RequestContext, path: string, query?: Query): Promise<unknown> {
  const { status, text } = await readAll(context, path, query);
  if (status === 404) return undefined;
  if (status !== 200) throw refusal(status, text);
  return parsed(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ClientError('protocol', 'the State API sent what is no JSON', { cause });
  }
}

async function readAll(
  context: RequestContext,
  path: string,
  query?: Query,
): Promise<Answer & { readonly text: string }> {
  let status = 0;
  const texts: string[] = [];
  for await (const part of parts(context, path, query))
    if (typeof part === 'string') texts.push(part);
    else ({ status } = part);
  return { status, text: texts.join('') };
}

/** Reads an answer of one JSON object a line. */
export async function* readLines(context: RequestContext, path: string, query?: Query): AsyncGenerator<unknown> {
  let status = 0;
  let pieces: string[] = [];
  for await (const part of parts(context, path, query)) {
    if (typeof part !== 'string') {
      ({ status } = part);
      continue;
    }
    if (status !== 200) {
      pieces.push(part);
      continue;
    }
    const lines = part.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      yield parsed(pieces.join('') + line);
      pieces = [];
    }
    pieces.push(rest);
  }
  const text = pieces.join('');
  if (status !== 200) throw refusal(status, text);
  if (text !== '') throw new ClientError('disconnected', 'the snapshot ended in the middle of a guild');
}

/** What a status other than 200 says. The text is the server's, and never has the key. */
function refusal(status: number, text: string): ClientError {
  const code =
    status === 401 || status === 403 || status === 421 ? 'refused' : status === 503 ? 'unavailable' : 'invalid';
  return new ClientError(code, `the State API answered ${status}: ${text.slice(0, 500)}`);
}

function late(timeoutMs: number): ClientError {
  return new ClientError('timeout', `the State API did not go on for ${timeoutMs} ms`);
}

function queryText(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of typeof value === 'object' ? value : [String(value)]) search.append(name, each);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
