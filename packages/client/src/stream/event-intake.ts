import type { EventGap } from '../event-gap.ts';
import type { StreamEvent } from './client-event.ts';
import { LaneEvent } from './lane-event.ts';
import { ClientError } from './client-error.ts';
import type { EventHandling } from './event-handling.ts';
import { createKeyedRunner } from './keyed-runner.ts';
import { LaneProgress } from './lane-progress.ts';
import { orderKey } from './order-key.ts';
import { afterThisTick } from '../ports/tick.ts';
import { RecentKeys } from '../recent-keys.ts';
import { readReshard } from '../reshard-notice.ts';
import type { ReshardNotice } from '../reshard-notice.ts';
import type { EventsMessage, GapMessage, ReshardMessage } from './server-message.ts';

export interface EventIntakeOptions {
  readonly concurrency: number;
  readonly seenLimit: number;
  readonly handling: EventHandling;
  send(message: object): boolean;
  /** What `work` sends leaves in one write. */
  together(work: () => void): void;
  onGap(gap: EventGap): void;
  onReshard(reshard: ReshardNotice): void;
  onTrouble(error: ClientError): void;
  /** An event will not be acknowledged, since nobody is left to handle it. */
  onGivenUp(): void;
}

/** Figures of an intake since its start. */
export interface IntakeStatus {
  readonly received: number;
  /** Dropped because they had come before. */
  readonly duplicates: number;
  /** Handed to handlers and not done yet. */
  readonly running: number;
  /** Waiting for their turn. */
  readonly waiting: number;
  readonly gaps: number;
  readonly reshards: number;
}

/** Takes events as they come, has each handled once and in its order, and acknowledges what is done. */
export interface EventIntake {
  /** Lanes held at present: `<shard>/<shardCount>`. */
  readonly lanes: readonly string[];
  lease(lane: string, epoch: number): void;
  revoke(lane: string, epoch: number): void;
  events(message: EventsMessage): void;
  gap(message: GapMessage): void;
  reshard(message: ReshardMessage): void;
  /** The connection is lost, and with it every lane: what has not begun is dropped, for it comes again. */
  lost(): void;
  /** Sends the acknowledgements that wait for the end of the tick. */
  flush(): void;
  /** Resolves when every event that came is done, and its acknowledgement sent. */
  idle(): Promise<void>;
  status(): IntakeStatus;
}

/** An event on its way, and where it is to be acknowledged: in more places than one when it comes again while it is handled. */
interface Entry {
  readonly event: StreamEvent;
  /** The session among those of all shards. */
  readonly session: string;
  readonly places: { readonly progress: LaneProgress; readonly offset: number }[];
  /** It is done, or given up. */
  isOver: boolean;
}

export function createEventIntake(options: EventIntakeOptions): EventIntake {
  const { handling, send, together } = options;
  const lanes = new Map<string, LaneProgress>();
  const runner = createKeyedRunner(options.concurrency);
  const done = new RecentKeys(options.seenLimit);
  /** Events with an id that wait or run. */
  const underWay = new Map<string, Entry>();
  /** Lanes with something new to acknowledge; only such as are held. */
  const dirty = new Set<LaneProgress>();
  const counts = { received: 0, duplicates: 0, gaps: 0, reshards: 0 };
  let isFlushPlanned = false;

  const flush = (): void => {
    isFlushPlanned = false;
    if (dirty.size > 1) together(acknowledge);
    else acknowledge();
  };

  const acknowledge = (): void => {
    for (const { lane, epoch, doneOffset } of dirty) send({ op: 'ack', lane, epoch, offset: doneOffset });
    dirty.clear();
  };

  const acknowledgeSoon = (progress: LaneProgress): void => {
    dirty.add(progress);
    if (isFlushPlanned) return;
    isFlushPlanned = true;
    afterThisTick(flush);
  };

  const finish = (progress: LaneProgress, offset: number): void => {
    if (progress.isHeld && progress.finish(offset)) acknowledgeSoon(progress);
  };

  const isWanted = ({ places }: Entry): boolean => places.some(({ progress }) => progress.isHeld);

  const forget = (entry: Entry): void => {
    const { id } = entry.event;
    entry.isOver = true;
    if (id !== null) underWay.delete(id);
  };

  const settle = (entry: Entry, isDone: boolean): void => {
    forget(entry);
    if (!isDone) return options.onGivenUp();
    if (entry.event.seq !== null) done.add(entry.session, entry.event.seq);
    for (const { progress, offset } of entry.places) finish(progress, offset);
  };

  const run = (entry: Entry): Promise<void> | undefined => {
    const result = handling.run(entry.event, () => isWanted(entry));
    if (typeof result !== 'boolean') return result.then((isDone) => settle(entry, isDone));
    settle(entry, result);
    return undefined;
  };

  const takeEvent = (progress: LaneProgress, session: string, event: StreamEvent): void => {
    const { offset, id, seq } = event;
    const place = { progress, offset };
    const earlier = id === null || underWay.size === 0 ? undefined : underWay.get(id);
    if (earlier !== undefined) {
      counts.duplicates++;
      earlier.places.push(place);
    } else if (seq !== null && done.has(session, seq)) {
      counts.duplicates++;
      finish(progress, offset);
    } else {
      const entry: Entry = { event, session, places: [place], isOver: false };
      runner.add(orderKey(event), {
        run: () => run(entry),
        isWanted() {
          if (isWanted(entry)) return true;
          forget(entry);
          return false;
        },
      });
      // Most handlers are done at once.
      if (id !== null && !entry.isOver) underWay.set(id, entry);
    }
  };

  const heldLane = (lane: string, epoch: number): LaneProgress | undefined => {
    const progress = lanes.get(lane);
    if (progress?.epoch === epoch) return progress;
    options.onTrouble(
      new ClientError('protocol', `the server sent events of lane ${lane}, which is not leased to this client`),
    );
    return undefined;
  };

  /** Takes what is told beside events, once, and acknowledges it. */
  const takeNotice = ({ lane, epoch, offset }: GapMessage | ReshardMessage, tell: () => void): void => {
    const progress = heldLane(lane, epoch);
    if (progress === undefined) return;
    const state = progress.begin(offset);
    if (state === 'done') acknowledgeSoon(progress);
    if (state !== 'new') return;
    tell();
    finish(progress, offset);
  };

  const drop = (progress: LaneProgress): void => {
    progress.isHeld = false;
    lanes.delete(progress.lane);
    dirty.delete(progress);
  };

  return {
    get lanes() {
      return [...lanes.keys()];
    },
    lease(lane, epoch) {
      const before = lanes.get(lane);
      if (before !== undefined) drop(before);
      lanes.set(lane, new LaneProgress(lane, epoch));
    },
    revoke(lane, epoch) {
      const progress = lanes.get(lane);
      if (progress?.epoch !== epoch) return;
      drop(progress);
      runner.prune();
    },
    events(message) {
      const progress = heldLane(message.lane, message.epoch);
      if (progress === undefined) return;
      const lane = readLane(message.lane);
      const session = `${message.lane}:${message.session}`;
      for (const wire of message.events) {
        const state = progress.begin(wire.offset);
        if (state === 'new') {
          counts.received++;
          takeEvent(progress, session, new LaneEvent(lane, message, wire));
        } else if (state === 'done') {
          acknowledgeSoon(progress);
        }
      }
    },
    gap(message) {
      takeNotice(message, () => {
        counts.gaps++;
        const { offset, session: sessionId, afterSeq, nextSeq, count, cause, detectedAt } = message;
        options.onGap({ ...readLane(message.lane), sessionId, afterSeq, nextSeq, count, cause, offset, detectedAt });
      });
    },
    reshard(message) {
      takeNotice(message, () => {
        const notice = readReshard({ ...readLane(message.lane), ...message });
        if (notice === undefined) {
          options.onTrouble(new ClientError('protocol', 'the server told of a reshard that cannot be read'));
          return;
        }
        counts.reshards++;
        options.onReshard(notice);
      });
    },
    lost() {
      for (const progress of [...lanes.values()]) drop(progress);
      runner.prune();
    },
    flush,
    async idle() {
      await runner.idle();
      flush();
    },
    status: () => ({ ...counts, running: runner.running, waiting: runner.waiting }),
  };
}

function readLane(lane: string): { shardId: number; shardCount: number } {
  const [shardId = 0, shardCount = 1] = lane.split('/').map(Number);
  return { shardId, shardCount };
}
