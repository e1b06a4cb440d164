import { afterAll, beforeAll } from 'vitest';
import { createRedisStore, type ChannelKeys } from '../src/redis/index.ts';
import { redisBed, type RedisBed } from './redis-bed.ts';
import { testStore, type StoreUnderTest } from './store-contract.ts';

let bed: RedisBed;
beforeAll(async () => {
  bed = await redisBed();
});
afterAll(() => bed.end());

function place(channelKeys: ChannelKeys): () => Promise<StoreUnderTest> {
  return async () => {
    const make = async () => createRedisStore({ url: bed.url, channelKeys });
    await bed.client.command('FLUSHDB');
    return { make, reopen: make, expiresByClock: true };
  };
}

testStore('a Redis store with flat channel keys', place('flat'));
testStore('a Redis store with channel keys by guild', place('byGuild'));
testStore('a Redis store with both', place('both'));
