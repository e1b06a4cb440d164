import { WireError } from '@shardgate/wire';
import { guildHeardOf } from '../filters/guilds-loaded.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { ensureShard } from '../methods/shard-of.ts';
import { pause } from '../ports/pause.ts';
import type { Clock } from '../ports/clock.ts';
import { contained, hookFailed } from '../report.ts';
import { applyInput } from '../shard/apply.ts';
import { OwnCloseCode } from '../shard/close-codes.ts';
import { abandonFlights, settleHeld } from '../shard/in-flight.ts';
import type { ShardInput } from '../shard/input.ts';
import { initialState } from '../shard/phase.ts';
import { sendProbe } from '../shard/send-probe.ts';
import { SequenceTracker } from '../shard/sequence.ts';
import { unreadableMessage } from '../shard/unreadable.ts';
import { stopUpkeep } from '../upkeep.ts';
import type { Outbox } from './batch.ts';
import { forwardGuilds } from './guild-calls.ts';
import type { ShardSeat, ToWorker } from './messages.ts';
import { createQuestions } from './questions.ts';
import { sentError } from './sent-error.ts';
import { adoptOptions, type ShippedOptions } from './shipped-options.ts';
import type { SeatedShard } from './worker-door.ts';
import { createWorkerManager, figuresOf, type WorkerManager } from './worker-manager.ts';

/** How often a shard is looked at that drains or was asked for something, milliseconds. */
const LOOK_MS = 10;

/** A shard of this worker. */
interface Seated extends SeatedShard {
  readonly manager: WorkerManager;
  /** What the mirror was told last of what it settles and counts. */
  told: string;
}

/** What a worker does with the main thread's messages. */
export interface WorkerShards {
  receive(message: ToWorker): void;
  /** Tells of every shard whose figures changed without an event. */
  pulse(): void;
}

export function createWorkerShards(parts: {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly prepare: (gateway: GatewayManager) => Promise<void>;
}): WorkerShards {
  const { outbox, clock, prepare } = parts;
  const questions = createQuestions(outbox, clock);
  const managers = new Map<number, WorkerManager>();
  /** Messages wait in their order while the user's module prepares a manager. */
  let ready: Promise<void> | undefined;
  const row: ToWorker[] = [];
  const seats = new Map<number, Seated>();

  const makeManager = (shardCount: number, options: ShippedOptions): void => {
    const manager = createWorkerManager(options, shardCount, { outbox, questions, clock });
    managers.set(shardCount, manager);
    ready = prepare(manager.gateway)
      .catch((error: unknown) => {
        // Without its overrides the worker would do something else than it is there for; it is started again.
        throw new Error(`the worker's module failed: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      })
      .then(() => {
        ready = undefined;
        while (ready === undefined && row.length > 0) handle(row.shift() as ToWorker);
      });
    // A rejection ends the worker, as an uncaught one does.
  };

  const take = (seat: ShardSeat): void => {
    const manager = managers.get(seat.shardCount);
    if (manager === undefined) return;
    const { gateway, seated } = manager;
    gateway.shards.delete(seat.shardId);
    const shard = ensureShard(gateway, seat.shardId, seat.shardCount);
    shard.state = initialState(seat.session);
    // READY is the one event that no resume brings again.
    shard.tracker = new SequenceTracker(seat.session === undefined ? 0 : Math.max(1, seat.seq));
    shard.stored = seat.stored;
    shard.userId = seat.userId;
    shard.applicationId = seat.applicationId;
    shard.presence = seat.presence;
    shard.guildsAnnounced = seat.guildsAnnounced;
    if (seat.guilds !== undefined) shard.guilds.restore(seat.guilds, seat.seq);
    if (seat.covered.length > 0) shard.covered = new Set(seat.covered);
    const { index } = seat;
    forwardGuilds(shard.guilds, (call) => outbox.note({ type: 'guilds', index, call }));
    const taken: Seated = { index, manager, shard, told: '' };
    seated.set(shard.id, taken);
    seats.set(index, taken);
    // The word that all guilds are there may have been lost with another worker.
    if (seat.session !== undefined) guildHeardOf(gateway, shard);
  };

  const input = ({ manager: { gateway }, shard }: Seated, given: ShardInput): void => {
    const { id, shardCount } = shard;
    // Through the methods, which a module may have replaced.
    if (given.type === 'reidentify' || (given.type === 'start' && shard.state.session === undefined))
      contained(gateway, 'identify', id, () => swallowed(gateway.identify(gateway, id, shardCount)));
    else if (given.type === 'reconnect' || given.type === 'start')
      contained(gateway, 'resume', id, () => swallowed(gateway.resume(gateway, id)));
    else applyInput(gateway, shard, given);
  };

  const release = async (seated: Seated, drainMs: number): Promise<void> => {
    const { index, manager, shard } = seated;
    const { gateway } = manager;
    applyInput(gateway, shard, { type: 'stop', code: OwnCloseCode.Resuming, reason: 'the shard moves' });
    const never = new AbortController().signal;
    const endsAt = clock.now() + drainMs;
    while (clock.now() < endsAt && (shard.inFlightEvents > 0 || gateway.runtime.closing.size > 0))
      await pause(clock, LOOK_MS, never);
    outbox.note({ type: 'released', figures: figuresOf(shard, index, clock.now()) });
    forget(seated);
  };

  /** What had come in before the answer is in the outbox already. */
  const probe = async ({ index, manager: { gateway }, shard }: Seated, id: number): Promise<void> => {
    const sent = sendProbe(gateway, shard);
    const never = new AbortController().signal;
    while (sent?.state === 'waiting' && seats.has(index)) await pause(clock, LOOK_MS, never);
    outbox.note({ type: 'probed', index, id, answered: sent?.state === 'answered' });
  };

  const forget = ({ index, manager: { gateway, seated, door }, shard }: Seated): void => {
    seats.delete(index);
    if (gateway.shards.get(shard.id) !== shard) return;
    gateway.shards.delete(shard.id);
    seated.delete(shard.id);
    door.forget(shard.id);
    if (gateway.shards.size === 0) stopUpkeep(gateway);
  };

  const takeUpAgain = ({ index, manager: { gateway }, shard }: Seated, settled: number, reason: string): void => {
    abandonFlights(gateway, shard);
    shard.tracker = new SequenceTracker(settled);
    unreadableMessage(gateway, shard, new WireError('malformedPayload', reason));
    outbox.note({ type: 'tookUp', index });
  };

  const handle = (message: ToWorker): void => {
    if (message.type === 'options') {
      const manager = managers.get(message.shardCount);
      if (manager === undefined) makeManager(message.shardCount, message.options);
      else {
        adoptOptions(manager.gateway, message.options);
        manager.door.setOpen(message.options.crossing);
      }
    } else if (message.type === 'take') take(message.seat);
    else if (message.type === 'answer') questions.answered(message);
    else if (message.type === 'settled') {
      for (const [index, sessionId, seq] of message.list) {
        const seated = seats.get(index);
        if (seated?.shard.sessionId !== sessionId) continue;
        settleHeld(seated.manager.gateway, seated.shard, seq);
        seated.manager.door.settled(seated.shard.id, seq);
      }
    } else if ('index' in message) {
      const seated = seats.get(message.index);
      if (seated !== undefined) forShard(seated, message);
    }
  };

  const forShard = (seated: Seated, message: Extract<ToWorker, { index: number }>): void => {
    const { index, manager, shard } = seated;
    switch (message.type) {
      case 'input':
        return input(seated, message.input);
      case 'send': {
        const { gateway } = manager;
        const { id } = message;
        const told = (error?: unknown): void =>
          outbox.note({ type: 'sent', index, id, error: error === undefined ? undefined : sentError(error) });
        gateway.sendShardMessage(gateway, shard.id, message.message, message.options).then(() => told(), told);
        return;
      }
      case 'guild':
        return shard.guilds.set(message.id, message.status);
      case 'takeUpAgain':
        return takeUpAgain(seated, message.settled, message.reason);
      case 'probe':
        probe(seated, message.id).catch((error: unknown) => hookFailed(manager.gateway, 'worker', shard.id, error));
        return;
      case 'call':
        return manager.door.call(seated, message.seqs);
      case 'release':
        release(seated, message.drainMs).catch((error: unknown) =>
          hookFailed(manager.gateway, 'worker', shard.id, error),
        );
        return;
      case 'drop':
        return forget(seated);
      default:
        return message satisfies never;
    }
  };

  return {
    receive(message) {
      if (ready === undefined) handle(message);
      else row.push(message);
    },
    pulse() {
      for (const seated of seats.values()) {
        const figures = figuresOf(seated.shard, seated.index, clock.now());
        const { settled, counts, guildsAnnounced, requestedAt } = figures;
        const telling = JSON.stringify([settled, counts, guildsAnnounced, requestedAt]);
        if (telling === seated.told) continue;
        seated.told = telling;
        outbox.note({ type: 'figures', figures });
      }
    },
  };
}

/** The main thread hears of it by the life-cycle events. */
async function swallowed(started: Promise<void>): Promise<void> {
  await started.catch(() => {});
}
