import type { Random } from '@shardgate/gateway';
import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, count, milliseconds, text } from '../options/shapes.ts';
import { systemRandom } from '../ports/clock.ts';
import type { AsynchronousStore, StoreContext } from '../store.ts';
import { createOperationWriter, type OperationWriter } from './apply-operations.ts';
import { connectionConfig } from './connection-config.ts';
import { BACK_OFF, CONNECT_TIMEOUT_MS, READ_CONNECTIONS, STATEMENT_TIMEOUT_MS } from './defaults.ts';
import { loadPg } from './load-pg.ts';
import { createPostgresLink, type PostgresLink } from './postgres-link.ts';
import { placeOf, targetShape, type PostgresTarget } from './postgres-target.ts';
import { countObjects, listObjects, readMany, type ReadAccess } from './read-objects.ts';
import { createReaders, type Readers } from './readers.ts';
import { createGreeting } from './session.ts';

/** Options of {@link createPostgresStore}. */
export interface PostgresStoreOptions extends PostgresTarget {
  /** For messages and figures. Default `postgres`. */
  readonly name?: string;
  /** PostgreSQL's schema in which the tables stand; it is made if need be. Default `public`. */
  readonly schema?: string;
  /** Connections for reading, besides the one that writes. Default 2. */
  readonly readConnections?: number;
  /** A statement that takes longer is given up, milliseconds. Default 5,000. */
  readonly statementTimeoutMs?: number;
  /** A connection that is not there by then is given up, milliseconds. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Wait between two tries to connect: a random part of a bound that doubles up to the cap. Default 100 to 3,000 ms. */
  readonly backOff?: { readonly baseMs?: number; readonly capMs?: number };
  /** For the jitter of that wait: from 0 to 1. Default `Math.random`. */
  readonly random?: Random;
}

/** A store's parts while it is open. */
interface OpenStore {
  readonly link: PostgresLink;
  readonly writer: OperationWriter;
  readonly readers: Readers;
  readonly access: ReadAccess;
}

/**
 * Keeps the cache in a PostgreSQL, in the tables of tatsuworks/gateway: whatever reads those reads this. A batch of events is one statement and one round trip, `old` included, and is carried out
 * as a whole. Tables are made when it is opened. Several processes may write to one database, each the guilds of its own shards.
 *
 * Needs the package `pg`. As `jsonb` has no U+0000, that character is written as U+2400 (␀).
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 * @see https://github.com/tatsuworks/gateway
 */
export function createPostgresStore(options: PostgresStoreOptions): AsynchronousStore {
  checkOptions('createPostgresStore', options, shape);
  const { name = 'postgres', schema = 'public', random = systemRandom } = options;
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const where = placeOf(options.url);
  let store: OpenStore | undefined;

  function opened(): OpenStore {
    if (store === undefined) throw new Error(`the store ${name} is not open`);
    return store;
  }

  async function open(context: StoreContext): Promise<OpenStore> {
    const { clock } = context;
    const driver = await loadPg();
    const config = connectionConfig(options);
    const link = createPostgresLink({
      where,
      driver,
      config,
      clock,
      random,
      connectTimeoutMs,
      backOff: { ...BACK_OFF, ...options.backOff },
      greet: createGreeting({ schema, statementTimeoutMs, onEmptied: () => context.onEmptied?.() }),
    });
    try {
      await link.connect();
    } catch (error) {
      link.close();
      throw new Error(`the store ${name} cannot be opened: ${error instanceof Error ? error.message : 'no reason'}`, {
        cause: error,
      });
    }
    const connections = options.readConnections ?? READ_CONNECTIONS;
    const readers = createReaders({ where, driver, config, clock, connections, connectTimeoutMs, statementTimeoutMs });
    return {
      link,
      writer: createOperationWriter({ link, schema, statementTimeoutMs, context }),
      readers,
      access: { schema, now: () => new Date(clock.wallTime()), ask: readers.ask },
    };
  }

  return {
    name,
    isSynchronous: false,
    async open(context) {
      store = await open(context);
    },
    async apply(operations) {
      return opened().writer.apply(operations);
    },
    async get(ref) {
      const [found] = await readMany(opened().access, [ref]);
      return found;
    },
    async getMany(refs) {
      return readMany(opened().access, refs);
    },
    async list(query) {
      return listObjects(opened().access, query);
    },
    async counts() {
      return countObjects(opened().access);
    },
    status() {
      const isReady = store?.link.isConnected === true;
      const detail = (isReady ? undefined : store?.link.trouble) ?? store?.writer.refused;
      return detail === undefined ? { isReady } : { isReady, detail };
    },
    async close() {
      const own = store;
      if (own === undefined) return;
      store = undefined;
      own.link.close();
      await own.readers.close();
    },
  };
}

const shape = {
  ...targetShape,
  name: text.optional(),
  schema: z
    .string('expected a name of letters, digits and _')
    .regex(/^[A-Za-z_]\w{0,62}$/, 'expected a name of letters, digits and _')
    .optional(),
  readConnections: count(1).optional(),
  statementTimeoutMs: milliseconds(1).optional(),
  connectTimeoutMs: milliseconds(1).optional(),
  backOff: z.strictObject({ baseMs: milliseconds(1).optional(), capMs: milliseconds(1).optional() }).optional(),
  random: anyFunction.optional(),
};
