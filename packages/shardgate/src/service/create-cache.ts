import { resolve } from 'node:path';
import type { Clock, GatewayManager } from '@shardgate/gateway';
import { createState, type State } from '@shardgate/state';
import { createStateApi, type StateApi } from '@shardgate/state/api';
import { createGatewayKeys } from '@shardgate/state/redis';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../log/create-log.ts';
import { createStore } from './create-stores.ts';
import type { IncidentLog } from './incident-log.ts';
import { createObjectCounts } from './object-counts.ts';
import { addressError, ServiceError } from './service-error.ts';
import type { StateView } from './state-view.ts';
import { watchCache, type CacheTeller } from './watch-cache.ts';

/** The cache of a service: its state, the keys beside it in Redis, and the State API. */
export interface Cache {
  view(): StateView;
  /** Opens the stores and writes the keys from then on. Rejects with a {@link ServiceError} that names what cannot be had. */
  open(): Promise<void>;
  /** Lets clients of the State API in. Rejects with a {@link ServiceError}. */
  listen(): Promise<void>;
  /** Ends the API and the keys, writes down what the stores do not have, and closes them. */
  close(): Promise<void>;
}

/** What the cache needs of its service. */
export interface CacheContext {
  readonly gateway: GatewayManager;
  readonly clock: Clock;
  readonly incidents: IncidentLog;
  readonly log: Log;
}

/** Puts a state in front of the gateway's delivery, which has to be attached before; undefined where the configuration wants none. */
export function createCache(configuration: Configuration, context: CacheContext): Cache | undefined {
  if (!configuration.state.enabled) return undefined;
  const { gateway, clock, log } = context;
  const state = createServiceState(configuration);
  const tell = watchCache(state, context);
  const keys = createKeys(configuration, gateway, tell);
  const counts = createObjectCounts(() => state.counts(state), clock);
  let api: StateApi | undefined;
  let apiUrl: string | null = null;
  state.attach(state, gateway);

  return {
    view() {
      const { stores, waitingEvents, counts: done } = state.status(state);
      const { objects = null, countedAt = null } = counts() ?? {};
      return {
        stores: stores.map(({ detail = null, ...store }) => ({ ...store, detail })),
        waitingEvents,
        ...done,
        objects,
        countedAt,
        apiUrl,
      };
    },
    async open() {
      try {
        await state.start(state);
        for (const one of keys) await one.start();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new ServiceError('unexpected', `the state (state.stores) cannot be opened: ${why}`, { cause: error });
      }
    },
    async listen() {
      const { enabled, host, port, secretKey, allowWrites } = configuration.state.api;
      if (!enabled) return;
      api = createStateApi({ state, host, port, allowWrites, ...(secretKey === null ? {} : { key: secretKey }) });
      const listening = await api.listen().catch((error: unknown) => {
        // Its own error has the system's as its cause.
        const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
        throw addressError(cause, 'the State API (state.api)', `${host}:${port}`);
      });
      apiUrl = listening.url;
      log.info({ url: apiUrl }, `the State API listens on ${apiUrl}`);
    },
    async close() {
      await api?.close();
      await Promise.all(keys.map((one) => one.stop()));
      await state.stop(state);
    },
  };
}

function createServiceState({ folder, state: settings }: Configuration): State {
  const { stores, kinds, old, ttlMs, messagesPerChannel, waitMs } = settings;
  const inFolder = resolve(folder);
  return createState({
    stores: stores.map((store) => createStore(store, inFolder)),
    kinds,
    old,
    ttlMs: Object.fromEntries(Object.entries(ttlMs).flatMap(([kind, life]) => (life === null ? [] : [[kind, life]]))),
    messagesPerChannel,
    waitMs,
  });
}

function createKeys(
  { state: { stores } }: Configuration,
  gateway: GatewayManager,
  tell: CacheTeller,
): ReturnType<typeof createGatewayKeys>[] {
  return stores.flatMap((store) => {
    if (store.type !== 'redis' || !store.informationKeys) return [];
    const name = store.name ?? store.type;
    const keys = createGatewayKeys({ url: store.url, onTrouble: (error) => tell.keys(name, error) });
    keys.attach(gateway);
    return [keys];
  });
}
