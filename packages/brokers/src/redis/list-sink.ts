import { BusyError, createLaneQueue, type Batch, type Sink, type SinkDoor } from '@shardgate/delivery';
import { TELL_AGAIN_MS } from '../defaults.ts';
import { FULL_POLL_MS } from './defaults.ts';
import { createFullWatch, type FullWatch } from './full-watch.ts';
import { lostGap, progressAfter, readProgress, recordsAfter, writeProgress } from '../lane-progress.ts';
import { listElement, noticeElement, type ListElement } from './list-element.ts';
import { readListOptions, type RedisListSinkOptions } from './list-options.ts';
import { createListRoom } from './list-room.ts';
import { openRedisLanes, type RedisLanes } from './redis-lanes.ts';
import { firstRefusal, RedisRefusal, type RedisArgument, type RedisCommand } from './redis-connection.ts';
import { createTrimReport } from './trim-report.ts';

/**
 * Creates a sink that pushes each event to the end of a Redis list of its name, as tatsuworks/gateway does: consumers `BLPOP` them. The events of a
 * batch go together, one RPUSH a list, in one transaction that also notes how far the shard has come: an event is pushed once even when the
 * connection breaks in the middle (in a cluster: at least once).
 *
 * An event counts as acknowledged when Redis has answered; how much that is worth is reported when the connection is made. While Redis
 * cannot be reached, refuses the password, is loading, a replica or out of memory the sink is not ready, says so in one line, and tries again
 * with back-off until it is over.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; addresses are never shown
 */
export function createRedisListSink(options: RedisListSinkOptions): Sink {
  const settings = readListOptions(options);
  const { target, prefix, maxLength, whenFull } = settings;
  const progressKey = `${prefix}shardgate:${settings.name}`;
  const room = createListRoom(whenFull === 'pause' ? maxLength : Number.MAX_SAFE_INTEGER);
  let queue = createLaneQueue();
  let lanes: RedisLanes | undefined;
  let door: SinkDoor | undefined;
  let watch: FullWatch | undefined;
  let isUp = false;
  let toldFullAt = Number.NEGATIVE_INFINITY;
  let trimmed = createTrimReport(target, () => undefined);

  const tellReady = (): void => door?.setReady(isUp && watch?.isFull !== true);

  /** Lists whose length is not known on this connection. Also finds a key that is no list before anything is pushed. */
  async function measure(link: RedisLanes['link'], lists: Iterable<string>): Promise<void> {
    const unknown = Array.from(lists);
    if (unknown.length === 0) return;
    const lengths = await link.run(unknown.map((list) => ['LLEN', list]));
    for (const [index, length] of lengths.entries()) {
      const list = unknown[index] ?? '';
      if (length instanceof RedisRefusal) throw new Error(`Redis refuses the list '${list}': ${length.message}`);
      room.measured(list, Number(length));
    }
  }

  async function pause(link: RedisLanes['link'], list: string): Promise<never> {
    watch?.begin(async () => {
      await measure(link, [list]);
      return room.isRelaxed(list);
    });
    const words = `the list '${list}' of Redis ${target.where} has ${room.lengthOf(list)} elements, its bound (maxLength)`;
    if (target.clock.now() - toldFullAt > TELL_AGAIN_MS) {
      toldFullAt = target.clock.now();
      door?.report('warn', `${words}; events wait until consumers have taken some of them`);
    }
    throw new BusyError(words, FULL_POLL_MS);
  }

  async function push(batch: Batch): Promise<void> {
    if (lanes === undefined) throw new Error(`sink ${settings.name} is not open`);
    const { link, writer } = lanes;
    const { progress, lost } = await lanes.state(batch.lane);
    const rest = recordsAfter(progress, batch.records, writer);
    const elements = rest.map((record) => listElement(record, settings));
    const unknown = new Set<string>();
    for (const element of elements) if (element !== undefined && !room.knows(element.list)) unknown.add(element.list);
    await measure(link, unknown);

    const groups = new Map<string, RedisArgument[]>();
    const add = ({ list, content }: ListElement): void => {
      const group = groups.get(list);
      if (group === undefined) groups.set(list, [content]);
      else group.push(content);
    };
    if (lost !== undefined && settings.gaps)
      add(noticeElement('gap', lostGap(lost, batch.lane, target.clock.wallTime()), settings));
    let taken = 0;
    let full: string | undefined;
    for (const element of elements) {
      if (element !== undefined && !room.reserve(element.list)) {
        full = element.list;
        break;
      }
      if (element !== undefined) add(element);
      taken++;
    }
    const last = rest[taken - 1];
    const next = progressAfter(taken === rest.length ? rest : rest.slice(0, taken), writer, progress);
    if (last !== undefined && next !== undefined && groups.size > 0) {
      await write(link, groups, ['HSET', progressKey, laneField(batch), writeProgress(next)]).catch(
        (error: unknown) => {
          lanes?.forget(batch.lane);
          for (const [list, group] of groups) room.release(list, group.length);
          throw error;
        },
      );
      lanes.confirmed(batch.lane, next);
    }
    if (last !== undefined) batch.acknowledge(last.offset);
    if (full === undefined) return;
    await measure(link, [full]);
    if (room.isRelaxed(full)) throw new BusyError(`the list '${full}' was full`, 0);
    await pause(link, full);
  }

  async function write(
    link: RedisLanes['link'],
    groups: ReadonlyMap<string, readonly RedisArgument[]>,
    progress: RedisCommand,
  ): Promise<void> {
    const pushes = Array.from(groups, ([list, group]): RedisCommand => ['RPUSH', list, ...group]);
    const trims =
      whenFull === 'trim'
        ? Array.from(groups.keys(), (list): RedisCommand => ['LTRIM', list, String(-maxLength), '-1'])
        : [];
    const replies = link.anyKeys
      ? await link.transact([...pushes, ...trims, progress])
      : await link.run([...pushes, ...trims]);
    const refused = firstRefusal(replies);
    if (refused !== undefined) throw refused;
    if (!link.anyKeys) await link.run([progress]);
    for (const [index, [list, group]] of Array.from(groups).entries()) {
      const length = Number(replies[index]);
      room.pushed(list, group.length, Math.min(length, maxLength));
      if (whenFull === 'trim' && length > maxLength) trimmed.add(list, length - maxLength);
    }
  }

  return {
    name: settings.name,
    open: (opened) => {
      lanes?.stop();
      door = opened;
      queue = createLaneQueue();
      trimmed = createTrimReport(target, opened.report);
      watch = createFullWatch(target.clock, target.random, tellReady);
      lanes = openRedisLanes({
        target,
        door: opened,
        lifeKey: progressKey,
        read: async (link, lane) => {
          const [value] = await link.run([['HGET', progressKey, laneField({ lane })]]);
          if (value instanceof RedisRefusal) throw value;
          return readProgress(value);
        },
        onReady: (ready) => {
          isUp = ready;
          // Others may have pushed meanwhile, or the server may be another.
          if (ready) room.forgetAll();
          tellReady();
        },
      });
    },
    deliver: (batch) => queue.run(batch.lane, () => push(batch)),
    close: async () => {
      watch?.stop();
      lanes?.stop();
      lanes = undefined;
      isUp = false;
    },
  };
}

/** A lane's field of the hash that notes how far each has come. */
function laneField({ lane: { shardId, shardCount } }: Pick<Batch, 'lane'>): string {
  return `${shardId}/${shardCount}`;
}
