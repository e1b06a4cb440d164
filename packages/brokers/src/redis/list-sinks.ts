import type { Sink } from '@shardgate/delivery';
import { createRedisListSink } from './list-sink.ts';
import type { RedisListSinkOptions } from './list-options.ts';

/** Options of {@link createRedisListSinks}. */
export interface RedisListSinksOptions extends Omit<RedisListSinkOptions, 'url' | 'client'> {
  /** Address, `host:port` or a `redis://` one, to the names of the only events that go there; an empty list: the `whitelist`, or all. */
  readonly multi: Readonly<Record<string, readonly string[]>>;
}

/**
 * Creates a sink for each of several Redis servers, as tatsu's `MULTI_REDIS` names them; their names are `<name>@<host:port>`. Each has its own place in the
 * events, so that one server that is down holds up no other.
 *
 * @throws {TypeError | RangeError} there is no address, or an option is unknown or wrong
 */
export function createRedisListSinks({ multi, ...options }: RedisListSinksOptions): readonly Sink[] {
  const addresses = typeof multi === 'object' && multi !== null ? Object.entries(multi) : [];
  if (addresses.length === 0) throw new TypeError("createRedisListSinks: option 'multi' has no address");
  return addresses.map(([address, events]) => {
    const url = address.includes('://') ? address : `redis://${address}`;
    const host = URL.canParse(url) ? new URL(url).host : 'unknown';
    const whitelist = events.length === 0 ? options.whitelist : events;
    return createRedisListSink({ ...options, name: `${options.name}@${host}`, url, whitelist });
  });
}
