import { randomBytes } from 'node:crypto';
import { laneName } from '@shardgate/delivery';
import type { LaneKey, SinkDoor } from '@shardgate/delivery';
import type { RedisLink } from './redis-link.ts';
import { createRedisLink } from './redis-link.ts';
import { RedisRefusal } from './redis-connection.ts';
import { lostStretch, type LaneProgress, type LostStretch } from '../lane-progress.ts';
import type { RedisTargetSettings } from './redis-target.ts';
import { readServerFacts, reportFacts } from './server-facts.ts';

export interface RedisLanesOptions {
  readonly target: RedisTargetSettings;
  readonly door: SinkDoor;
  /** Key that says that the sink is at work: what is refused here would be refused of events. */
  readonly lifeKey: string;
  /** Reads how far a lane has come in Redis. */
  read(link: RedisLink, lane: LaneKey): Promise<LaneProgress | undefined>;
  onReady(ready: boolean): void;
}

/** What a lane is known to have in Redis. */
export interface LaneState {
  readonly progress: LaneProgress | undefined;
  /** Confirmed before and gone; to be told before anything else is written. */
  readonly lost: LostStretch | undefined;
}

/** A link and what each lane has behind it, asked anew after each new connection. */
export interface RedisLanes {
  readonly link: RedisLink;
  /** Names this life of the sink. */
  readonly writer: string;
  /** Where a lane stands. */
  state(lane: LaneKey): Promise<LaneState>;
  /** The lane stands here now, by an answer of Redis. */
  confirmed(lane: LaneKey, progress: LaneProgress): void;
  /** Nothing certain is known of the lane any more. */
  forget(lane: LaneKey): void;
  stop(): void;
}

/** Creates the lanes of a sink and begins to connect. */
export function openRedisLanes({ target, door, lifeKey, read, onReady }: RedisLanesOptions): RedisLanes {
  const writer = randomBytes(6).toString('hex');
  /** As confirmed to this life, by lane: what Redis must still know after a new connection. */
  const confirmed = new Map<string, LaneProgress>();
  /** As asked on the connection of this epoch. */
  const known = new Map<string, { readonly epoch: number; readonly progress: LaneProgress | undefined }>();
  /** Told to the log, and not yet to the consumers. */
  const untold = new Map<string, LostStretch>();
  let before: { readonly runId: string; readonly clientId: number } | undefined;
  let isTold = false;

  const link = createRedisLink({
    ...target,
    report: door.report,
    onReady,
    greet: async (connection) => {
      const facts = await readServerFacts(connection);
      const { runId, clientId } = facts;
      // What an earlier connection has sent and the server not yet read would be done after what we ask now.
      if (before !== undefined && before.runId === runId && connection.anyKeys)
        await connection.run([['CLIENT', 'KILL', 'ID', String(before.clientId)]]);
      before = runId === undefined || clientId === undefined ? undefined : { runId, clientId };
      const [answer] = await connection.run([['HSET', lifeKey, 'writer', writer]]);
      if (answer instanceof RedisRefusal) throw answer;
      if (!isTold) reportFacts(facts, target.where, door.report);
      isTold = true;
    },
  });

  function tellLost(lane: LaneKey, { after, through, count }: LostStretch): void {
    const from = after === undefined ? 'everything' : `everything after ${after.sessionId}:${after.seq}`;
    const many = count === null ? '' : `, ${count} records at most`;
    door.report(
      'error',
      `Redis ${target.where} has lost events that it had confirmed: of shard ${laneName(lane)} ${from} up to ${through.sessionId}:${through.seq}${many}; only what consumers had taken by then is not lost`,
    );
  }

  link.start();
  return {
    link,
    writer,
    state: async (lane) => {
      const name = laneName(lane);
      const { epoch } = link;
      const found = known.get(name);
      if (found?.epoch === epoch) return { progress: found.progress, lost: untold.get(name) };
      const progress = await read(link, lane);
      const lost = lostStretch(confirmed.get(name), progress);
      if (lost !== undefined) {
        tellLost(lane, lost);
        untold.set(name, lost);
      }
      // Told once: what is left is what there is.
      if (progress === undefined) confirmed.delete(name);
      else confirmed.set(name, progress);
      known.set(name, { epoch, progress });
      return { progress, lost: untold.get(name) };
    },
    confirmed: (lane, progress) => {
      const name = laneName(lane);
      untold.delete(name);
      confirmed.set(name, progress);
      known.set(name, { epoch: link.epoch, progress });
    },
    forget: (lane) => void known.delete(laneName(lane)),
    stop: () => link.stop(),
  };
}
