import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createMemoryStore, type Store } from '@shardgate/state';
import { createLmdbStore } from '@shardgate/state/lmdb';
import { createPostgresStore } from '@shardgate/state/postgres';
import { createRedisStore, type RedisTarget } from '@shardgate/state/redis';
import { partOptions } from '../configuration/protect-secrets.ts';
import type {
  PostgresStoreConfiguration,
  RedisStoreConfiguration,
  StoreConfiguration,
} from '../configuration/store-configuration.ts';
import { errorCode } from './error-code.ts';
import { ServiceError } from './service-error.ts';

/** Makes the store that a configuration asks for. Its files are in the state folder. */
export function createStore(configuration: StoreConfiguration, folder: string): Store {
  switch (configuration.type) {
    case 'memory': {
      const { path, ...options } = partOptions(configuration);
      return createMemoryStore(path === undefined ? options : { ...options, path: resolve(folder, path) });
    }
    case 'lmdb': {
      const options = partOptions(configuration);
      return createLmdbStore({ ...options, path: resolve(folder, options.path) });
    }
    case 'redis':
      return createRedisStore({ ...partOptions(configuration), ...tlsOptions(configuration, folder) });
    case 'postgres':
      return createPostgresStore({ ...partOptions(configuration), ...tlsOptions(configuration, folder) });
    default:
      return configuration satisfies never;
  }
}

/**
 * The option `tls` of a store whose configuration has one, with what is in its files.
 *
 * @throws {ServiceError} naming the setting and the file that cannot be read
 */
export function tlsOptions(
  store: RedisStoreConfiguration | PostgresStoreConfiguration,
  folder: string,
): { readonly tls: RedisTarget['tls'] } {
  if (store.tls === undefined) return { tls: undefined };
  const { caFile, certFile, keyFile, serverName } = store.tls;
  const read = (name: string, path: string): string => {
    try {
      return readFileSync(resolve(folder, path), 'utf8');
    } catch (error) {
      const setting = `tls.${name} of the store '${store.name ?? store.type}' (state.stores)`;
      throw new ServiceError('unexpected', `${setting} cannot be read: ${path} (${errorCode(error) ?? 'no reason'})`, {
        cause: error,
      });
    }
  };
  return {
    tls: {
      ...(caFile === undefined ? {} : { ca: read('caFile', caFile) }),
      ...(certFile === undefined ? {} : { cert: read('certFile', certFile) }),
      ...(keyFile === undefined ? {} : { key: read('keyFile', keyFile) }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    },
  };
}
