import type { Payload } from '@shardgate/wire';
import type { SendOptions, ShardCommand } from '../shard-command.ts';
import type { ShardInput } from './input.ts';
import type { Probe } from './probe.ts';

/**
 * What a shard has instead of a connection while its socket is in a worker: the shard here is a mirror of the one there. Looked at where something is asked of a shard, never on
 * the way of an event.
 */
export interface RemoteLink {
  /** Feeds the state machine over there. */
  apply(input: ShardInput): void;
  /** Sends a command that was found good. Resolves when it was written to the socket. */
  send(message: ShardCommand, options: SendOptions): Promise<void>;
  /** Commands that were not written yet never will be. */
  rejectCommands(error: Error): void;
  /** Commands that were not written yet. */
  readonly openCommands: number;
  /** See `sendProbe`. */
  probe(): Probe | undefined;
  /** What the filters over there made of a dispatch that came as Discord sent it, because the shard is being resharded; undefined for one that they hold back. */
  filtered(payload: Payload): Payload | undefined;
  /** Has the handler that a module put in the worker take such a dispatch; false when there is none, and it is this thread's handler's. */
  handle(payload: Payload, done: () => void): boolean;
  /** An event's data is damaged: has the session taken up again where everything is settled. */
  takeUpAgain(error: Error): void;
}
