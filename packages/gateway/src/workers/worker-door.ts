import type { Payload } from '@shardgate/wire';
import type { DispatchPayload } from '../dispatch-payload.ts';
import { filterDispatch } from '../filters/filter-dispatch.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { pause } from '../ports/pause.ts';
import { hookFailed, isThenable } from '../report.ts';
import type { Crossing } from '../reshard/crossing.ts';
import { pauseIfFull, takeOff } from '../shard/in-flight.ts';
import type { SequenceTracker } from '../shard/sequence.ts';
import type { Shard } from '../shard/shard.ts';
import type { Outbox } from './batch.ts';
import { FOR_MODULE, verdictOf } from './verdict.ts';

/** A shard as the main thread names it. */
export interface SeatedShard {
  readonly index: number;
  readonly shard: Shard;
}

/**
 * Stands at the door of a worker's shards while they are resharded. Which of two generations' events are handed over is decided in the main thread, which sees all shards: every dispatch goes there as
 * Discord sent it, with what the filters here made of it. A handler of the user's module waits until it is told.
 */
export interface WorkerDoor {
  /** Whether a reshard concerns these shards. */
  setOpen(open: boolean): void;
  /** The module's handler is to have these events; those that are not here will come. */
  call(seated: SeatedShard, seqs: readonly number[]): void;
  /** The module's handler has returned a promise. Gives one that settles likewise. */
  took(shardId: number, seq: number, result: PromiseLike<unknown>): Promise<unknown>;
  /** An event is to cross now. Whether the main thread knows already that the module works on it. */
  crosses(shardId: number, seq: number | null): boolean;
  /** The main thread is done with everything up to a number. */
  settled(shardId: number, seq: number): void;
  forget(shardId: number): void;
}

/** What is under way between a shard's module and the main thread. */
interface Exchange {
  /** Of the session, and the way of counting it, that the rest belongs to. */
  readonly tracker: SequenceTracker;
  readonly waiting: Map<number, Payload>;
  readonly wanted: Set<number>;
  readonly called: Set<number>;
  /** What the module works on without the main thread knowing: that need not know unless later events reach it before. */
  readonly untold: Set<number>;
}

/** @param hasHandler whether the module has replaced the handler that hands everything over */
export function createWorkerDoor(
  gateway: GatewayManager,
  seatOf: (shardId: number) => SeatedShard | undefined,
  outbox: Outbox,
  hasHandler: () => boolean,
): WorkerDoor {
  const exchanges = new Map<number, Exchange>();
  let open = false;
  /** The event that crossed last. */
  let crossedShard = -1;
  let crossedSeq: number | null = null;

  const exchangeOf = (shard: Shard): Exchange => {
    let exchange = exchanges.get(shard.id);
    if (exchange?.tracker !== shard.tracker) {
      exchange = {
        tracker: shard.tracker,
        waiting: new Map(),
        wanted: new Set(),
        called: new Set(),
        untold: new Set(),
      };
      exchanges.set(shard.id, exchange);
    }
    return exchange;
  };

  const hand = ({ index, shard }: SeatedShard, exchange: Exchange, seq: number, payload: Payload): void => {
    exchange.called.add(seq);
    const finish = (): void => {
      exchange.called.delete(seq);
      outbox.note({ type: 'handled', index, seq });
    };
    const failed = (error: unknown): void => {
      hookFailed(gateway, 'handleDiscordPayload', shard.id, error);
      finish();
    };
    try {
      const result: unknown = gateway.handleDiscordPayload(gateway, payload as unknown as DispatchPayload, shard.id);
      if (isThenable(result)) atMost(result, gateway).then(finish, failed);
      else finish();
    } catch (error) {
      failed(error);
    }
  };

  const crossing: Crossing = {
    takes(shard, payload) {
      const { tracker } = shard;
      const { s } = payload;
      const seated = seatOf(shard.id);
      if (s === null || seated === undefined) return false;
      const exchange = exchangeOf(shard);
      const wanted = exchange.wanted.delete(s);
      if (!open && !wanted) return false;
      const passed = filterDispatch(gateway, shard, payload);
      takeOff(shard, tracker.begin(s, payload.bytes.length, gateway.clock.now(), true));
      pauseIfFull(gateway, shard);
      const forModule = passed !== undefined && hasHandler();
      if (wanted && forModule) hand(seated, exchange, s, passed);
      else if (wanted) outbox.note({ type: 'handled', index: seated.index, seq: s });
      else {
        if (forModule) exchange.waiting.set(s, passed);
        outbox.dispatch(seated.index, payload, verdictOf(payload, passed) | (forModule ? FOR_MODULE : 0));
      }
      return true;
    },
  };

  return {
    setOpen(isOpen) {
      open = isOpen;
      // Events that are wanted may still come when it is over.
      if (open || Array.from(exchanges.values()).some(({ wanted }) => wanted.size > 0))
        gateway.runtime.crossing = crossing;
      else gateway.runtime.crossing = undefined;
    },
    call(seated, seqs) {
      const exchange = exchangeOf(seated.shard);
      for (const seq of seqs) {
        const payload = exchange.waiting.get(seq);
        exchange.waiting.delete(seq);
        if (payload !== undefined) hand(seated, exchange, seq, payload);
        else if (!exchange.called.has(seq)) exchange.wanted.add(seq);
      }
      if (exchange.wanted.size > 0) gateway.runtime.crossing = crossing;
    },
    took(shardId, seq, result) {
      const seated = seatOf(shardId);
      const exchange = seated === undefined ? undefined : exchangeOf(seated.shard);
      // One that the main thread has, or knows of, is waited for there.
      if (shardId === crossedShard && seq === crossedSeq) return Promise.resolve(result);
      if (exchange === undefined || exchange.called.has(seq) || exchange.untold.has(seq))
        return Promise.resolve(result);
      exchange.untold.add(seq);
      return Promise.resolve(result).finally(() => {
        if (!exchange.untold.delete(seq) && exchange.called.delete(seq))
          outbox.note({ type: 'handled', index: seated?.index ?? -1, seq });
      });
    },
    crosses(shardId, seq) {
      crossedShard = shardId;
      crossedSeq = seq;
      const exchange = exchanges.get(shardId);
      if (exchange === undefined || seq === null) return false;
      const { untold, called } = exchange;
      const seated = untold.size === 0 ? undefined : seatOf(shardId);
      if (seated !== undefined && exchange.tracker === seated.shard.tracker) {
        const seqs = [...untold].toSorted((one, other) => one - other);
        outbox.note({ type: 'taken', index: seated.index, seqs });
        for (const one of seqs) called.add(one);
        untold.clear();
      }
      return called.has(seq);
    },
    settled(shardId, settledSeq) {
      const exchange = exchanges.get(shardId);
      if (exchange === undefined) return;
      for (const list of [exchange.waiting, exchange.wanted])
        for (const seq of list.keys()) if (seq <= settledSeq) list.delete(seq);
    },
    forget: (shardId) => void exchanges.delete(shardId),
  };
}

/** A handler's promise that takes longer than its time is not waited for. */
async function atMost(result: PromiseLike<unknown>, { clock, handlerTimeoutMs }: GatewayManager): Promise<void> {
  const over = new AbortController();
  const late = pause(clock, handlerTimeoutMs, over.signal).then(() => {
    if (!over.signal.aborted) throw new Error(`the handler did not settle within ${handlerTimeoutMs} ms`);
  });
  try {
    await Promise.race([result, late]);
  } finally {
    over.abort();
  }
}
