import { backoffMs } from '../shard/backoff.ts';
import { hookFailed } from '../report.ts';
import { managerOf } from '../shard/manager-of.ts';
import type { TimerHandle } from '../ports/clock.ts';
import { createAnswers, type Answers } from './answers.ts';
import type { FromWorker, ToWorker, WorkerNote } from './messages.ts';
import { applyFigures, mirrorEvent } from './mirror.ts';
import { openWorker, type OpenWorker } from './open-worker.ts';
import type { WorkerLossCause } from './pool-events.ts';
import type { PoolSettings } from './pool-options.ts';
import { receiveTick, type TickReader } from './receive-events.ts';
import { repeatGuildCall } from './guild-calls.ts';
import type { RemoteShard } from './remote-shard.ts';
import { receivedError } from './sent-error.ts';
import { sameOptions, shippedOptions, type ShippedOptions } from './shipped-options.ts';

/** A worker that lived this long has not crashed "again", milliseconds. */
const STABLE_MS = 10_000;
/** Longest pause before a worker that keeps crashing is started again, milliseconds. Its sessions wait that long, and they live for minutes. */
const RESTART_CAP_MS = 5_000;
/** How long a worker may take to end by itself, milliseconds. */
const END_GRACE_MS = 1_000;

/** Where a worker stands. `down`: it is started again after a pause. */
export type WorkerState = 'idle' | 'starting' | 'running' | 'down';

/** What a slot needs of its pool. */
export interface SlotHub {
  readonly links: ReadonlyMap<number, RemoteShard>;
  /** A name for a shard in its new worker. */
  nextIndex(link: RemoteShard): number;
  touch(link: RemoteShard): void;
  /** The shard was stopped over there. */
  stopped(link: RemoteShard): void;
  workers(gateway: ReturnType<typeof managerOf>): number;
  started(slot: WorkerSlot, ids: { pid: number; threadId: number; tookMs: number }): void;
  /** The worker is gone; it comes back after `retryInMs` if it has shards then. */
  lost(slot: WorkerSlot, cause: WorkerLossCause, error: unknown, retryInMs: number): void;
}

/** The place of one worker: holds it up, and starts it anew when it is gone. */
export interface WorkerSlot {
  readonly workerId: number;
  /** The shards that are here. */
  readonly links: Set<RemoteShard>;
  readonly state: WorkerState;
  readonly pid: number | undefined;
  readonly threadId: number | undefined;
  /** How often it was lost. */
  readonly losses: number;
  /** Starts the worker unless it is there or on its way. */
  ensureStarted(): void;
  /** Tells the worker of options that changed since. */
  tellOptions(): void;
  /** Gives the worker a shard, if it is there; else it gets it when it comes. */
  seat(link: RemoteShard): void;
  /** False when the worker is not there. */
  post(message: ToWorker): boolean;
  /** Ends the worker; it is not started again by itself. Resolves when it is gone. */
  stop(): Promise<void>;
}

export function createWorkerSlot(workerId: number, settings: PoolSettings, hub: SlotHub): WorkerSlot {
  const { clock, hangAfterMs, startTimeoutMs, isolation, maxMemoryMb } = settings;
  /** Silence is noticed at a look, so the last one before `hangAfterMs` decides. */
  const lookMs = Math.max(20, hangAfterMs / 5);
  const links = new Set<RemoteShard>();
  let worker: OpenWorker | undefined;
  let state: WorkerState = 'idle';
  let ids: { pid: number; threadId: number } | undefined;
  let startedAt = 0;
  let heardAt = 0;
  let lookedAt = 0;
  let failures = 0;
  let losses = 0;
  /** It was asked for while it was down, with or without shards. */
  let wanted = false;
  let lookTimer: TimerHandle;
  let restartTimer: TimerHandle;
  let onGone: (() => void) | undefined;
  let answers: Answers;
  let names: string[] = [];
  let reader: TickReader;
  /** What the worker knows of each manager's options. */
  const options = new Map<number, ShippedOptions>();

  const post = (message: ToWorker): boolean => {
    worker?.post(message);
    return worker !== undefined;
  };

  const start = (): void => {
    state = 'starting';
    wanted = false;
    startedAt = heardAt = lookedAt = clock.now();
    options.clear();
    names = [];
    answers = createAnswers((index) => hub.links.get(index), post);
    reader = { names, links: hub.links, takeNote, touch: hub.touch };
    try {
      const opened = openWorker(
        isolation,
        { workerId, maxMemoryMb },
        {
          onMessage: (message) => {
            if (worker === opened) receive(message);
          },
          onGone: (error) => {
            if (worker === opened) gone(error);
          },
        },
      );
      worker = opened;
    } catch (error) {
      return lose('start', error);
    }
    post({ type: 'boot', workerId, module: settings.module });
    for (const link of links) seat(link);
    look();
  };

  /** The regular look at the worker. */
  const look = (): void => {
    lookTimer = clock.setTimer(look, lookMs);
    const now = clock.now();
    // A look this late tells that this thread stood still: the answer may be waiting to be read.
    if (now - lookedAt > lookMs * 2) heardAt = now;
    lookedAt = now;
    if (state === 'starting') {
      if (now - startedAt > startTimeoutMs) lose('start', new Error(`it did not start within ${startTimeoutMs} ms`));
      return;
    }
    if (now - heardAt > hangAfterMs - lookMs) return lose('hung', new Error(`it did not answer for ${hangAfterMs} ms`));
    slot.tellOptions();
    post({ type: 'ping' });
  };

  const receive = (message: FromWorker): void => {
    heardAt = clock.now();
    switch (message.type) {
      case 'tick':
        return receiveTick(reader, message);
      case 'booted': {
        state = 'running';
        const { pid, threadId } = message;
        ids = { pid, threadId };
        return hub.started(slot, { pid, threadId, tookMs: heardAt - startedAt });
      }
      case 'bootFailed':
        return lose('start', receivedError(message.error));
      case 'pong':
        return;
      default:
        return message satisfies never;
    }
  };

  const takeNote = (note: WorkerNote): void => {
    switch (note.type) {
      case 'name':
        names[note.id] = note.name;
        return;
      case 'ask':
        return answers.ask(note.id, note.question);
      case 'permit':
        return answers.permit(note.id, note.act);
      case 'figures':
      case 'event':
      case 'released': {
        const link = hub.links.get(note.figures.index);
        if (link === undefined) return;
        applyFigures(link, note.figures);
        if (note.type === 'event') mirrorEvent(link, note.name, note.event, () => hub.stopped(link));
        else if (note.type === 'released') link.onReleased?.();
        return;
      }
      case 'guilds':
      case 'sent':
      case 'probed':
      case 'handled':
      case 'taken':
      case 'tookUp': {
        const link = hub.links.get(note.index);
        if (link === undefined) return;
        if (note.type === 'guilds') repeatGuildCall(link.guilds, note.call);
        else if (note.type === 'sent') link.commandDone(note.id, note.error);
        else if (note.type === 'probed') link.probed(note.id, note.answered);
        else if (note.type === 'handled') link.calls.handled(note.seq);
        else if (note.type === 'taken') {
          if (!link.deaf) link.taken(note.seqs);
        } else link.deaf = false;
        return;
      }
      default:
        return note satisfies never;
    }
  };

  const gone = (error: unknown): void => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (onGone === undefined) return lose(code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'exit', error);
    close();
    onGone();
  };

  const close = (): void => {
    clock.clearTimer(lookTimer);
    worker = undefined;
    ids = undefined;
    answers.abandon();
  };

  const lose = (cause: WorkerLossCause, error: unknown): void => {
    worker?.kill();
    close();
    losses++;
    failures = clock.now() - startedAt > STABLE_MS ? 1 : failures + 1;
    // The first time it is started again at once.
    const retryInMs = failures === 1 ? 0 : backoffMs(failures - 2, settings.random(), RESTART_CAP_MS);
    state = 'down';
    restartTimer = clock.setTimer(() => {
      if (wanted || links.size > 0) start();
      else state = 'idle';
    }, retryInMs);
    hub.lost(slot, cause, error, retryInMs);
  };

  const tellOptionsOf = (link: RemoteShard): void => {
    const { shardCount, shard } = link;
    const gateway = managerOf(shard);
    const current = shippedOptions(gateway, hub.workers(gateway));
    const known = options.get(shardCount);
    if (known !== undefined && sameOptions(known, current)) return;
    options.set(shardCount, current);
    try {
      post({ type: 'options', shardCount, options: current });
    } catch (error) {
      // Something that cannot be cloned was assigned; the worker goes on with what it has.
      hookFailed(gateway, 'worker', shard.id, error);
    }
  };

  const seat = (link: RemoteShard): void => {
    if (worker === undefined) return;
    tellOptionsOf(link);
    post({ type: 'take', seat: link.seat(hub.nextIndex(link)) });
    link.catchUp();
  };

  const slot: WorkerSlot = {
    workerId,
    links,
    get state() {
      return state;
    },
    get pid() {
      return ids?.pid;
    },
    get threadId() {
      return ids?.threadId;
    },
    get losses() {
      return losses;
    },
    ensureStarted() {
      wanted = state === 'down';
      if (state === 'idle') start();
    },
    tellOptions() {
      for (const link of new Map(Array.from(links, (one) => [one.shardCount, one])).values()) tellOptionsOf(link);
    },
    seat,
    post,
    async stop() {
      clock.clearTimer(restartTimer);
      const ending = worker;
      if (ending !== undefined) {
        let killTimer: TimerHandle;
        const ended = new Promise<void>((resolve) => {
          onGone = resolve;
          killTimer = clock.setTimer(() => {
            ending.kill();
            // Not even the system's answer is waited for.
            killTimer = clock.setTimer(resolve, END_GRACE_MS);
          }, END_GRACE_MS);
        });
        clock.clearTimer(lookTimer);
        post({ type: 'end' });
        await ended;
        clock.clearTimer(killTimer);
        onGone = undefined;
        if (worker === ending) close();
      }
      state = 'idle';
      wanted = false;
      failures = 0;
    },
  };
  return slot;
}
