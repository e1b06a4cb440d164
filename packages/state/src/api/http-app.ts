import type { Clock } from '@shardgate/gateway';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { checkAccess } from './access.ts';
import { ApiFault } from './api-fault.ts';
import * as defaults from './defaults.ts';
import { createDualServer, type DualServer } from './dual-server.ts';

/** On every answer: nothing here may be kept, sniffed or framed. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

/** A server, and how it is ended when it does not end by itself. */
export interface HttpApp extends Pick<DualServer, 'closeSessions' | 'destroyConnections'> {
  readonly app: FastifyInstance;
}

/** How a server is limited, and what it tells of failures. */
export interface HttpAppOptions {
  readonly clock: Clock;
  readonly key: string | undefined;
  /** A request failed by our fault, or the store's. */
  readonly failed: (error: unknown) => void;
}

/** The HTTP server before it has routes: its limits, who is let in, and what errors look like. */
export function createHttpApp({ key, clock, failed }: HttpAppOptions): HttpApp {
  let dual: DualServer | undefined;
  const app = fastify({
    bodyLimit: defaults.MAX_BODY_BYTES,
    serverFactory(handler) {
      const limits = {
        maxHeaderSize: defaults.MAX_HEADER_BYTES,
        requestTimeout: defaults.REQUEST_TIMEOUT_MS,
        headersTimeout: defaults.REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: 1_000,
      };
      const silence = { clock, firstMs: defaults.REQUEST_TIMEOUT_MS, idleMs: defaults.IDLE_TIMEOUT_MS };
      dual = createDualServer(handler, limits, silence);
      return dual.server;
    },
    forceCloseConnections: 'idle',
    // Ids may be repeated: as many as fit into the headers.
    routerOptions: { querystringParser: queryOf, maxParamLength: 64 },
    frameworkErrors: (_, __, reply: FastifyReply) =>
      void refuse(reply.headers(HEADERS), 400, 'the path cannot be read'),
  });
  app.server.maxConnections = defaults.MAX_CONNECTIONS;
  // Routes check what they read, in the words of this API; the schemas describe it.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  app.removeContentTypeParser(['text/plain', 'application/json']);
  // tatsu's clients name no type.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => {
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(new ApiFault(400, 'the body is no JSON'));
    }
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    // Probes have no key, and learn nothing but the version.
    if (request.routeOptions.url !== '/healthz') checkAccess(request.headers, key);
  });
  app.setNotFoundHandler((_, reply) => refuse(reply, 404, 'nothing is here; /openapi.json lists what there is'));
  app.setErrorHandler((error: FastifyError | ApiFault, _, reply) => {
    if (error instanceof ApiFault) {
      if (error.status === 401) reply.header('www-authenticate', 'Bearer');
      return refuse(reply, error.status, error.message);
    }
    if (error.statusCode !== undefined && error.statusCode < 500) return refuse(reply, error.statusCode, error.message);
    failed(error);
    return refuse(reply, 503, 'the cache cannot answer');
  });
  return {
    app,
    closeSessions: () => dual?.closeSessions(),
    destroyConnections: () => dual?.destroyConnections(),
  };
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(message);
}

/** A parameter that comes once is a text, one that is repeated a list. */
function queryOf(text: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(text)) {
    const before = query[name];
    if (before === undefined) query[name] = value;
    else if (typeof before === 'string') query[name] = [before, value];
    else before.push(value);
  }
  return query;
}
