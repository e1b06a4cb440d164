import { resolve } from 'node:path';
import type { Clock, GatewayManager } from '@shardgate/gateway';
import { createState, type State } from '@shardgate/state';
import { createStateApi, type StateApi } from '@shardgate/state/api';
import { createGatewayKeys, type GatewayKeys } from '@shardgate/state/redis';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../log/create-log.ts';
import { createStore, tlsOptions } from './create-stores.ts';
import type { IncidentLog } from './incident-log.ts';
import { createObjectCounts } from './object-counts.ts';
import { addressError, ServiceError } from './service-error.ts';
import type { StateView } from './state-view.ts';
import { createCacheTeller, watchCache } from './watch-cache.ts';

/** The cache of a service: its state, the keys beside it in Redis, and the State API. */
export interface Cache {
  /** Null where there are keys alone. */
  view(): StateView | null;
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

/** Puts a state in front of the gateway's delivery, which has to be attached before; undefined where the configuration wants neither that nor keys. */
export function createCache(configuration: Configuration, context: CacheContext): Cache | undefined {
  const keys = createKeys(configuration, context);
  if (!configuration.state.enabled) return keys.length === 0 ? undefined : createKeysAlone(keys);
  const { gateway, clock, log } = context;
  const state = createServiceState(configuration);
  watchCache(state, context);
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
        throw openingError(error);
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

/** What twilight-dispatch does without its cache. */
function createKeysAlone(keys: readonly GatewayKeys[]): Cache {
  return {
    view: () => null,
    async open() {
      try {
        for (const one of keys) await one.start();
      } catch (error) {
        throw openingError(error);
      }
    },
    listen: async () => {},
    async close() {
      await Promise.all(keys.map((one) => one.stop()));
    },
  };
}

function openingError(error: unknown): ServiceError {
  const why = error instanceof Error ? error.message : String(error);
  return new ServiceError('unexpected', `the state (state.stores) cannot be opened: ${why}`, { cause: error });
}

function createServiceState({ folder, state: settings }: Configuration): State {
  const { stores, kinds, fields, old, ttlMs, messagesPerChannel, waitMs, maxQueuedOperations } = settings;
  const inFolder = resolve(folder);
  return createState({
    stores: stores.map((store) => createStore(store, inFolder)),
    kinds,
    old,
    fields: withoutNulls(fields),
    ttlMs: withoutNulls(ttlMs),
    messagesPerChannel,
    waitMs,
    maxQueuedOperations,
  });
}

function withoutNulls<T>(given: Readonly<Record<string, T | null>>): Record<string, T> {
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, T] => entry[1] !== null));
}

function createKeys({ folder, state: { enabled, stores } }: Configuration, context: CacheContext): GatewayKeys[] {
  const tell = createCacheTeller(context);
  return stores.flatMap((store) => {
    if (store.type !== 'redis' || !(enabled ? store.informationKeys : store.informationKeys === 'always')) return [];
    const name = store.name ?? store.type;
    const keys = createGatewayKeys({
      url: store.url,
      ...tlsOptions(store, resolve(folder)),
      onTrouble: (error) => tell.keys(name, error),
    });
    keys.attach(context.gateway);
    return [keys];
  });
}
