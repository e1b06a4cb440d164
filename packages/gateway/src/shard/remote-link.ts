import type { SendOptions, ShardCommand } from '../shard-command.ts';
import type { ShardInput } from './input.ts';

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
  /** An event's data is damaged: has the session taken up again where everything is settled. */
  takeUpAgain(error: Error): void;
}
