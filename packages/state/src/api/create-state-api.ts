import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { flag, port as portWith, text } from '../options/shapes.ts';
import type { State } from '../state.ts';
import { tell } from '../tell.ts';
import { isLoopback } from './access.ts';
import * as defaults from './defaults.ts';
import { createHttpApp } from './http-app.ts';
import { addMemberRoutes } from './member-routes.ts';
import { addFurtherObjectRoutes, addObjectRoutes } from './object-routes.ts';
import { describeApi } from './open-api.ts';
import { createPaces } from './pace.ts';
import type { RouteContext } from './route-context.ts';
import { addSnapshotRoute } from './snapshot-route.ts';
import { createSource } from './source.ts';
import type { StateApi, StateApiOptions } from './state-api.ts';
import { addStatisticRoutes } from './statistic-routes.ts';
import { addWriteRoutes, type Write } from './write-routes.ts';

const portRange = 'expected a whole number from 0 to 65535';
const keyText = z
  .string('expected a text')
  .regex(/^[!-~]+$/, 'expected visible ASCII characters without spaces')
  .optional();
const basePath = z
  .string('expected a text')
  .regex(/^(?:\/[\w.~-]+)*$/, 'expected a path such as /v1/events, or an empty text')
  .optional();

/**
 * Makes the State API: the routes of tatsuworks/gateway's State server, and some more, over a state. Large answers leave in slices, between which events are handled. Nothing listens
 * before `listen()`.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong, or other machines could get in without a `key`
 *
 * @example
 * const api = createStateApi({ state, key: process.env['STATE_KEY'] ?? '', port: 7880 });
 * const { url } = await api.listen();
 */
export function createStateApi(options: StateApiOptions): StateApi {
  checkOptions('createStateApi', options, {
    state: portWith('get', 'getMany', 'list', 'counts', 'status'),
    key: keyText,
    host: text.optional(),
    port: z.int(portRange).min(0, portRange).max(65_535, portRange),
    base: basePath,
    allowWrites: flag.optional(),
  });
  const { state, key, host = defaults.HOST, port, base = defaults.BASE, allowWrites = false } = options;
  if (key === undefined && !isLoopback(host))
    throw new RangeError(
      `createStateApi: host ${host} can be reached by other machines, so a key is needed; give one or listen on ${defaults.HOST}`,
    );
  const { app, closeSessions, destroyConnections } = createHttpApp({
    key,
    clock: state.clock,
    failed: (error) => tell(state, 'error', { where: 'State API', error }),
  });
  addRoutes(app, { state, base, allowWrites, hasKey: key !== undefined });

  const close = async (): Promise<void> => {
    const timer = state.clock.setTimer(destroyConnections, defaults.CLOSE_TIMEOUT_MS);
    closeSessions();
    try {
      await app.close();
    } finally {
      state.clock.clearTimer(timer);
    }
  };
  let closing: Promise<void> | undefined;
  return {
    async listen() {
      try {
        await app.listen({ host, port });
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`${host}:${port} cannot be listened on (${why}); choose another`, { cause });
      }
      const { address, family, port: taken } = app.server.address() as AddressInfo;
      return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}` };
    },
    close: () => (closing ??= close()),
  };
}

interface RouteOptions {
  readonly state: State;
  readonly base: string;
  readonly allowWrites: boolean;
  readonly hasKey: boolean;
}

function addRoutes(app: FastifyInstance, { state, base, allowWrites, hasKey }: RouteOptions): void {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  describeApi(app, { version, hasKey });
  const source = createSource(state);
  const newPace = createPaces(state.clock);
  const write: Write = async (operations) => {
    await Promise.all(state.runtime.writers.map(async (writer) => writer.write(operations)));
  };
  // Routes that are added before swagger is there are not in its document.
  app.register(async (root) => {
    root.get('/healthz', { schema: { hide: true } }, (_, reply) => {
      const { phase, stores } = state.status(state);
      const isReady = phase === 'running' && stores[0]?.isReady === true;
      return reply
        .code(isReady ? 200 : 503)
        .type('text/plain')
        .send(`Version: ${version}`);
    });
    root.get('/openapi.json', { schema: { hide: true } }, (_, reply) => reply.send(app.swagger()));
    await root.register(
      async (routes) => {
        const context: RouteContext = { app: routes, source, newPace, tag: 'tatsu' };
        addObjectRoutes(context);
        addMemberRoutes(context);
        const further: RouteContext = { ...context, tag: 'more' };
        addFurtherObjectRoutes(further);
        addSnapshotRoute(further);
        addStatisticRoutes(further, state);
        if (allowWrites) addWriteRoutes({ ...context, tag: 'write' }, write);
      },
      { prefix: base },
    );
  });
}
