import type { IncomingMessage, ServerResponse } from 'node:http';
import { callAll } from '../call-all.ts';
import type { DispatchData, ReceivedEvent } from '../event.ts';
import { DONE, refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import { isAcceptedKey, verifySignature } from './authentication.ts';
import { handleAll } from './event-handling.ts';
import type { EventHandling } from './event-handling.ts';
import { EventMemory } from './event-memory.ts';
import { HandledEvents } from './handled-events.ts';
import { BodyError, parseBatchBody, parseEventBody } from './parse-body.ts';
import { readNodeBody, readWebBody } from './read-body.ts';
import type { BodyRefusal } from './read-body.ts';
import { readReceiverOptions } from './receiver-options.ts';
import type { EventReceiverOptions } from './receiver-options.ts';

/** Takes events that a gateway posts over HTTP. */
export interface EventReceiver {
  /**
   * Handles a request of `node:http` or of a framework on it; comes before any body parser. `createServer(receiver.handle)` is a whole
   * event handler. Never rejects.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Handles a web-standard request. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /**
   * Adds a listener for one event. The answer waits for it, and one that fails is a handler that failed. Gives a function that
   * takes the listener away again.
   */
  on<Name extends keyof DispatchData>(name: Name, listener: EventListener<Name>): () => void;
  /** Since the start: events handled, duplicates dropped, handler failures, gaps and reshards told, requests refused. */
  status(): EventReceiverStatus;
}

/** Is given the event's data, and everything around it. */
export type EventListener<Name extends keyof DispatchData> = (
  data: DispatchData[Name],
  event: ReceivedEvent<Name>,
) => unknown;

/** Counts of a receiver. */
export interface EventReceiverStatus {
  readonly handled: number;
  readonly duplicates: number;
  readonly failed: number;
  readonly gaps: number;
  readonly reshards: number;
  readonly refused: number;
}

/** A request, whatever it came through. */
interface Received {
  readonly method: string | undefined;
  /** A header's value; undefined when there is none or more than one. */
  header(name: string): string | undefined;
  body(maxBytes: number): Promise<Buffer | BodyRefusal>;
}

type AnyListener = (data: unknown, event: ReceivedEvent) => unknown;

/** Carries an answer that leaves something to be sent again past the memory of requests. */
class Unfinished extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('unfinished');
    this.answer = answer;
  }
}

/**
 * Creates a receiver for what `createHttpSink` sends in either format, and for the `{"shardId", "data"}` of Discordeno's own gateways.
 *
 * A request is answered when the handlers have settled: 204 acknowledges it, anything else makes the gateway send it again. A batch of which
 * only the first part was handled is answered with `{"acknowledged":<offset>}`. 401, 405, 413 and 400 tell what is wrong with a request. Events
 * whose id was handled before are dropped; the memory for that is bounded and ends with the process.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; keys are never shown
 *
 * @example
 * const receiver = createEventReceiver({ secretKey });
 * receiver.on('MESSAGE_CREATE', async (message) => console.log(message.content));
 * createServer(receiver.handle).listen(8081);
 */
export function createEventReceiver(options: EventReceiverOptions): EventReceiver {
  const settings = readReceiverOptions(options);
  const { secretKeys, signingKeys, clock, maxBodyBytes } = settings;
  const listeners = new Map<string, AnyListener[]>();
  const requests = new EventMemory(settings.remembered);
  const counts = { handled: 0, duplicates: 0, failed: 0, gaps: 0, reshards: 0 };
  let refused = 0;
  const handling: EventHandling = {
    settings,
    events: new HandledEvents(settings.remembered),
    counts,
    call: (event) => {
      const named = listeners.get(event.t);
      if (named === undefined || named.length === 0) return settings.handler(event);
      return callAll([() => settings.handler(event), ...named.map((listener) => () => listener(event.d, event))]);
    },
  };

  async function receive(request: Received): Promise<Answer> {
    if (secretKeys.length > 0 && !isAcceptedKey(secretKeys, request.header('authorization') ?? ''))
      return refusal(401, 'Invalid secret key.');
    if (request.method !== 'POST') return refusal(405, 'Method not allowed.', { allow: 'POST' });
    const body = await request.body(maxBodyBytes);
    if (!Buffer.isBuffer(body)) return bodyRefusal(body, maxBodyBytes);
    return signingKeys.length === 0 ? handleBody(request, body) : handleSigned(request, body);
  }

  /** A signed request that was taken whole and comes once more is answered, not handled: so it cannot be replayed within the tolerance. */
  async function handleSigned(request: Received, body: Buffer): Promise<Answer> {
    const signed = {
      timestamp: request.header('shardgate-timestamp'),
      signature: request.header('shardgate-signature'),
      body,
    };
    const verdict = verifySignature(signingKeys, signed, clock.wallTime(), settings.toleranceSeconds);
    if ('fault' in verdict) return refusal(401, verdict.fault);
    try {
      await requests.once('', verdict.digest, async () => {
        const answer = await handleBody(request, body);
        if (answer !== DONE) throw new Unfinished(answer);
      });
      return DONE;
    } catch (error) {
      if (error instanceof Unfinished) return error.answer;
      throw error;
    }
  }

  async function handleBody(request: Received, body: Buffer): Promise<Answer> {
    const isBatch = (request.header('content-type') ?? '').toLowerCase().startsWith('application/x-ndjson');
    const context = { header: request.header, nowMs: clock.wallTime() };
    try {
      return await handleAll(handling, isBatch ? parseBatchBody(body, context) : [parseEventBody(body, context)]);
    } catch (error) {
      if (error instanceof BodyError) return refusal(400, error.message);
      throw error;
    }
  }

  async function answerTo(request: Received): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await receive(request);
    } catch {
      // Nothing is known to come here; a request without an answer would hold up its shard until the time limit.
      answer = refusal(500, 'The request could not be handled.');
    }
    if (answer.status >= 400 && answer.status !== 500) refused += 1;
    return answer;
  }

  return {
    handle: async (request, response) => {
      const { status, headers, body } = await answerTo({
        method: request.method,
        header: (name) => only(request.headersDistinct[name]),
        body: (maxBytes) => readNodeBody(request, maxBytes),
      });
      if (response.headersSent || response.destroyed) return;
      response.writeHead(status, headers).end(body);
      // What is left of a body is read away: closing the connection on unread bytes may take the answer with it, and then a batch that is too
      // long would not be halved but sent again for ever.
      request.resume();
    },
    fetch: async (request) => {
      const { status, headers, body } = await answerTo({
        method: request.method,
        header: (name) => request.headers.get(name) ?? undefined,
        body: (maxBytes) => readWebBody(request, maxBytes),
      });
      return new Response(status === 204 ? null : body, { status, headers });
    },
    on: (name, listener) => {
      const added = listener as AnyListener;
      listeners.set(name, [...(listeners.get(name) ?? []), added]);
      return () => {
        listeners.set(
          name,
          (listeners.get(name) ?? []).filter((other) => other !== added),
        );
      };
    },
    status: () => ({ ...counts, refused }),
  };
}

function bodyRefusal(refusalOf: BodyRefusal, maxBytes: number): Answer {
  switch (refusalOf) {
    case 'tooLarge':
      return refusal(413, `The body is longer than ${maxBytes} bytes.`);
    case 'taken':
      return refusal(
        500,
        'The body was read before the receiver got the request: put the receiver before body parsers.',
      );
    case 'broken':
      return refusal(408, 'The body did not come whole.');
  }
}

/** A repeated header counts as none. */
function only(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}
