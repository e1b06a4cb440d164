import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ServiceActions, ServiceView } from '../service/service-view.ts';
import type { EventStreams, HeaderFields } from './event-streams.ts';
import { answer, jsonSchema, refusal } from './open-api.ts';
import { RefusedRequest } from './refusal.ts';
import { noSuchShard, shardIdOf, shardParams } from './shard-param.ts';
import { stateView } from './state-schemas.ts';
import * as schemas from './view-schemas.ts';
import { workerStatus } from './worker-schemas.ts';

/** What the routes that only read need. */
export interface ReadContext {
  readonly view: ServiceView;
  readonly actions: ServiceActions;
  readonly streams: EventStreams;
}

/** Adds the routes that show the service. */
export function addReadRoutes(app: FastifyInstance, { view, actions, streams }: ReadContext): void {
  const show = (url: string, summary: string, schema: z.ZodType, read: () => unknown): void => {
    app.get(url, { schema: { summary, tags: ['read'], response: { 200: answer(summary, schema) } } }, (_, reply) =>
      reply.send(read()),
    );
  };

  show('/api/overview', 'The whole process in a few figures', schemas.overview, () => view.overview());
  show('/api/shards', 'All shards of this process', z.array(schemas.shardSummary), () => view.shards());
  show('/api/lanes', 'The sinks, and the lane of each shard to each sink', schemas.lanes, () => {
    const { lanes, sinks } = view.delivery();
    return { lanes, sinks, pausedSinks: actions.pausedSinks() } satisfies schemas.LanesAnswer;
  });
  show('/api/journal', 'What waits on disk', schemas.journal, () => view.delivery().journal ?? null);
  show('/api/budget', 'How many sessions may still be begun', schemas.budget, () => view.budget());
  show('/api/state', 'The cache: its stores, and how many objects it has', stateView, () => view.state());
  show('/api/workers', 'Workers that hold the shards; none where the main thread does', z.array(workerStatus), () =>
    view.workers(),
  );
  show('/api/rates', 'Events by type', z.array(schemas.eventRate), () => view.eventRates());
  show('/api/history', 'The last five minutes, second by second, oldest first', z.array(schemas.historyPoint), () =>
    view.history(),
  );
  show('/api/incidents', 'What happened, newest first', z.array(schemas.incident), () => view.incidents());
  show('/api/log-level', 'How much is logged', schemas.logLevel, () => ({ level: actions.logLevel }));

  app.get(
    '/api/shards/:id',
    {
      schema: {
        summary: 'One shard, with all that is known',
        tags: ['read'],
        params: shardParams,
        response: { 200: answer('The shard', schemas.shardDetail), 404: refusal('There is no such shard here') },
      },
    },
    (request, reply) => {
      const id = shardIdOf(request.params);
      const shard = view.shard(id);
      if (shard === undefined) throw noSuchShard(id);
      return reply.send(shard);
    },
  );

  app.get(
    '/api/events',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'Server-sent events: `snapshot` each second, `incident` as it happens',
        tags: ['read'],
        response: {
          200: {
            description:
              'An endless stream. `data` of a `snapshot` is described here; that of an `incident` is one of `/api/incidents`.',
            content: { 'text/event-stream': { schema: jsonSchema(schemas.snapshot) } },
          },
          503: refusal('Too many streams are open'),
        },
      },
    },
    (_, reply) => {
      if (!streams.hasRoom()) {
        throw new RefusedRequest({
          status: 503,
          error: 'tooManyStreams',
          message: 'too many event streams are open; close one, or come back later',
          headers: { 'retry-after': '5' },
        });
      }
      const headers: HeaderFields = reply.getHeaders();
      reply.hijack();
      streams.open(reply.raw, headers);
    },
  );

  app.get('/api/openapi.json', { schema: { hide: true } }, (_, reply) => reply.send(app.swagger()));
}
