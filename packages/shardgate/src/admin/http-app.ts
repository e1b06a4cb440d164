import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import type { AdminLog } from './admin-server.ts';
import * as defaults from './defaults.ts';
import { RefusedRequest, type Refusal } from './refusal.ts';
import { refusalOf, type AccessRules } from './request-guard.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no key, where there is one. */
    isOpen?: boolean;
  }
}

/** On every answer: nothing here may be kept, sniffed, framed, or used by pages of others. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The HTTP server before it has routes: its limits, who is let in, and what errors look like. */
export function createHttpApp(rules: AccessRules, requestTimeoutMs: number, log?: AdminLog): FastifyInstance {
  const app = fastify({
    bodyLimit: defaults.MAX_BODY_BYTES,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: defaults.IDLE_TIMEOUT_MS,
    http: {
      maxHeaderSize: defaults.MAX_HEADER_BYTES,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
    },
    forceCloseConnections: 'idle',
    // A body is taken as it is, or refused.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    frameworkErrors: (_, __, reply: FastifyReply) => {
      void refuse(reply.headers(HEADERS), { status: 400, error: 'invalid', message: 'the path cannot be read' });
    },
  });
  app.server.maxConnections = defaults.MAX_CONNECTIONS;
  // Answers are what the service shows, untouched; the schemas describe them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  app.removeContentTypeParser(['text/plain', 'application/json']);
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {});
    else void parseJson(request, String(body), done);
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const refusal = refusalOf(request.raw, rules, request.routeOptions.config?.isOpen === true);
    if (refusal !== undefined) return refuse(reply, refusal);
  });
  app.setNotFoundHandler((_, reply) =>
    refuse(reply, {
      status: 404,
      error: 'notFound',
      message: 'nothing is here; /api/openapi.json lists what there is',
    }),
  );
  app.setErrorHandler((error: FastifyError | RefusedRequest, request, reply) => {
    if (error instanceof RefusedRequest) return refuse(reply, error.refusal);
    const { statusCode = 500, message } = error;
    if (statusCode < 500) return refuse(reply, { status: statusCode, error: 'invalid', message });
    log?.error({ err: error, method: request.method, route: request.routeOptions.url }, 'a request failed');
    return refuse(reply, { status: 500, error: 'failed', message: 'this failed; the log tells why' });
  });
  return app;
}

function refuse(reply: FastifyReply, { status, error, message, headers = {} }: Refusal): FastifyReply {
  return reply.code(status).headers(headers).type('application/json').send({ error, message });
}
