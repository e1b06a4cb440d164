import { checkOptions } from '../options/check-options.ts';
import { oneOf } from '../options/shapes.ts';
import { systemClock } from '../ports/clock.ts';
import type { StoreReader } from '../store.ts';
import { readGatewayKeys, type GatewayInformation } from './gateway-keys/read-gateway-keys.ts';
import type { ChannelKeys } from './layout.ts';
import { askBy, countObjects, listObjects, readMany, type ReadAccess } from './read-objects.ts';
import { createRedisLink } from './redis-link.ts';
import { readTarget, targetShape, type RedisTarget } from './redis-target.ts';

/** Options of {@link createRedisReader}. */
export interface RedisReaderOptions extends RedisTarget {
  /** As the store that writes has it. Default `flat`. */
  readonly channelKeys?: ChannelKeys;
}

/** Reads what a Redis store and {@link createGatewayKeys} write, from any process. It connects when it is asked, and writes nothing. */
export interface RedisReader extends StoreReader {
  get(...args: Parameters<StoreReader['get']>): Promise<string | undefined>;
  getMany(...args: Parameters<StoreReader['getMany']>): Promise<readonly (string | undefined)[]>;
  list(...args: Parameters<StoreReader['list']>): Promise<Awaited<ReturnType<StoreReader['list']>>>;
  counts(): Promise<Awaited<ReturnType<StoreReader['counts']>>>;
  /** Sessions, statuses, start time and shard count. */
  gateway(): Promise<GatewayInformation>;
  /** Ends the connection. */
  close(): void;
}

/**
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 */
export function createRedisReader(options: RedisReaderOptions): RedisReader {
  checkOptions('createRedisReader', options, {
    ...targetShape,
    channelKeys: oneOf('flat', 'byGuild', 'both').optional(),
  });
  const target = readTarget('createRedisReader', options);
  const link = createRedisLink({ ...target, clock: systemClock });
  const access: ReadAccess = {
    channelKeys: options.channelKeys ?? 'flat',
    ask: askBy((commands) => link.run(commands), target.where),
  };
  return {
    async get(ref) {
      const [found] = await readMany(access, [ref]);
      return found;
    },
    getMany: (refs) => readMany(access, refs),
    list: (query) => listObjects(access, query),
    counts: () => countObjects(access),
    gateway: () => readGatewayKeys(access),
    close: () => link.close(),
  };
}
