import type { Payload } from '@shardgate/wire';
import type { DispatchPayload } from '../dispatch-payload.ts';
import { HELD } from '../held.ts';
import { hookFailed, isThenable } from '../report.ts';
import { managerOf } from '../shard/manager-of.ts';
import type { Shard } from '../shard/shard.ts';

/** Events that the handler of a worker's module works on and that this thread has to wait for, by sequence number. */
export interface ModuleCalls {
  /**
   * @param land called once, when the module and whoever it passes the event on to are done with it
   * @param hold called instead when it is settled by number
   */
  add(seq: number, land: () => void, hold?: () => void): void;
  has(seq: number): boolean;
  /** The module passes the event on to this thread's handler. */
  passedOn(seq: number, payload: Payload): void;
  /** The module is done with it. */
  handled(seq: number): void;
  /** Those that a new worker has to be told again. */
  seqs(): number[];
  /** Their session is over. */
  clear(): void;
}

interface Call {
  readonly land: () => void;
  readonly hold: () => void;
  /** What this thread's handler returned, if the module has passed the event on. */
  result: { readonly value: unknown } | undefined;
}

export function createModuleCalls(shard: Shard): ModuleCalls {
  const calls = new Map<number, Call>();
  const failed = (error: unknown): void => hookFailed(managerOf(shard), 'handleDiscordPayload', shard.id, error);
  return {
    add: (seq, land, hold = () => {}) => void calls.set(seq, { land, hold, result: undefined }),
    has: (seq) => calls.has(seq),
    passedOn(seq, payload) {
      const call = calls.get(seq);
      // Another worker has passed it on before it was lost.
      if (call === undefined || call.result !== undefined) return;
      const gateway = managerOf(shard);
      let value: unknown;
      try {
        value = gateway.handleDiscordPayload(gateway, payload as unknown as DispatchPayload, shard.id);
      } catch (error) {
        failed(error);
      }
      if (value === HELD) call.hold();
      call.result = { value };
    },
    handled(seq) {
      const call = calls.get(seq);
      if (call === undefined) return;
      calls.delete(seq);
      const { land, result } = call;
      const value = result?.value;
      // Settled by number, with all before it.
      if (value === HELD) return;
      if (!isThenable(value)) return land();
      value.then(land, (error: unknown) => {
        failed(error);
        land();
      });
    },
    seqs: () => [...calls.keys()],
    clear: () => calls.clear(),
  };
}
