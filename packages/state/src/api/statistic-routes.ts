import type { State } from '../state.ts';
import { sendOne } from './encoding.ts';
import { described } from './open-api.ts';
import type { RouteContext } from './route-context.ts';

/** Routes for figures. */
export function addStatisticRoutes({ app, source, tag }: RouteContext, state: State): void {
  app.get(
    '/counts',
    { schema: described('How many objects of each kind there are', tag, { url: '/counts' }) },
    async (request, reply) => sendOne(request, reply, JSON.stringify(await source.counts())),
  );
  app.get(
    '/statistics',
    { schema: described('Objects, stores and what was done so far', tag, { url: '/statistics' }) },
    async (request, reply) => {
      const { phase, stores, waitingEvents, counts } = state.status(state);
      const objects = await source.counts();
      return sendOne(request, reply, JSON.stringify({ phase, objects, stores, waitingEvents, events: counts }));
    },
  );
}
