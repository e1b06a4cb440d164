import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/create-metrics.ts';
import type { ServiceView } from '../service/service-view.ts';
import { answer } from './open-api.ts';
import { mayRead, type AccessRules } from './request-guard.ts';
import * as schemas from './view-schemas.ts';

/** What the routes for machines need. */
export interface WatchContext {
  readonly view: ServiceView;
  readonly metrics: Pick<Metrics, 'contentType' | 'text'>;
  readonly rules: AccessRules;
}

/** Adds the routes that probes and Prometheus ask. */
export function addWatchRoutes(app: FastifyInstance, { view, metrics, rules }: WatchContext): void {
  const open = { config: { isOpen: true } };
  const schema = { tags: ['watch'], security: [] };

  const lives = 'The process lives, whatever its shards do';
  app.get(
    '/healthz',
    { ...open, schema: { ...schema, summary: lives, response: { 200: answer(lives, schemas.status) } } },
    (_, reply) => reply.send({ status: 'OK' }),
  );
  // What deployments of twilight-dispatch ask.
  app.get('/healthcheck', { ...open, schema: { hide: true } }, (_, reply) => reply.send({ status: 'OK' }));

  app.get(
    '/readyz',
    {
      ...open,
      schema: {
        ...schema,
        summary: 'Whether the process does its work',
        description: 'Where a key is set, the causes are told only to those who show it.',
        response: { 200: answer('It does', schemas.readiness), 503: answer('It does not', schemas.readiness) },
      },
    },
    (request, reply) => {
      const { ready, causes } = view.readiness();
      return reply.code(ready ? 200 : 503).send({ ready, causes: mayRead(request.raw, rules) ? causes : [] });
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        tags: ['watch'],
        summary: 'Metrics for Prometheus',
        response: {
          200: { description: 'Text format 0.0.4', content: { 'text/plain': { schema: { type: 'string' } } } },
        },
      },
    },
    async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
