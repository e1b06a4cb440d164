import type { DispatchData } from '../event.ts';
import type { EventGap } from '../event-gap.ts';
import type { ReshardNotice } from '../reshard-notice.ts';
import type { StreamEvent } from './client-event.ts';
import type { Commands } from './commands.ts';
import type { IntakeStatus } from './event-intake.ts';

/** What happens to the client itself. All lower case, so none is ever mistaken for an event of Discord's. */
export interface ClientEvents {
  /** A connection is there. `id` is how the gateway calls this one. */
  connected: [{ readonly id: string }];
  /** It is lost, or was closed; unless it was closed, the next one is on its way. */
  disconnected: [{ readonly reason: string }];
  /** The events of a lane (`<shard>/<shardCount>`) come to this client from here on. */
  leased: [{ readonly lane: string }];
  /** They go to another. */
  revoked: [{ readonly lane: string }];
  /** Events of a shard are lost; told where they would have come. */
  gap: [EventGap];
  /** The bot was resharded; told after the last event of the old shards and before the first of a new one, to the client that holds the first new lane. */
  reshard: [ReshardNotice];
  /** Something failed. With the event when it was a handler of one. */
  error: [unknown, StreamEvent?];
}

/** Figures since the client was created. */
export interface EventClientStatus extends IntakeStatus {
  /** Handlers that threw, rejected or took too long. */
  readonly failures: number;
  readonly isConnected: boolean;
  readonly lanes: readonly string[];
}

/** How a client is closed. */
export interface CloseOptions {
  /** Lets running handlers finish and acknowledges what they did, and hands the lanes on. @defaultValue `true` */
  readonly drain?: boolean;
  /** Longest time that may take, milliseconds. @defaultValue `15_000` */
  readonly deadlineMs?: number;
}

/** Receives events from a stream sink of the gateway, and sends it commands. */
export interface EventClient extends Commands {
  readonly name: string;
  readonly isConnected: boolean;
  /** Shards of the bot, as the newest lane or reshard says; undefined before the first. */
  readonly shardCount: number | undefined;
  /**
   * Handles one event: calls its listeners, then those of `*`. The event is acknowledged when what this gives has settled. Replace it by an option or
   * by assignment to do something else with every event. What happens when it throws says `onHandlerError`.
   */
  handleEvent(client: EventClient, event: StreamEvent): unknown;
  /**
   * Connects, and from then on keeps a connection until `close`. Resolves when the gateway has let it in. Rejects when the key is refused
   * (`refused`), the client is closed (`closed`), or the deadline passes (`timeout`): then it goes on trying all the same.
   */
  connect(options?: { readonly deadlineMs?: number }): Promise<void>;
  /** Adds a listener for an event of Discord's; an event is acknowledged when all its listeners have settled. Gives a function that takes it away. */
  on<Name extends keyof DispatchData>(
    name: Name,
    listener: (data: DispatchData[Name], event: StreamEvent<Name>) => unknown,
  ): () => void;
  /** For every event of Discord's. */
  on(name: '*', listener: (data: unknown, event: StreamEvent) => unknown): () => void;
  /** For what happens to the client. Such listeners are not awaited. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): () => void;
  /** For an event that is not in discord-api-types yet. */
  on(name: Uppercase<string>, listener: (data: unknown, event: StreamEvent) => unknown): () => void;
  /**
   * The events as a loop: each is acknowledged when the loop asks for the next one. One that a loop was left with goes to the next loop. From the
   * first call on every event waits for a loop, so either loop until `close` or use `on`.
   */
  events(): AsyncIterableIterator<StreamEvent>;
  status(): EventClientStatus;
  /** Ends the connection for good. Never rejects. */
  close(options?: CloseOptions): Promise<void>;
}
