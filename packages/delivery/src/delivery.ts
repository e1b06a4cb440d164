import type { Clock, GatewayManager, Random, SessionStore } from '@shardgate/gateway';
import type { EventEmitter } from 'eventemitter3';
import type { CommandIntake } from './commands/command-intake.ts';
import type { DeliveryEvents } from './delivery-events.ts';
import type { DeliveryRuntime } from './delivery-runtime.ts';
import type { DeliveryStatus } from './delivery-status.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { InteractionRules } from './interactions/interaction-rules.ts';
import type { Journal } from './journal/journal.ts';
import type { BackOff } from './lanes/back-off.ts';
import type { Soon } from '@shardgate/gateway';
import type { SinkFilter } from './sinks/sink-slot.ts';

/** The gateway's payload, as far as the delivery looks at it. */
export type AcceptedPayload = Parameters<GatewayManager['handleDiscordPayload']>[1] & {
  /** JSON text of the object before the event, or of a list of them for an event about several; set by a state that keeps them. */
  readonly old?: string;
};

/** Data of a delivery. */
export interface DeliveryState {
  /** What keeps events that no sink has acknowledged yet. Undefined: only memory does, and an event is settled when the required sinks have it. */
  readonly journal: Journal | undefined;
  /** Events unacknowledged for longer than this go to the journal, milliseconds. 0: all of them, at once. Default 250. */
  journalAfterMs: number;
  /**
   * Bounds of what one lane has under way. Default 1,024 events, 4 MiB. With a journal, what is acknowledged counts as well until its cursor, or the session, is on the disk: what
   * comes again after a crash is no more than one window. It counts up to half of the window, so that a disk that refuses holds nobody up; then more may come again.
   */
  window: { readonly events: number; readonly bytes: number };
  /** Bounds of one batch. Default 256 events, 256 KiB. */
  batch: { readonly events: number; readonly bytes: number };
  /**
   * Least time from one look at new events to the next, milliseconds: an event after a pause leaves at once, those of a stream leave together, which spares the
   * sockets. 0: after each tick. Default 5.
   */
  gatherMs: number;
  /** Bytes of events in memory over all shards; beyond it the oldest are only in the journal. Default 16 MiB. */
  maxMemoryBytes: number;
  /** Milliseconds in which a batch must be acknowledged, before it is sent again. Default 30,000. */
  ackTimeoutMs: number;
  /** Wait between two tries of a lane. Default 100 ms doubling to 30 s, with full jitter. */
  backOff: BackOff;
  /** How often a record that is refused alone is tried before it becomes a dead letter. Default 20. */
  maxDeliveries: number;
  /** Where refused records go. Undefined: they are counted and told, and gone. */
  readonly deadLetters: DeadLetters | undefined;
  /** Shown the events that commands are answered with. `createCommandIntake` makes one. */
  commands: Pick<CommandIntake, 'wants' | 'accept'> | undefined;
  /** What becomes of interactions while nobody answers them. */
  interactions: InteractionRules;
  readonly events: EventEmitter<DeliveryEvents>;
  readonly clock: Clock;
  readonly random: Random;
  readonly soon: Soon;
  /** Not for overriding. Not enumerable. */
  readonly runtime: DeliveryRuntime;
}

/** Methods of a delivery; each may be given as an option or assigned. */
export interface DeliveryMethods {
  /** Reads the journal and opens the sinks. Resolves when events may come; sinks that cannot be opened are tried again. Rejects when the journal's directory cannot be used. */
  start: (delivery: Delivery) => Promise<void>;
  /** Has a gateway's events come here: replaces its `handleDiscordPayload`, listens to its gaps and cuts, and sees to it that `stopGateway` waits for no consumer. */
  attach: (delivery: Delivery, gateway: GatewayManager) => void;
  /** Takes one event of a gateway. What it returns is for the gateway: `HELD`, or undefined for an event that is dealt with. */
  accept: (delivery: Delivery, gateway: GatewayManager, payload: AcceptedPayload, shardId: number) => unknown;
  /** Writes everything unacknowledged to the journal and waits until it is on disk; without a journal until the sinks have it. Ends after `deadlineMs` (default 5,000) at the latest. */
  drain: (delivery: Delivery, deadlineMs?: number) => Promise<void>;
  /** Ends sinks and journal. What is not acknowledged stays in the journal for the next process. */
  stop: (delivery: Delivery) => Promise<void>;
  /** Changes which events a sink gets, from those on that are not handed to it yet. @throws {RangeError} for a sink that is not here */
  filterSink: (delivery: Delivery, name: string, filter: SinkFilter) => void;
  /** Figures of all lanes and of the journal. */
  status: (delivery: Delivery) => DeliveryStatus;
}

/** What `createDelivery` returns. */
export interface Delivery extends DeliveryState, DeliveryMethods {
  /** The session store that goes with the journal; undefined without a journal. */
  readonly sessionStore: SessionStore | undefined;
}
