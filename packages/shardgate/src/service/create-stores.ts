import { resolve } from 'node:path';
import { createMemoryStore, type Store } from '@shardgate/state';
import { createLmdbStore } from '@shardgate/state/lmdb';
import { createPostgresStore } from '@shardgate/state/postgres';
import { createRedisStore } from '@shardgate/state/redis';
import { partOptions } from '../configuration/protect-secrets.ts';
import type { StoreConfiguration } from '../configuration/store-configuration.ts';

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
      return createRedisStore(partOptions(configuration));
    case 'postgres':
      return createPostgresStore(partOptions(configuration));
    default:
      return configuration satisfies never;
  }
}
