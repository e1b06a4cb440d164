import { GatewayError } from '../errors.ts';
import { ARRIVAL_SLACK_MS, createSendLimit } from './send-limit.ts';

/** A command that waits for the socket. */
export interface QueuedCommand {
  readonly op: number;
  /** The whole payload as it is sent: a text in JSON, bytes in ETF. */
  readonly frame: string | Buffer;
  /** Its data, for whoever wants to look. */
  readonly d?: unknown;
  /** Before all that is not. */
  readonly highPriority: boolean;
  /** Monotonic milliseconds after which it is not to be sent any more. */
  readonly expiresAt?: number;
  /** The command was written. Called by whoever took it from the queue. */
  resolve(): void;
  /** The command will not be written. */
  reject(error: Error): void;
}

/** What {@link CommandQueue.next} found: a command to write now, or how long to wait; undefined when the queue is empty. */
export type NextCommand = { readonly entry: QueuedCommand } | { readonly waitMs: number } | undefined;

/**
 * Commands of one shard in the order in which they may be sent: those of high priority first, first come first served otherwise.
 *
 * Of presence updates only the newest counts: one that waits is replaced in its place, and its promise settles with the newer one's.
 * Knows no clock: times are monotonic milliseconds and come as arguments.
 */
export interface CommandQueue {
  /** Takes a command; false, and the command is rejected with code `queueFull`, when `limit` of them wait. */
  enqueue(entry: QueuedCommand): boolean;
  /**
   * Takes the next command that may be sent out of the queue; it counts as sent. Commands past `expiresAt` are rejected with code
   * `expired` first. The general send limit is the caller's; a presence update that must wait for its own holds nothing else up.
   */
  next(now: number): NextCommand;
  /** Empties the queue and gives what waited, in order; their promises are the taker's. */
  takeAll(): QueuedCommand[];
  /** Empties the queue, rejecting every command. */
  rejectAll(error: Error): void;
  /** Forgets the presence updates already sent: a new connection starts at zero. */
  reset(): void;
  /** Commands whose promise waits, replaced presence updates included. */
  readonly size: number;
}

/** Options of {@link createCommandQueue}. */
export interface CommandQueueOptions {
  /** Commands that may wait. 1 or more. Default 1,000. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 1_000;

/** https://docs.discord.com/developers/events/gateway-events#update-presence */
const PRESENCE_UPDATE = 3;

/** Not in the documentation any more; the figure Discord's library authors go by, per connection. */
const PRESENCE_LIMIT = { limit: 5, windowMs: 20_000 + ARRIVAL_SLACK_MS };

interface Waiting {
  entry: QueuedCommand;
  /** Presence updates that this one replaced. */
  readonly replaced: QueuedCommand[];
}

/** @throws {RangeError} when `limit` is not a whole number of 1 or more */
export function createCommandQueue(options: CommandQueueOptions = {}): CommandQueue {
  const { limit = DEFAULT_LIMIT } = options;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new RangeError(`option limit: expected a whole number of 1 or more, got ${limit}`);
  const presences = createSendLimit(PRESENCE_LIMIT);
  /** High priority, then the others. */
  const rows: readonly [Waiting[], Waiting[]] = [[], []];
  let size = 0;

  const takeOut = (row: Waiting[], index: number): QueuedCommand | undefined => {
    const [waiting] = row.splice(index, 1);
    if (waiting === undefined) return undefined;
    size -= 1 + waiting.replaced.length;
    return settlingAll(waiting);
  };

  const rejectExpired = (now: number): void => {
    for (const row of rows) {
      for (let index = row.length - 1; index >= 0; index -= 1) {
        const expiresAt = row[index]?.entry.expiresAt ?? Number.POSITIVE_INFINITY;
        if (expiresAt > now) continue;
        const entry = takeOut(row, index);
        entry?.reject(new GatewayError('expired', `command op ${entry.op} could not be sent before it expired`));
      }
    }
  };

  /** Puts a presence update in the place of the one that waits, if one does. */
  const replacePresence = (entry: QueuedCommand): boolean => {
    for (const row of rows) {
      const index = row.findIndex((waiting) => waiting.entry.op === PRESENCE_UPDATE);
      const waiting = row[index];
      if (waiting === undefined) continue;
      waiting.replaced.push(waiting.entry);
      waiting.entry = entry;
      if (entry.highPriority && row === rows[1]) rows[0].push(...row.splice(index, 1));
      return true;
    }
    return false;
  };

  const takeAll = (): QueuedCommand[] => {
    size = 0;
    return rows.flatMap((row) => row.splice(0)).map(settlingAll);
  };

  return {
    enqueue(entry) {
      if (size >= limit) {
        entry.reject(
          new GatewayError('queueFull', `command op ${entry.op} was not taken: ${limit} commands are waiting already`),
        );
        return false;
      }
      size += 1;
      if (entry.op === PRESENCE_UPDATE && replacePresence(entry)) return true;
      rows[entry.highPriority ? 0 : 1].push({ entry, replaced: [] });
      return true;
    },
    next(now) {
      rejectExpired(now);
      const presenceWaitMs = presences.waitMs(now, 0);
      let blocked: QueuedCommand | undefined;
      for (const row of rows) {
        const index = row.findIndex(({ entry }) => presenceWaitMs === 0 || entry.op !== PRESENCE_UPDATE);
        const entry = takeOut(row, index < 0 ? row.length : index);
        if (entry !== undefined) {
          if (entry.op === PRESENCE_UPDATE) presences.take(now);
          return { entry };
        }
        blocked ??= row[0]?.entry;
      }
      if (blocked === undefined) return undefined;
      return { waitMs: Math.min(presenceWaitMs, (blocked.expiresAt ?? Number.POSITIVE_INFINITY) - now) };
    },
    takeAll,
    rejectAll(error) {
      for (const entry of takeAll()) entry.reject(error);
    },
    reset: () => presences.reset(),
    get size() {
      return size;
    },
  };
}

/** The command, with the promises of those it replaced tied to its own. */
function settlingAll({ entry, replaced }: Waiting): QueuedCommand {
  if (replaced.length === 0) return entry;
  const all = [...replaced, entry];
  return {
    ...entry,
    resolve: () => all.forEach((one) => one.resolve()),
    reject: (error) => all.forEach((one) => one.reject(error)),
  };
}
