import { eventData, laneName, noticeFacts } from '@shardgate/delivery';
import type { DeliveryRecord } from '@shardgate/delivery';
import { readProgress, writeProgress } from '../lane-progress.ts';
import { RedisRefusal, type RedisCommand } from './redis-connection.ts';
import type { StreamLayout } from './stream-layout.ts';
import type { RedisStreamSettings } from './stream-options.ts';

/** MessagePack's types for bytes, with lengths of one, two and four bytes. */
const BIN_8 = 0xc4;
const BIN_16 = 0xc5;
const BIN_32 = 0xc6;

/**
 * spec-tacles' streams: one for each event name, entries with the one field `data`, which is the JSON text of `d` as bytes in MessagePack. How far
 * a shard has come stands in a hash that is written in the same transaction.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md#bin-format-family
 */
export function createSpectaclesStreams(settings: RedisStreamSettings): StreamLayout {
  const { prefix, name, gaps, whitelist, maxAgeMs, target } = settings;
  const lifeKey = `${prefix}shardgate:${name}`;

  const add = (t: string, data: Buffer): RedisCommand => {
    const oldest = Math.max(0, target.clock.wallTime() - maxAgeMs);
    return ['XADD', prefix + t, 'MINID', '~', String(oldest), '*', 'data', packedBytes(data)];
  };
  const entriesOf = (record: DeliveryRecord): RedisCommand[] => {
    if (record.kind !== 'event')
      return gaps ? [add(record.kind.toUpperCase(), Buffer.from(JSON.stringify(noticeFacts(record))))] : [];
    return whitelist === undefined || whitelist.has(record.t) ? [add(record.t, eventData(record))] : [];
  };

  return {
    lifeKey,
    oneKey: false,
    read: async (link, lane) => {
      const [value] = await link.run([['HGET', lifeKey, laneName(lane)]]);
      if (value instanceof RedisRefusal) throw value;
      return readProgress(value);
    },
    commands: ({ lane, gap, records, progress }) => {
      const entries = records.flatMap(entriesOf);
      if (gap !== undefined && gaps) entries.unshift(add('GAP', Buffer.from(JSON.stringify(gap))));
      return entries.length === 0 ? [] : [...entries, ['HSET', lifeKey, laneName(lane), writeProgress(progress)]];
    },
  };
}

/** Bytes as a MessagePack value. */
function packedBytes(bytes: Buffer): Buffer {
  const { length } = bytes;
  if (length <= 0xff) return Buffer.concat([Buffer.of(BIN_8, length), bytes]);
  const head = Buffer.allocUnsafe(length <= 0xffff ? 3 : 5);
  if (length <= 0xffff) {
    head[0] = BIN_16;
    head.writeUInt16BE(length, 1);
  } else {
    head[0] = BIN_32;
    head.writeUInt32BE(length, 1);
  }
  return Buffer.concat([head, bytes]);
}
