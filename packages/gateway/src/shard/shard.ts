import type { GuildRegistry } from '../filters/guild-registry.ts';
import type { IdentifyPermit } from '../identify/identify-queue.ts';
import type { TimerHandle } from '../ports/clock.ts';
import type { GatewaySocket } from '../ports/socket.ts';
import type { CommandQueue } from './command-queue.ts';
import type { Connection } from './connection.ts';
import type { ShardInput } from './input.ts';
import type { RemoteLink } from './remote-link.ts';
import { initialState, type ShardState, type ShardStatus } from './phase.ts';
import type { SendLimit } from './send-limit.ts';
import { SequenceTracker } from './sequence.ts';

/** Heartbeat figures of a shard, milliseconds; wall-clock where it says "at". */
export interface ShardHeartbeat {
  /** When the last one was sent; 0 before the first. */
  lastSentAt: number;
  /** When the last acknowledgement came; 0 before the first. */
  lastReceivedAt: number;
  /** False while a heartbeat waits for its acknowledgement. */
  acknowledged: boolean;
  /** Discord's interval; 0 before HELLO. */
  interval: number;
  /** From heartbeat to acknowledgement; undefined before the first. */
  latency: number | undefined;
}

/** What a shard's parts are made of; the manager supplies them. */
export interface ShardParts {
  readonly guilds: GuildRegistry;
  readonly commands: CommandQueue;
  readonly sendLimit: SendLimit;
  readonly beats: SendLimit;
}

/** A checkpoint as the store has it. */
export interface StoredPosition {
  readonly sessionId: string;
  readonly seq: number;
}

/**
 * One shard: its state and what hangs on it. Read what you like; what has a setter of its own kind of change (`gateway.resume`,
 * `gateway.identify`, `gateway.sendShardMessage`) is changed through that.
 */
export class Shard {
  /** The manager whose shard it is: read it with `managerOf`. Not enumerable: a shard in a log would bring everything along. */
  declare manager: unknown;
  /** Set while the socket is in a worker and this is its mirror. Not enumerable either. */
  declare remote: RemoteLink | undefined;
  readonly id: number;
  /** `num_shards` of the next IDENTIFY and of the stored session. */
  shardCount: number;
  /** What the transition function knows. Replaced as a whole. */
  state: ShardState = initialState(undefined);
  /** Of the session in `state`. */
  tracker: SequenceTracker = new SequenceTracker(0);
  connection: Connection | undefined;
  readonly heartbeat: ShardHeartbeat = {
    lastSentAt: 0,
    lastReceivedAt: 0,
    acknowledged: true,
    interval: 0,
    latency: undefined,
  };
  readonly guilds: GuildRegistry;
  readonly commands: CommandQueue;
  /** Everything sent on this connection. */
  readonly sendLimit: SendLimit;
  /** Of that, the heartbeats that fell due. */
  readonly beats: SendLimit;
  /** Dispatches whose handler has not settled. */
  inFlightEvents = 0;
  /** Their size, bytes of JSON text. */
  inFlightBytes = 0;
  /** Monotonic milliseconds since when reading is paused; undefined while it is not. */
  pausedSince: number | undefined;
  /** Numbers that come again, of events that older shards have handed over: see `ReshardMark`. */
  covered: Set<number> | undefined;
  /** Monotonic milliseconds of the last request for members, and of the answers to it after a reshard. */
  requestedAt: number = Number.NEGATIVE_INFINITY;
  /** The newest presence, for the next IDENTIFY. */
  presence: unknown;
  /** From READY, or from the checkpoint. */
  userId: string | null = null;
  applicationId: string | null = null;
  /** What the session store holds; heartbeats carry no more than that. */
  stored: StoredPosition | undefined;
  /** The right to identify, from the grant to READY. */
  permit: IdentifyPermit | undefined;
  /** Ends the wait for a permit. */
  permitWait: AbortController | undefined;
  /** Timers of the phase, the heartbeat and the command queue. */
  phaseTimer: TimerHandle;
  heartbeatTimer: TimerHandle;
  commandTimer: TimerHandle;
  /** The pacer has given this shard its place in the row of connections. */
  paced = false;
  /** Op of the last command written on this connection, for the blame after a 4001 or 4002. */
  lastCommandOp: number | undefined;
  /** Permits refused in a row by a failing `requestIdentify`. */
  permitFailures = 0;
  /** All guilds of READY's list have arrived, or were given up, and that was said. */
  guildsAnnounced = false;
  /** Monotonic milliseconds of READY or of the last guild after it. */
  lastGuildAt = 0;
  /** Inputs that wait for the one being dealt with. */
  readonly inbox: ShardInput[] = [];
  /** Counters since the process started. */
  readonly counts = {
    received: 0,
    duplicates: 0,
    filtered: 0,
    hookErrors: 0,
    protocolErrors: 0,
    sequenceJumps: 0,
    identifies: 0,
    resumes: 0,
    reconnects: 0,
  };

  constructor(manager: unknown, id: number, shardCount: number, parts: ShardParts) {
    Object.defineProperty(this, 'manager', { value: manager, writable: true, enumerable: false });
    Object.defineProperty(this, 'remote', { value: undefined, writable: true, enumerable: false });
    this.id = id;
    this.shardCount = shardCount;
    this.guilds = parts.guilds;
    this.commands = parts.commands;
    this.sendLimit = parts.sendLimit;
    this.beats = parts.beats;
  }

  /** Where the shard stands: name of its phase. */
  get status(): ShardStatus {
    return this.state.phase.kind;
  }

  /** READY or RESUMED came on the current connection. */
  get ready(): boolean {
    return this.state.phase.kind === 'ready';
  }

  /** RESUME was sent, RESUMED has not come. */
  get resuming(): boolean {
    return this.state.phase.kind === 'resuming';
  }

  /** The socket, if there is one now. */
  get ws(): GatewaySocket | undefined {
    return this.connection?.socket;
  }

  /** Address of the connection that is there or being opened. */
  get connectUrl(): string | undefined {
    return this.connection?.url;
  }

  /** Discord's session id, or '' without a session. */
  get sessionId(): string {
    return this.state.session?.sessionId ?? '';
  }

  /** Highest settled sequence number, or null without a session: what RESUME says. */
  get previousSequenceNumber(): number | null {
    return this.state.session === undefined ? null : this.tracker.settled;
  }

  /** What a heartbeat says: highest sequence number that is settled and stored, or null. A heartbeat may be taken for an acknowledgement by Discord: docs/decisions/0003. */
  get heartbeatSequence(): number | null {
    const { stored } = this;
    return stored !== undefined && stored.seq > 0 && stored.sessionId === this.state.session?.sessionId
      ? stored.seq
      : null;
  }

  /** Guilds of this shard that an outage hides. */
  get unavailableGuildIds(): ReadonlySet<bigint> {
    return new Set(Array.from(this.guilds.ids('unavailable'), BigInt));
  }
}
