import type { AddressInfo } from 'node:net';
import { addActionRoutes } from './action-routes.ts';
import { accessRules, checkAdminOptions } from './admin-options.ts';
import type { AdminServer, AdminServerOptions } from './admin-server.ts';
import { readDashboard } from './dashboard-files.ts';
import { addDashboardRoutes } from './dashboard-routes.ts';
import * as defaults from './defaults.ts';
import { createEventStreams } from './event-streams.ts';
import { createHttpApp } from './http-app.ts';
import { describeApi } from './open-api.ts';
import { addReadRoutes } from './read-routes.ts';
import { addReshardRoutes } from './reshard-routes.ts';
import { takeSnapshot } from './snapshot.ts';
import { addWatchRoutes } from './watch-routes.ts';

/**
 * Creates the HTTP server by which operators look at a service and act on it: `/api/…`, `/metrics`, `/healthz`, `/readyz`, and the dashboard
 * at `/`. Nothing listens before `listen()`.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong, or other machines could get in without a `secretKey`
 * @throws {Error} there is no dashboard in `dashboardFolder`
 */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  checkAdminOptions(options);
  const { view, actions, metrics, log, host = defaults.HOST, port, dashboardFolder } = options;
  const rules = accessRules(options);
  const files = dashboardFolder === undefined ? [] : readDashboard(dashboardFolder);
  const streams = createEventStreams(
    { takeSnapshot: () => takeSnapshot(view, actions), onIncident: (listener) => view.onIncident(listener) },
    options.snapshotIntervalMs ?? defaults.SNAPSHOT_INTERVAL_MS,
    log,
  );
  const app = createHttpApp(rules, options.requestTimeoutMs ?? defaults.REQUEST_TIMEOUT_MS, log);
  describeApi(app, { version: view.overview().version, hasKey: rules.secretKey !== undefined });
  // Routes that are added before swagger is there are not in its document.
  app.register(async (routes) => {
    addReadRoutes(routes, { view, actions, streams });
    addWatchRoutes(routes, { view, metrics, rules });
    addActionRoutes(routes, actions, log);
    addReshardRoutes(routes, { view, actions, log });
    addDashboardRoutes(routes, files);
  });

  const close = async (): Promise<void> => {
    streams.close();
    const timer = setTimeout(() => app.server.closeAllConnections(), defaults.CLOSE_TIMEOUT_MS);
    try {
      await app.close();
    } finally {
      clearTimeout(timer);
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
