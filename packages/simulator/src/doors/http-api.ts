import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { answerControl } from './control-api.ts';
import type { Controlled } from './control-api.ts';
import type { RestAnswer, RestRequest } from './rest.ts';

/** What the HTTP server needs of the simulator. */
export interface HttpApiOptions {
  readonly controlled: Controlled;
  /** Answers a request to Discord's API, when its time has come. */
  readonly fetch: (request: RestRequest) => Promise<RestAnswer>;
}

/** Larger than any message with its files that a first bot sends. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function write(response: ServerResponse, answer: RestAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

async function serve(options: HttpApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const body = await readBody(request);
  if (body === undefined) {
    write(response, { status: 413, headers: { connection: 'close' }, body: '' });
    return;
  }
  const [path = '/', query = ''] = url.split('?');
  if (path.startsWith('/simulator/')) {
    const contentType = request.headers['content-type'] ?? '';
    const answer = answerControl(options.controlled, {
      method,
      path: path.slice('/simulator'.length),
      query: new URLSearchParams(query),
      contentType,
      body,
    });
    write(response, answer);
    return;
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  write(response, await options.fetch({ method, path: url, headers, body }));
}

/** An HTTP server with Discord's API under `/api` and the control API under `/simulator`. Not listening yet. */
export function createHttpApi(options: HttpApiOptions): Server {
  return createServer((request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      // A client that went away in the middle, or a mistake of ours; the message names no payload.
      if (!response.headersSent && !response.destroyed) {
        write(response, { status: 500, headers: {}, body: error instanceof Error ? error.name : 'error' });
      }
      response.destroy();
    });
  });
}
