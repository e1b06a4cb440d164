import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceActions } from '../service/service-view.ts';
import { inTime } from './action-time.ts';
import type { AdminLog } from './admin-server.ts';
import { answer, refusal } from './open-api.ts';
import { RefusedRequest } from './refusal.ts';
import { noSuchShard, shardIdOf, shardParams } from './shard-param.ts';
import * as schemas from './view-schemas.ts';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Said by whoever has understood what an action costs. */
const confirmation = {
  type: 'object',
  properties: { confirm: { const: true } },
  required: ['confirm'],
  additionalProperties: false,
};

const levelBody = {
  type: 'object',
  properties: { level: { enum: LEVELS } },
  required: ['level'],
  additionalProperties: false,
};

const sinkParams = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };

/** Adds the routes that act. Each action is logged, with the address of whoever asked for it. */
export function addActionRoutes(app: FastifyInstance, actions: ServiceActions, log?: AdminLog): void {
  const note = ({ ip }: FastifyRequest, action: string, fields: object = {}): void =>
    log?.info({ action, address: ip, ...fields }, `asked for by an operator: ${action}`);
  const asked = answer('It is asked for', schemas.accepted);
  const unconfirmed = refusal('It is not confirmed');

  app.post(
    '/api/shards/:id/reconnect',
    {
      schema: {
        summary: "Drops the shard's connection and resumes",
        tags: ['act'],
        params: shardParams,
        response: { 202: asked, 404: refusal('There is no such shard here') },
      },
    },
    (request, reply) => {
      const shardId = shardIdOf(request.params);
      orElse(
        (cause) => noSuchShard(shardId, cause),
        () => actions.reconnect(shardId),
      );
      note(request, 'reconnect', { shardId });
      return reply.code(202).send({ accepted: true });
    },
  );

  app.post(
    '/api/shards/:id/reidentify',
    {
      schema: {
        summary: 'Begins a new session, which costs one identify and whatever happens meanwhile',
        tags: ['act'],
        params: shardParams,
        body: confirmation,
        response: {
          202: asked,
          400: unconfirmed,
          404: refusal('There is no such shard here'),
          504: refusal('It could not be asked for in time'),
        },
      },
      schemaErrorFormatter: () => wrongBody('a new session costs an identify: confirm it with {"confirm": true}'),
    },
    async (request, reply) => {
      const shardId = shardIdOf(request.params);
      note(request, 'reidentify', { shardId });
      try {
        await inTime(actions.reidentify(shardId));
      } catch (error) {
        throw error instanceof RangeError ? noSuchShard(shardId, error) : error;
      }
      return reply.code(202).send({ accepted: true });
    },
  );

  app.put(
    '/api/log-level',
    {
      schema: {
        summary: 'Sets how much is logged, until the process ends',
        tags: ['act'],
        body: levelBody,
        response: { 200: answer('The level', schemas.logLevel), 400: refusal('There is no such level') },
      },
      schemaErrorFormatter: () => wrongBody(`expected {"level": …} with one of ${LEVELS.join(', ')}`),
    },
    (request, reply) => {
      const { level } = request.body as { readonly level: string };
      orElse(
        (cause) => wrongBody(`there is no level ${level}`, cause),
        () => actions.setLogLevel(level),
      );
      note(request, 'log level', { level });
      return reply.send({ level: actions.logLevel });
    },
  );

  for (const [verb, act] of [
    ['pause', (name: string) => actions.pauseSink(name)],
    ['resume', (name: string) => actions.resumeSink(name)],
  ] as const) {
    app.post(
      `/api/sinks/:name/${verb}`,
      {
        schema: {
          summary: verb === 'pause' ? 'Batches to the sink stop; its events wait' : 'Batches to the sink go on',
          tags: ['act'],
          params: sinkParams,
          response: { 200: answer('The paused sinks', schemas.paused), 404: refusal('There is no such sink here') },
        },
      },
      (request, reply) => {
        const { name } = request.params as { readonly name: string };
        orElse(
          (cause) => noSuchSink(name, cause),
          () => act(name),
        );
        note(request, `${verb} sink`, { sink: name });
        return reply.send({ pausedSinks: actions.pausedSinks() });
      },
    );
  }

  app.post(
    '/api/stop',
    {
      schema: {
        summary: 'Drains and ends the process, as SIGTERM does',
        tags: ['act'],
        body: confirmation,
        response: { 202: asked, 400: unconfirmed },
      },
      schemaErrorFormatter: () => wrongBody('this ends the process: confirm it with {"confirm": true}'),
    },
    (request, reply) => {
      note(request, 'stop');
      actions.stop();
      return reply.code(202).send({ accepted: true });
    },
  );
}

/** Acts; a RangeError, by which an action says that it knows no such thing, becomes a refusal. */
function orElse(refusalFor: (cause: RangeError) => RefusedRequest, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw error instanceof RangeError ? refusalFor(error) : error;
  }
}

function wrongBody(message: string, cause?: unknown): RefusedRequest {
  return new RefusedRequest({ status: 400, error: 'invalid', message }, cause);
}

function noSuchSink(name: string, cause: unknown): RefusedRequest {
  const message = `there is no sink ${name}; /api/lanes lists those there are`;
  return new RefusedRequest({ status: 404, error: 'unknownSink', message }, cause);
}
