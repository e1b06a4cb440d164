import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCommandServer, type CommandServer } from '@shardgate/delivery';
import { GatewayError, systemClock, type TimerHandle } from '@shardgate/gateway';
import type { AdminServer } from '../admin/admin-server.ts';
import { createAdminServer } from '../admin/create-admin-server.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../log/create-log.ts';
import { createMetrics } from '../metrics/create-metrics.ts';
import { createMetricsListener, type MetricsListener } from '../metrics/metrics-listener.ts';
import { applyChanges } from './apply-changes.ts';
import { attachStatusMessages } from './attach-status-messages.ts';
import { createActions } from './create-actions.ts';
import { createCache } from './create-cache.ts';
import { createCommandDoors } from './create-command-doors.ts';
import { createParts } from './create-parts.ts';
import { createView } from './create-view.ts';
import { createWorkers } from './create-workers.ts';
import { createEventMeter } from './event-meter.ts';
import { createIncidentLog } from './incident-log.ts';
import { createReshards } from './create-reshards.ts';
import { createProcessFigures } from './process-figures.ts';
import { addressError, discordError, folderError, ServiceError, unexpected } from './service-error.ts';
import type { ServiceActions, ServiceView } from './service-view.ts';
import { createShardJournal } from './shard-journal.ts';
import { sinksOpen } from './sinks-open.ts';
import { startTracing } from './start-tracing.ts';
import { watchAll } from './witness.ts';

/** From one look at the counters to the next. */
const LOOK_MS = 1_000;
/** An identify that has to wait longer than this at the start waits for the budget of another day. */
const BUDGET_WAIT_MS = 120_000;
/** Built from `dashboard/`. */
const DASHBOARD = fileURLToPath(new URL('../dashboard/', import.meta.url));

/** A whole gateway process: shards, delivery, admin server. */
export interface Service {
  readonly view: ServiceView;
  readonly actions: ServiceActions;
  /** Address of dashboard and admin API; undefined where they are switched off. */
  readonly adminUrl: string | undefined;
  /**
   * Takes the folder, listens, and starts the shards without waiting for them. Rejects with a {@link ServiceError}; then everything that was
   * started has ended again.
   */
  start(): Promise<void>;
  /** Resolves when the service was stopped; rejects with a {@link ServiceError} when it cannot go on. */
  readonly ended: Promise<void>;
  /** Takes over what of a changed configuration needs no restart: the values at these paths. */
  apply(paths: readonly string[], configuration: Configuration): void;
  /** Drains, writes everything down, closes the sessions resumably; done within `stopDeadlineMs`. May be called again. */
  stop(): Promise<void>;
}

/** @throws {TypeError | RangeError} for a value that no part can work with */
export function createService(configuration: Configuration, { log, version }: { log: Log; version: string }): Service {
  const clock = systemClock;
  const parts = createParts(configuration, log);
  const { gateway, delivery, sinks, intake, rest, deadLetters } = parts;
  const incidents = createIncidentLog(clock);
  // Attached after the delivery, and so in front of it.
  const cache = createCache(configuration, { gateway, clock, incidents, log });
  // Last of those that replace methods: what stands before it stops before the workers do.
  const workers = createWorkers(configuration, { gateway, incidents, log });
  const shardJournal = createShardJournal(gateway, clock);
  const meter = createEventMeter(gateway);
  const figures = createProcessFigures(clock);
  const reshards = createReshards({ gateway, clock, incidents, log });
  const { view, look } = createView({
    gateway,
    delivery,
    clock,
    version,
    incidents,
    reshards,
    shardJournal,
    meter,
    figures,
    state: () => cache?.view() ?? null,
    workers: () => workers?.status() ?? [],
  });
  const ended = createEnd();
  const actions = createActions({ gateway, sinks, reshards, incidents, log, stop: () => void service.stop() });
  const metrics = createMetrics({ view, profile: configuration.metrics.profile });
  let admin: AdminServer | undefined;
  let adminUrl: string | undefined;
  let commandServer: CommandServer | undefined;
  let metricsListener: MetricsListener | undefined;
  let looking: TimerHandle;
  let stopping: Promise<void> | undefined;
  const commandDoors = createCommandDoors(configuration, { intake, gateway, meter, log });
  watchAll(gateway, delivery, incidents, log);
  const statusMessages = attachStatusMessages(configuration, gateway, rest, incidents);

  const lookOn = (): void => {
    look();
    looking = clock.setTimer(lookOn, LOOK_MS);
  };

  const listen = async (): Promise<void> => {
    const { admin: door, commands, metrics: extra } = configuration;
    if (door.enabled) {
      admin = createAdminServer({
        view,
        actions,
        metrics,
        host: door.host,
        port: door.port,
        secretKey: door.secretKey ?? undefined,
        allowedHosts: door.allowedHosts,
        // Where only TypeScript was compiled there is none.
        dashboardFolder: existsSync(DASHBOARD) ? DASHBOARD : undefined,
        log,
      });
      const listening = admin.listen();
      ({ url: adminUrl } = await listening.catch((error: unknown) => {
        throw addressError(error, 'the admin API (admin.host, admin.port)', `${door.host}:${door.port}`);
      }));
    }
    if (extra.port !== null) {
      metricsListener = createMetricsListener(metrics, { host: extra.host, port: extra.port });
      await metricsListener.listen().catch((error: unknown) => {
        throw addressError(error, 'the metrics (metrics.host, metrics.port)', `${extra.host}:${extra.port}`);
      });
    }
    if (commands.http.enabled) {
      const { host, port, secretKey, allowedHosts } = commands.http;
      commandServer = createCommandServer({
        intake,
        host,
        port,
        secretKey: secretKey ?? '',
        ...(allowedHosts.length === 0 ? {} : { allowedHosts }),
      });
      await commandServer.start().catch((error: unknown) => {
        throw addressError(error, 'the commands (commands.http)', `${host}:${port}`);
      });
    }
  };

  const close = async (): Promise<void> => {
    clock.clearTimer(looking);
    // What they have taken they carry out; the rest stays with the broker for the next process.
    await Promise.all(commandDoors.map((door) => door.stop()));
    await gateway.stopGateway(gateway);
    await statusMessages?.close();
    intake.close();
    await commandServer?.stop();
    try {
      await delivery.stop(delivery);
    } finally {
      // Its keys tell what the delivery has settled.
      await cache?.close();
    }
    await deadLetters.close();
    await Promise.all([admin?.close(), metricsListener?.close(), rest.close(rest)]);
  };

  /** What is done with a Discord that will not have us: nothing is tried again, the process ends and says why. */
  const fail = (error: ServiceError): void => {
    log.fatal({ reason: error.reason }, error.message);
    ended.reject(error);
    void service.stop();
  };

  const service: Service = {
    view,
    actions,
    get adminUrl() {
      return adminUrl;
    },
    ended: ended.promise,
    apply: (paths, changed) => applyChanges(paths, changed, { gateway, delivery, log }),
    async start() {
      try {
        const folder = resolve(configuration.folder);
        try {
          await mkdir(folder, { recursive: true, mode: 0o700 });
          await delivery.start(delivery);
        } catch (error) {
          throw folderError(error, folder);
        }
        await cache?.open();
        await startTracing(configuration, gateway);
        await sinksOpen(delivery);
        await listen();
        await cache?.listen();
        for (const door of commandDoors) await door.start();
      } catch (error) {
        await service.stop().catch(() => {});
        throw unexpected(error);
      }
      lookOn();
      let isUp = false;
      gateway.events.on('shardReady', () => {
        isUp = true;
      });
      gateway.events.on('shardFatal', ({ code, remedy, shardId }) => {
        if (code === 'tokenRejected' || code === 'shardPlanRejected' || code === 'configurationRejected')
          fail(discordError(new GatewayError(code, remedy, { shardId })));
      });
      gateway.events.on('identifyRefused', ({ reason, retryAfterMs }) => {
        if (isUp || !(retryAfterMs > BUDGET_WAIT_MS)) return;
        const { remaining, total, resetsAt } = view.budget();
        const until = new Date(resetsAt ?? clock.wallTime() + retryAfterMs).toISOString();
        fail(
          new ServiceError(
            reason === 'tokenRejected' ? 'token' : 'budget',
            reason === 'tokenRejected'
              ? "Discord has refused this token before; set 'token' to a good one"
              : `no identify may be sent now (${reason}: ${remaining} of ${total} are left); start again after ${until}`,
          ),
        );
      });
      gateway.spawnShards(gateway).catch((error: unknown) => {
        if (stopping === undefined) fail(discordError(error));
      });
    },
    stop() {
      stopping ??= withDeadline(close(), configuration.stopDeadlineMs).then(
        () => ended.resolve(),
        (error: unknown) => {
          log.error({ err: error }, 'stopping did not go as it should');
          ended.reject(unexpected(error));
        },
      );
      return stopping;
    },
  };
  return service;

  async function withDeadline(work: Promise<void>, deadlineMs: number): Promise<void> {
    let timer: TimerHandle;
    const late = new Promise<never>((_, reject) => {
      timer = clock.setTimer(
        () => reject(new Error(`stopping took longer than stopDeadlineMs (${deadlineMs} ms)`)),
        deadlineMs,
      );
    });
    try {
      await Promise.race([work, late]);
    } finally {
      clock.clearTimer(timer);
    }
  }
}

interface End {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: ServiceError): void;
}

function createEnd(): End {
  let resolve: () => void = () => {};
  let reject: (error: ServiceError) => void = () => {};
  const promise = new Promise<void>((fulfil, fail) => {
    [resolve, reject] = [fulfil, fail];
  });
  // Whoever wants to know asks.
  promise.catch(() => {});
  return { promise, resolve: () => resolve(), reject: (error) => reject(error) };
}
