// Made from the schema: `vitest run -u packages/shardgate/test/configuration-types.test.ts` writes it anew.

/** A store of type `memory`. */
export interface MemoryStoreConfiguration {
  readonly type: 'memory';
  /** Unique among the stores; for messages and figures. Default: its type. */
  readonly name?: string;
  /** File in which an orderly stop leaves everything; relative to the state folder. Default: none: it ends with the process. */
  readonly path?: string;
}

/** A store of type `lmdb`. */
export interface LmdbStoreConfiguration {
  readonly type: 'lmdb';
  /** Unique among the stores; for messages and figures. Default: its type. */
  readonly name?: string;
  /** Folder of the file, which other processes of the machine may read; relative to the state folder. Default: `"state"`. */
  readonly path: string;
}

/** A store of type `redis`. */
export interface RedisStoreConfiguration {
  readonly type: 'redis';
  /** Unique among the stores; for messages and figures. Default: its type. */
  readonly name?: string;
  /** Address of the Redis, with user and password. */
  readonly url: string;
  readonly tls?: {
    /** PEM file with the authority that signed the certificate of the server; relative to the state folder. Default: Node's authorities. */
    readonly caFile?: string;
    /** PEM file with the certificate to show; with `keyFile`. Default: none. */
    readonly certFile?: string;
    /** PEM file with the key of that. Default: none. */
    readonly keyFile?: string;
    /** Name that the certificate has to be for. Default: the address' host. */
    readonly serverName?: string;
  };
  /** How keys of channels are named: `channel:<channel>`, with the guild in between, or both. Default: `flat`. */
  readonly channelKeys?: 'flat' | 'byGuild' | 'both';
  /** Objects with a time to live expire by Redis itself, in place of the hash `expiry_keys`. Default: `false`. */
  readonly nativeExpiry?: boolean;
  /** Keep `gateway_sessions`, `gateway_statuses`, `gateway_started` and `gateway_shards` as well; `always`: even while `state.enabled` is false. Default: `true`. */
  readonly informationKeys: boolean | 'always';
}

/** A store of type `postgres`. */
export interface PostgresStoreConfiguration {
  readonly type: 'postgres';
  /** Unique among the stores; for messages and figures. Default: its type. */
  readonly name?: string;
  /** Address of the database, with user and password. */
  readonly url: string;
  readonly tls?: {
    /** PEM file with the authority that signed the certificate of the server; relative to the state folder. Default: Node's authorities. */
    readonly caFile?: string;
    /** PEM file with the certificate to show; with `keyFile`. Default: none. */
    readonly certFile?: string;
    /** PEM file with the key of that. Default: none. */
    readonly keyFile?: string;
    /** Name that the certificate has to be for. Default: the address' host. */
    readonly serverName?: string;
  };
  /** PostgreSQL's schema with the tables; made if need be. Default: `public`. */
  readonly schema?: string;
  /** Connections for reading, besides the one that writes. Unit: connections. Default: 2. */
  readonly readConnections?: number;
}

/** One store, by its type. */
export type StoreConfiguration =
  | MemoryStoreConfiguration
  | LmdbStoreConfiguration
  | RedisStoreConfiguration
  | PostgresStoreConfiguration;
