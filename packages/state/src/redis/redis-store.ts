import type { TimerHandle } from '@shardgate/gateway';
import { checkOptions } from '../options/check-options.ts';
import { flag, oneOf, text } from '../options/shapes.ts';
import type { AsynchronousStore, StoreContext } from '../store.ts';
import { adoptLayout } from './adopt-layout.ts';
import { LOOK_MS, SWEEP_AT_ONCE, SWEEP_MS } from './defaults.ts';
import { decodeReplaced, encodeOperations } from './encode-operations.ts';
import { OWN, type ChannelKeys } from './layout.ts';
import { createObjectWriter, type ObjectWriter } from './object-writer.ts';
import { askBy, countObjects, listObjects, readMany, type ReadAccess } from './read-objects.ts';
import { readTarget, targetShape, type RedisTarget } from './redis-target.ts';

/** Options of {@link createRedisStore}. */
export interface RedisStoreOptions extends RedisTarget {
  /** For messages and figures. Default `redis`. */
  readonly name?: string;
  /** How guild channels' keys are named. Default `flat`. */
  readonly channelKeys?: ChannelKeys;
  /** Objects with a time to live expire by Redis itself, in place of the hash `expiry_keys`. Default false. */
  readonly nativeExpiry?: boolean;
}

/** What there is of a store while it is open. */
interface OpenStore {
  readonly context: StoreContext;
  readonly writer: ObjectWriter;
  readonly access: ReadAccess;
  looker: TimerHandle;
}

/**
 * Keeps the cache in a Redis, in twilight-dispatch's layout: whatever reads that reads this. A batch of events is one call and one round trip, `old` included, and is carried out as a whole.
 * Several processes may write to one Redis, each the guilds of its own shards.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 * @see https://github.com/chamburr/twilight-dispatch#state
 */
export function createRedisStore(options: RedisStoreOptions): AsynchronousStore {
  checkOptions('createRedisStore', options, {
    ...targetShape,
    name: text.optional(),
    channelKeys: oneOf('flat', 'byGuild', 'both').optional(),
    nativeExpiry: flag.optional(),
  });
  const { name = 'redis', channelKeys = 'flat', nativeExpiry = false } = options;
  const target = readTarget('createRedisStore', options);
  let store: OpenStore | undefined;

  function opened(): OpenStore {
    if (store === undefined) throw new Error(`the store ${name} is not open`);
    return store;
  }

  /** What is due goes before anything is read. */
  async function reading(): Promise<ReadAccess> {
    const { context, writer, access } = opened();
    if (hasTtl(context)) await writer.write(sweep);
    return access;
  }

  /** Removes what is due, and sees whether the server is there and has its data. */
  function lookLater(own: OpenStore): void {
    const { context, writer } = own;
    own.looker = context.clock.setTimer(
      () => {
        const looked = writer.write((args) => hasTtl(context) && sweep(args));
        void looked.catch(() => {}).finally(() => store === own && lookLater(own));
      },
      hasTtl(context) ? SWEEP_MS : LOOK_MS,
    );
  }

  return {
    name,
    isSynchronous: false,
    async open(context) {
      const writer = createObjectWriter({ target, context, channelKeys, nativeExpiry });
      const { link } = writer;
      const access: ReadAccess = { channelKeys, ask: askBy((commands) => link.run(commands), target.where) };
      let guilds: unknown;
      try {
        await adoptLayout(access, channelKeys, async (keys) => {
          await writer.write((args) => void args.push('I', String(keys.length), ...keys));
        });
        [guilds] = await access.ask(['SCARD', `${OWN}guilds`]);
      } catch (error) {
        link.close();
        throw new Error(`the store ${name} cannot be opened: ${error instanceof Error ? error.message : 'no reason'}`, {
          cause: error,
        });
      }
      writer.marked();
      if (guilds === 0) context.onEmptied?.();
      store = { context, writer, access, looker: undefined };
      lookLater(store);
    },
    async apply(operations) {
      const { context, writer } = opened();
      const told = await writer.write((args) => {
        if (hasTtl(context)) sweep(args);
        encodeOperations(args, operations);
      });
      return decodeReplaced(operations, told);
    },
    async get(ref) {
      const [found] = await readMany(await reading(), [ref]);
      return found;
    },
    async getMany(refs) {
      return readMany(await reading(), refs);
    },
    async list(query) {
      return listObjects(await reading(), query);
    },
    async counts() {
      return countObjects(await reading());
    },
    status() {
      if (store === undefined) return { isReady: false };
      const { link, lostAt } = store.writer;
      const lost = lostAt === undefined ? undefined : `it came back without its data at ${lostAt} UTC`;
      const detail = link.trouble ?? lost;
      return detail === undefined ? { isReady: link.isConnected } : { isReady: link.isConnected, detail };
    },
    async close() {
      const own = store;
      if (own === undefined) return;
      store = undefined;
      own.context.clock.clearTimer(own.looker);
      own.writer.link.close();
    },
  };
}

function sweep(args: string[]): void {
  args.push('S', String(SWEEP_AT_ONCE));
}

function hasTtl({ ttlMs }: StoreContext): boolean {
  return Object.keys(ttlMs).length > 0;
}
