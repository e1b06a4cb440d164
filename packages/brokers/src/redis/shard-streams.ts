import { eventData, eventId, noticeFacts } from '@shardgate/delivery';
import type { DeliveryEvent, DeliveryNotice, DeliveryRecord, LaneKey } from '@shardgate/delivery';
import type { LaneProgress } from '../lane-progress.ts';
import { RedisRefusal, type RedisArgument, type RedisCommand } from './redis-connection.ts';
import type { StreamLayout } from './stream-layout.ts';
import type { RedisStreamSettings } from './stream-options.ts';

/** An entry's id: two numbers, compared one after the other. */
interface EntryId {
  readonly first: number;
  readonly second: number;
}

/**
 * A stream for each shard, `<prefix><shardCount>:<shardId>`. An entry's id is `<offset>-0`, so that Redis itself refuses what it has; where the stream
 * is ahead of our offsets (a clock was put back) the second number rises instead. The last entry tells how far the shard has come.
 */
export function createShardStreams({ prefix, maxLength, name, gaps, whitelist }: RedisStreamSettings): StreamLayout {
  const keyOf = ({ shardId, shardCount }: LaneKey): string => `${prefix}${shardCount}:${shardId}`;
  /** Highest id of each stream. */
  const tops = new Map<string, EntryId>();

  function add(key: string, { offset }: { readonly offset: number }, fields: readonly RedisArgument[]): RedisCommand {
    const top = tops.get(key) ?? { first: 0, second: 0 };
    const id = offset > top.first ? { first: offset, second: 0 } : { first: top.first, second: top.second + 1 };
    tops.set(key, id);
    return ['XADD', key, 'MAXLEN', '~', String(maxLength), `${id.first}-${id.second}`, ...fields];
  }

  const isWanted = (record: DeliveryRecord): boolean =>
    record.kind !== 'event' ? gaps : whitelist === undefined || whitelist.has(record.t);

  return {
    lifeKey: `${prefix}${name}:life`,
    oneKey: true,
    read: async (link, lane, writer) => {
      const key = keyOf(lane);
      const [reply] = await link.run([['XINFO', 'STREAM', key]]);
      tops.delete(key);
      if (reply instanceof RedisRefusal) {
        if (reply.message.includes('no such key')) return undefined;
        throw reply;
      }
      const info = pairs(reply);
      const top = entryId(info.get('last-generated-id'));
      tops.set(key, top);
      const last = info.get('last-entry');
      if (!Array.isArray(last)) {
        // Its consumers have removed every entry; the id stays.
        return top.first === 0 ? undefined : { offset: top.first, writer, sessionId: '', seq: null };
      }
      return progressOf(pairs(last[1]));
    },
    commands: ({ lane, gap, records, progress }) => {
      const key = keyOf(lane);
      const end = ['w', progress.writer];
      const before =
        gap === undefined || records[0] === undefined ? [] : [add(key, { offset: 0 }, noticeFields('gap', gap, end))];
      return [
        ...before,
        ...records
          .filter(isWanted)
          .map((record) =>
            add(
              key,
              record,
              record.kind === 'event'
                ? eventFields(record, end)
                : noticeFields(record.kind, noticeFacts(record), [...end, 'offset', String(record.offset)]),
            ),
          ),
      ];
    },
  };
}

function eventFields(event: DeliveryEvent, end: readonly string[]): RedisArgument[] {
  const { old, guildEvent } = event;
  return [
    ...['t', event.t, 'id', eventId(event) ?? '', 'offset', String(event.offset), 'at', String(event.receivedAt)],
    ...end,
    ...['s', event.seq === null ? '' : String(event.seq), 'session', event.sessionId, 'd', eventData(event)],
    ...(guildEvent === undefined ? [] : ['guildEvent', guildEvent]),
    ...(old === undefined ? [] : ['old', old]),
  ];
}

function noticeFields(kind: DeliveryNotice['kind'], facts: object, end: readonly string[]): RedisArgument[] {
  return ['t', kind.toUpperCase(), ...end, 'd', JSON.stringify(facts)];
}

function progressOf(fields: ReadonlyMap<string, unknown>): LaneProgress {
  const seq = fields.get('s');
  return {
    offset: Number(fields.get('offset') ?? 0),
    writer: textOf(fields.get('w')),
    sessionId: textOf(fields.get('session')),
    seq: typeof seq === 'string' && seq !== '' ? Number(seq) : null,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function pairs(reply: unknown): ReadonlyMap<string, unknown> {
  const list: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return new Map(
    Array.from({ length: Math.floor(list.length / 2) }, (_, index) => [String(list[index * 2]), list[index * 2 + 1]]),
  );
}

function entryId(text: unknown): EntryId {
  const [first, second] = String(text).split('-');
  return { first: Number(first) || 0, second: Number(second) || 0 };
}

/** Whether an entry was refused because its stream has a higher id. */
export function isBehind(reply: unknown): boolean {
  return reply instanceof RedisRefusal && reply.message.includes('equal or smaller');
}
