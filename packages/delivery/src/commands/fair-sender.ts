import type { Clock, GatewayManager, TimerHandle } from '@shardgate/gateway';
import { encodeCommand, MAX_COMMAND_BYTES, Op } from '@shardgate/wire';
import { CommandError, fromGatewayError } from './command-error.ts';
import type { RawPayload } from './command.ts';
import { shardIdOf } from './shard-lookup.ts';

/** Bounds of a {@link FairSender}; see `defaults.ts`. */
export interface FairSenderLimits {
  readonly maxQueued: number;
  readonly maxQueuedPerClient: number;
  readonly maxUnderWayPerShard: number;
  readonly maxUnderWayPerClient: number;
}

/**
 * Hands commands to the gateway, a few at a time and by turns: on each shard every client that has something waiting sends one before any
 * sends its next, however much it has. The gateway's own queue, its limits and the reserve for heartbeats stay behind it as they are.
 */
export interface FairSender {
  /**
   * Resolves when the command was written to the socket. Commands of one client to one shard go in order. Presences go apart from them, and
   * of those that wait only the newest: the others settle with it.
   * Rejects with a {@link CommandError}: `tooLarge`, `queueFull`, `expired`, `notReady`, `closed`…
   * When the bot is resharded before its turn, a command for a guild goes to the guild's new shard; any other is refused with `foreignShard`.
   */
  send(clientId: string, shardId: number, payload: RawPayload, expiresAfterMs: number): Promise<void>;
  /** Rejects everything that waits. */
  close(): void;
  /** Commands that wait for their turn. */
  readonly queued: number;
}

/** Time after its end at which a command that the gateway never settles no longer takes a place, milliseconds. */
const STUCK_AFTER_MS = 600_000;

interface Job {
  readonly clientId: string;
  shardId: number;
  /** Shard count by which the shard was chosen; undefined when the shard is not there. */
  shardCount: number | undefined;
  readonly payload: RawPayload;
  readonly expiresAt: number;
  readonly timer: TimerHandle;
  /** Settles it, once. */
  finish(error?: CommandError): void;
}

interface Lane {
  /** Clients with something waiting, the next one first. */
  readonly turns: Map<string, Job[]>;
  /** By client; those without are missing. */
  readonly underWay: Map<string, number>;
  total: number;
}

export function createFairSender(gateway: GatewayManager, clock: Clock, limits: FairSenderLimits): FairSender {
  const lanes = new Map<string, Lane>();
  const waitingOf = new Map<string, number>();
  const jobs = new Set<Job>();
  /** Frees the place of a job that the gateway has. */
  const slots = new Set<() => void>();
  let queued = 0;
  let isClosed = false;

  const countWaiting = (clientId: string, by: 1 | -1): void => {
    queued += by;
    add(waitingOf, clientId, by);
  };

  const laneOf = (key: string): Lane => {
    let lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, (lane = { turns: new Map(), underWay: new Map(), total: 0 }));
    return lane;
  };

  /** Takes the next job whose client may have one more under way; of presences all that the client has waiting. */
  const takeNext = (lane: Lane): Job[] => {
    for (const [clientId, row] of lane.turns) {
      if ((lane.underWay.get(clientId) ?? 0) >= limits.maxUnderWayPerClient) continue;
      const taken = row.splice(0, row[0]?.payload.op === Op.PresenceUpdate ? row.length : 1);
      // The client goes to the end of the row.
      lane.turns.delete(clientId);
      if (row.length > 0) lane.turns.set(clientId, row);
      for (const job of taken) countWaiting(job.clientId, -1);
      return taken;
    }
    return [];
  };

  const pump = (key: string): void => {
    const lane = lanes.get(key);
    if (lane === undefined) return;
    while (lane.total < limits.maxUnderWayPerShard && !isClosed) {
      const taken = takeNext(lane);
      const newest = taken.at(-1);
      if (newest === undefined) break;
      if (isStale(newest)) for (const job of taken) moveOn(job);
      else start(key, lane, newest, taken);
    }
    if (lane.total === 0 && lane.turns.size === 0) lanes.delete(key);
  };

  /** Whether the bot was resharded since the job's shard was chosen. */
  const isStale = ({ shardCount }: Job): boolean => shardCount !== undefined && shardCount !== countNow();

  const countNow = (): number | undefined => gateway.shards.values().next().value?.shardCount;

  const enqueue = (job: Job): void => {
    const { turns } = laneOf(keyOf(job));
    const row = turns.get(job.clientId);
    if (row === undefined) turns.set(job.clientId, [job]);
    else row.push(job);
    countWaiting(job.clientId, 1);
    pump(keyOf(job));
  };

  /** To the shard that has the guild now. */
  const moveOn = (job: Job): void => {
    const { payload, shardCount, shardId } = job;
    const now = countNow();
    const guildId: unknown = payload.d['guild_id'];
    const target = now !== undefined && typeof guildId === 'string' ? shardIdOf(guildId, now) : undefined;
    if (target !== undefined && gateway.shards.has(target)) {
      Object.assign(job, { shardId: target, shardCount: now });
      return enqueue(job);
    }
    const what = `op ${payload.op} waited for shard ${shardId} of ${shardCount}`;
    job.finish(new CommandError('foreignShard', `${what}, and the bot has ${now ?? 'no'} shards now: send it anew`));
  };

  /** Sends the job; what becomes of it becomes of all that were taken with it. */
  const start = (key: string, lane: Lane, { clientId, shardId, payload }: Job, taken: readonly Job[]): void => {
    const expiresAfterMs = Math.max(1, ...taken.map(({ expiresAt }) => expiresAt - clock.now()));
    lane.total += 1;
    add(lane.underWay, clientId, 1);
    const free = (): void => {
      if (!slots.delete(free)) return;
      clock.clearTimer(timer);
      lane.total -= 1;
      add(lane.underWay, clientId, -1);
      pump(key);
    };
    slots.add(free);
    // The gateway keeps a command until its shard is ready, also past its time: the place is free when the gateway says so.
    const timer = clock.setTimer(free, expiresAfterMs + STUCK_AFTER_MS);
    // A replaced method may throw, and need not return a promise.
    const sent = (async () => gateway.sendShardMessage(gateway, shardId, payload, { expiresAfterMs }))();
    sent.then(
      () => {
        for (const job of taken) job.finish();
        free();
      },
      (error: unknown) => {
        const failure = fromGatewayError(error, `op ${payload.op} on shard ${shardId}`);
        for (const job of taken) job.finish(failure);
        free();
      },
    );
  };

  const leaveQueue = (key: string, job: Job): void => {
    const lane = lanes.get(key);
    const row = lane?.turns.get(job.clientId);
    const index = row?.indexOf(job) ?? -1;
    if (lane === undefined || row === undefined || index < 0) return;
    row.splice(index, 1);
    if (row.length === 0) lane.turns.delete(job.clientId);
    if (lane.total === 0 && lane.turns.size === 0) lanes.delete(key);
    countWaiting(job.clientId, -1);
  };

  const checkRoom = (clientId: string, shardId: number, payload: RawPayload): void => {
    if (isClosed) throw new CommandError('closed', 'the gateway takes no commands any more');
    const bytes = Buffer.byteLength(encodeCommand(payload, gateway.encoding));
    if (bytes > MAX_COMMAND_BYTES) {
      throw new CommandError(
        'tooLarge',
        `op ${payload.op} for shard ${shardId} has ${bytes} bytes; Discord takes ${MAX_COMMAND_BYTES}: send it in parts`,
      );
    }
    if ((waitingOf.get(clientId) ?? 0) >= limits.maxQueuedPerClient) {
      throw new CommandError(
        'queueFull',
        `${limits.maxQueuedPerClient} commands of this client wait already; wait for their answers`,
      );
    }
    if (queued >= limits.maxQueued)
      throw new CommandError('queueFull', `${limits.maxQueued} commands wait already; send less, or later`);
  };

  return {
    send: (clientId, shardId, payload, expiresAfterMs) =>
      new Promise((resolve, reject) => {
        checkRoom(clientId, shardId, payload);
        const job: Job = {
          clientId,
          shardId,
          shardCount: gateway.shards.get(shardId)?.shardCount,
          payload,
          expiresAt: clock.now() + expiresAfterMs,
          timer: clock.setTimer(() => {
            job.finish(
              new CommandError('expired', `op ${payload.op} could not be sent on shard ${job.shardId} in time`),
            );
          }, expiresAfterMs),
          finish(error) {
            if (!jobs.delete(job)) return;
            clock.clearTimer(job.timer);
            leaveQueue(keyOf(job), job);
            if (error === undefined) resolve();
            else reject(error);
          },
        };
        jobs.add(job);
        enqueue(job);
      }),
    close() {
      isClosed = true;
      for (const job of [...jobs]) job.finish(new CommandError('closed', 'the gateway takes no commands any more'));
      for (const free of [...slots]) free();
    },
    get queued() {
      return queued;
    },
  };
}

/** Presences wait for a limit of their own, and the gateway sends only the newest: they must not hold other commands up. */
function keyOf({ shardId, payload }: Job): string {
  return payload.op === Op.PresenceUpdate ? `${shardId} presence` : String(shardId);
}

/** Adds to a count; a count of 0 is forgotten. */
function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
