import type { Clock, DispatchPayload, GatewayManager, Random } from '@shardgate/gateway';
import type { RestManager } from '@shardgate/rest';
import type { StatusEvent, StatusKind } from './status-event.ts';

/** Where messages go: a webhook, or a channel as the bot. */
export type StatusTarget =
  /** The address is a secret; it is never shown. A query such as `?thread_id=…` stays. */
  { readonly webhookUrl: string } | { readonly channelId: string; readonly rest: RestManager };

/** Options of {@link createStatusMessages}. At least one of the two targets is given. */
export interface StatusMessagesOptions {
  /** Gets what happens to shards. Default: nobody. */
  readonly target?: StatusTarget | undefined;
  /** Gets guilds that the bot joined or left. Default: nobody. */
  readonly guildTarget?: StatusTarget | undefined;
  /**
   * Quiet time after which what was gathered is posted, milliseconds, 1,000 to 3,600,000; without a quiet time it is posted after twelve of them.
   * Default 5,000.
   */
  readonly intervalMs?: number | undefined;
  /** What is told. Default: everything but `connected`, which always comes together with `ready` or `resumed`. */
  readonly kinds?: readonly StatusKind[] | undefined;
  /** Name of a guild that the bot left; Discord gives only its id. Default: `Unknown`. What it throws is taken for that. */
  readonly guildName?: ((guildId: string) => string | undefined) | undefined;
  /** Hears, in one sentence without secrets, that messages are refused or late. What it throws is dropped. Default: does nothing. */
  readonly onProblem?: ((text: string) => void) | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** What {@link createStatusMessages} gives. */
export interface StatusMessages {
  /**
   * Listens to a gateway's life-cycle events, until the returned function or {@link StatusMessages.close} is called. Guilds need
   * {@link StatusMessages.tellDispatch}, too: they come as dispatches.
   */
  attach(gateway: GatewayManager): () => void;
  /** Adds one event. */
  tell(event: StatusEvent): void;
  /** Adds a dispatch that says that the bot joined or left a guild; looks at no other. For a place that sees every event. */
  tellDispatch(payload: DispatchPayload): void;
  /** Posts what was told so far. Resolves to whether all of it is posted or given up; at the latest after `deadlineMs` (default 10,000). */
  flush(deadlineMs?: number): Promise<boolean>;
  /** Posts what was told so far, for `deadlineMs` (default 3,000) at most, and ends. */
  close(deadlineMs?: number): Promise<void>;
}
