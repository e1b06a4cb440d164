import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ReshardAnswer, ReshardOrder } from '../service/reshard-view.ts';
import type { ServiceActions, ServiceView } from '../service/service-view.ts';
import { inTime } from './action-time.ts';
import type { AdminLog } from './admin-server.ts';
import { answer, refusal } from './open-api.ts';
import { RefusedRequest } from './refusal.ts';
import * as schemas from './reshard-schemas.ts';
import { accepted } from './view-schemas.ts';

/** What the routes of resharding need. */
export interface ReshardContext {
  readonly view: ServiceView;
  readonly actions: ServiceActions;
  readonly log?: AdminLog | undefined;
}

const MOST_SHARDS = 999_999;
const count = { type: 'integer', minimum: 1, maximum: MOST_SHARDS };
const shard = { type: 'integer', minimum: 0, maximum: MOST_SHARDS };

const order = {
  type: 'object',
  properties: {
    confirm: { const: true },
    count: {
      ...count,
      description:
        'New shard count of the whole bot; without it what Discord recommends, or what the guilds need if that is more.',
    },
    first: { ...shard, description: 'First new shard of this process.' },
    last: { ...shard, description: 'Last new shard of this process, itself included.' },
  },
  required: ['confirm'],
  additionalProperties: false,
};

const wholeNumber = '^(0|[1-9][0-9]{0,5})$';

const wanted = {
  type: 'object',
  properties: {
    count: { type: 'string', pattern: '^[1-9][0-9]{0,5}$', description: 'A shard count to look at.' },
    first: { type: 'string', pattern: wholeNumber, description: 'First new shard of this process.' },
    last: { type: 'string', pattern: wholeNumber, description: 'Last new shard of this process, itself included.' },
  },
  additionalProperties: false,
};

/** Adds the routes that show, begin and give up a reshard. */
export function addReshardRoutes(app: FastifyInstance, { view, actions, log }: ReshardContext): void {
  const note = ({ ip }: FastifyRequest, action: string, fields: object = {}): void =>
    log?.info({ action, address: ip, ...fields }, `asked for by an operator: ${action}`);
  const tags = { read: ['read'], act: ['act'] };
  const asked = answer('It is asked for', accepted);

  app.get(
    '/api/reshard',
    {
      schema: {
        summary: 'How full the shards are, the reshard that is under way, and how the last one ended',
        tags: tags.read,
        response: { 200: answer('Resharding, as it stands', schemas.reshardView) },
      },
    },
    (_, reply) => reply.send(view.resharding()),
  );

  app.get(
    '/api/reshard/need',
    {
      schema: {
        summary: 'Whether a reshard is called for and what it would cost; asks Discord',
        tags: tags.read,
        querystring: wanted,
        response: {
          200: answer('The need', schemas.reshardCheck),
          400: refusal('This is no shard count'),
          504: refusal('Discord did not answer in time'),
        },
      },
    },
    async (request, reply) => {
      const texts = Object.entries(request.query as Readonly<Record<string, string>>);
      const wish: ReshardOrder = Object.fromEntries(texts.map(([name, text]) => [name, Number(text)]));
      return reply.send(await inTime(actions.checkReshard(wish)));
    },
  );

  app.post(
    '/api/reshard',
    {
      schema: {
        summary: 'Brings the bot to another shard count while it runs, at the cost of one identify for each new shard',
        tags: tags.act,
        body: order,
        response: {
          202: answer('It has begun', accepted),
          400: refusal('It is not confirmed, or not understood'),
          409: refusal('It cannot be done now, and why'),
          504: refusal('It did not begin in time'),
        },
      },
      schemaErrorFormatter: () =>
        new RefusedRequest({
          status: 400,
          error: 'invalid',
          message:
            'each new shard costs an identify: confirm it with {"confirm": true}; beside it there may be count, first and last, whole numbers',
        }),
    },
    async (request, reply) => {
      const { confirm: _, ...wish } = request.body as ReshardOrder & { readonly confirm: true };
      note(request, 'reshard', wish);
      orRefused(await inTime(actions.reshard(wish)));
      return reply.code(202).send({ accepted: true });
    },
  );

  app.delete(
    '/api/reshard',
    {
      schema: {
        summary: 'Has the reshard that is under way given up: the old shards go on',
        tags: tags.act,
        response: { 202: asked, 409: refusal('There is none, or the new shards have taken over') },
      },
    },
    (request, reply) => {
      orRefused(actions.cancelReshard());
      note(request, 'cancel reshard');
      return reply.code(202).send({ accepted: true });
    },
  );
}

function orRefused({ accepted: isAccepted, reason }: ReshardAnswer): void {
  if (!isAccepted) throw new RefusedRequest({ status: 409, error: 'refused', message: reason });
}
