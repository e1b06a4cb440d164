import { createLaneQueue, type Batch, type Sink } from '@shardgate/delivery';
import { lostGap, progressAfter, recordsAfter } from '../lane-progress.ts';
import { openRedisLanes, type RedisLanes } from './redis-lanes.ts';
import { firstRefusal } from './redis-connection.ts';
import { createShardStreams, isBehind } from './shard-streams.ts';
import { createSpectaclesStreams } from './spectacles-streams.ts';
import { readStreamOptions, type RedisStreamSinkOptions } from './stream-options.ts';

/** How often ids are chosen anew while somebody else adds to the same stream. */
const MAX_RACES = 5;

/**
 * Creates a sink that adds each event to a Redis stream: consumers read with groups (`XREADGROUP`, `XACK`) and get again what a dead one of them had.
 *
 * A batch is added in one transaction, and the stream itself tells how far the shard has come: an event is added once, also when the connection breaks
 * in the middle or the gateway starts again. Streams are bounded: the oldest entries go, read or not.
 *
 * An event counts as acknowledged when Redis has answered; how much that is worth is reported when the connection is made. Trouble is met as by
 * `createRedisListSink`.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; addresses are never shown
 */
export function createRedisStreamSink(options: RedisStreamSinkOptions): Sink {
  const settings = readStreamOptions(options);
  const { target, name, profile } = settings;
  const layout = profile === 'shardgate' ? createShardStreams(settings) : createSpectaclesStreams(settings);
  let queue = createLaneQueue();
  let lanes: RedisLanes | undefined;
  let writer = '';

  async function add(batch: Batch): Promise<void> {
    if (lanes === undefined) throw new Error(`sink ${name} is not open`);
    const { link } = lanes;
    const { lane } = batch;
    const { progress: before, lost } = await lanes.state(lane);
    const gap = lost === undefined ? undefined : lostGap(lost, lane, target.clock.wallTime());
    let records = recordsAfter(before, batch.records, lanes.writer);
    const progress = progressAfter(records, writer, before);
    if (progress === undefined || records.length === 0) return;
    for (let race = 0; ; race++) {
      const commands = layout.commands({ lane, gap: race === 0 ? gap : undefined, records, progress });
      if (commands.length === 0) return;
      try {
        const replies = await (link.anyKeys || layout.oneKey ? link.transact(commands) : link.run(commands));
        const behind = replies.flatMap((reply, index) => (isBehind(reply) ? [index] : []));
        const refused = firstRefusal(replies, (refusal) => !isBehind(refusal));
        if (refused !== undefined) throw refused;
        if (behind.length === 0) break;
        if (race === MAX_RACES) throw new Error(`another program adds to the stream of shard ${lane.shardId}`);
        // Only what was refused, behind what is there now: late is better than lost.
        const first = commands.length - records.length;
        records = behind.flatMap((index) => records[index - first] ?? []);
        await layout.read(link, lane, writer);
      } catch (error) {
        lanes?.forget(lane);
        throw error;
      }
    }
    lanes.confirmed(lane, progress);
  }

  return {
    name,
    open: (door) => {
      lanes?.stop();
      queue = createLaneQueue();
      const opened = openRedisLanes({
        target,
        door,
        lifeKey: layout.lifeKey,
        read: (link, lane) => layout.read(link, lane, writer),
        onReady: (ready) => door.setReady(ready),
      });
      ({ writer } = opened);
      lanes = opened;
    },
    deliver: (batch) => queue.run(batch.lane, () => add(batch)),
    close: async () => {
      lanes?.stop();
      lanes = undefined;
    },
  };
}
