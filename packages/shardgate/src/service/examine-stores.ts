import { resolve } from 'node:path';
import { probeLmdb } from '@shardgate/state/lmdb';
import { probePostgres } from '@shardgate/state/postgres';
import { probeRedis } from '@shardgate/state/redis';
import type { Configuration } from '../configuration/configuration.ts';
import { partOptions } from '../configuration/protect-secrets.ts';
import type {
  LmdbStoreConfiguration,
  PostgresStoreConfiguration,
  RedisStoreConfiguration,
  StoreConfiguration,
} from '../configuration/store-configuration.ts';
import { tlsOptions } from './create-stores.ts';
import type { Finding } from './finding.ts';

type Look = Pick<Finding, 'verdict' | 'text'>;

/** Older ones lack commands that the store needs. */
const [LEAST_REDIS, LEAST_POSTGRES] = [6, 13];

/** Looks at the stores of the cache as far as a start would open them. */
export async function* examineStores({ folder, state }: Configuration): AsyncGenerator<Finding, void> {
  for (const store of state.stores) {
    if (!state.enabled && !(store.type === 'redis' && store.informationKeys === 'always')) continue;
    const subject = `store '${store.name ?? store.type}'`;
    try {
      yield { subject, ...(await examineStore(store, resolve(folder))) };
    } catch (error) {
      yield { subject, verdict: 'bad', text: error instanceof Error ? error.message : String(error) };
    }
  }
}

function examineStore(store: StoreConfiguration, folder: string): Promise<Look> | Look {
  switch (store.type) {
    case 'memory':
      return { verdict: 'good', text: store.path === undefined ? 'in memory' : `in memory, and in ${store.path}` };
    case 'lmdb':
      return examineLmdb(store, folder);
    case 'redis':
      return examineRedis(store, folder);
    case 'postgres':
      return examinePostgres(store, folder);
    default:
      return store satisfies never;
  }
}

async function examineLmdb({ path }: LmdbStoreConfiguration, folder: string): Promise<Look> {
  const own = resolve(folder, path);
  await probeLmdb(own);
  return { verdict: 'good', text: `${own} can be written to` };
}

async function examineRedis(store: RedisStoreConfiguration, folder: string): Promise<Look> {
  const { url } = partOptions(store);
  const { version, evicts } = await probeRedis({ url, ...tlsOptions(store, folder) });
  const text = `Redis ${version} answers and can be written`;
  if (Number.parseInt(version, 10) < LEAST_REDIS)
    return { verdict: 'bad', text: `${text}, but ${LEAST_REDIS} or later is needed` };
  if (evicts)
    return {
      verdict: 'doubtful',
      text: `${text}, but its maxmemory-policy throws keys away: set it to noeviction`,
    };
  return { verdict: 'good', text };
}

async function examinePostgres(store: PostgresStoreConfiguration, folder: string): Promise<Look> {
  const { url, schema = 'public' } = partOptions(store);
  const { version, isStandby, hasSchema, mayCreate } = await probePostgres({
    url,
    schema,
    ...tlsOptions(store, folder),
  });
  const text = `PostgreSQL ${version} answers`;
  if (isStandby) return { verdict: 'bad', text: `${text}, but is a standby, which cannot be written` };
  if (!mayCreate) {
    const remedy = hasSchema
      ? `GRANT CREATE, USAGE ON SCHEMA ${schema} TO …`
      : `CREATE SCHEMA ${schema} AUTHORIZATION …`;
    return { verdict: 'bad', text: `${text}, but this user may not make its tables: ${remedy}` };
  }
  if (Number.parseInt(version, 10) < LEAST_POSTGRES)
    return { verdict: 'doubtful', text: `${text}; ${LEAST_POSTGRES} or later is what this is made for` };
  return { verdict: 'good', text: `${text} and can be written` };
}
