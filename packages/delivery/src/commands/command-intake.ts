import type { Clock, GatewayManager } from '@shardgate/gateway';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, clockPort, milliseconds, port, wholeNumber } from '../options/shapes.ts';
import { checkRole } from './check-role.ts';
import type { Command, CommandClient, CommandRole } from './command.ts';
import { CommandError, fromGatewayError } from './command-error.ts';
import * as defaults from './defaults.ts';
import { createFairSender } from './fair-sender.ts';
import { createMemberRequests } from './member-requests.ts';
import type { SeenDispatch } from './member-requests.ts';
import { parseCommand } from './parse-command.ts';
import { createReconnects } from './reconnects.ts';
import { runCommand } from './run-command.ts';
import { locateGuild } from './shard-lookup.ts';
import type { IntakeParts } from './run-command.ts';

/** Options of {@link createCommandIntake}. All but `gateway` may be left out. */
export interface CommandIntakeOptions {
  readonly gateway: GatewayManager;
  /** Default: the gateway's. */
  readonly clock?: Clock;
  /**
   * The roles of a client. Called for each command. Default: every client has `events` and `commands`, none has `admin`. If it throws or gives
   * no array, the client has none.
   */
  readonly roles?: (client: CommandClient) => readonly CommandRole[];
  /** Commands of one client that may wait, over all shards. Default 1,000. */
  readonly maxQueuedPerClient?: number;
  /** Commands of all clients that may wait. Default 10,000. */
  readonly maxQueued?: number;
  /** Commands of one client that the gateway has for one shard at a time. Default 4. */
  readonly maxUnderWayPerClient?: number;
  /** Commands of all clients that the gateway has for one shard at a time. Default 32. */
  readonly maxUnderWayPerShard?: number;
  /** Member requests of one client that may wait for their answer. Default 64. */
  readonly maxMemberRequestsPerClient?: number;
  /** Member requests of all clients that may wait for their answer. Default 1,000. */
  readonly maxMemberRequests?: number;
  /** Time without a chunk after which a member request fails, milliseconds. Default 30,000. */
  readonly chunkTimeoutMs?: number;
}

/** Takes commands from clients, from whatever door they come through, and carries them out on a gateway. */
export interface CommandIntake {
  /**
   * Carries out a {@link Command}, given as anything at all: it is checked here. Resolves with what the command's line says. Rejects with a
   * {@link CommandError} and nothing else, at the latest when the command's time is over. A rejection that nobody looks at is not an unhandled one.
   *
   * @param onChunk gets the parts of an answer before the promise resolves. They are shared: not to be written to. If it throws, the
   * command is given up with `closed`.
   */
  execute(client: CommandClient, command: unknown, onChunk?: (payload: unknown) => void): Promise<unknown>;
  /** Whether {@link CommandIntake.accept} would look at an event of this name now. */
  wants(t: string | null): boolean;
  /** Shows it a dispatch, which is delivered elsewhere all the same. Does not throw. */
  accept(event: SeenDispatch): void;
  /** For metrics. */
  status(): { readonly queued: number; readonly memberRequests: number };
  /** Rejects everything that waits with `closed`, and whatever comes later. May be called again. */
  close(): void;
}

const count = wholeNumber(1).optional();
const shape = {
  gateway: port('sendShardMessage', 'resume'),
  clock: clockPort.optional(),
  roles: anyFunction.optional(),
  maxQueuedPerClient: count,
  maxQueued: count,
  maxUnderWayPerClient: count,
  maxUnderWayPerShard: count,
  maxMemberRequestsPerClient: count,
  maxMemberRequests: count,
  chunkTimeoutMs: milliseconds(1).optional(),
};

/**
 * Creates the intake; starts nothing.
 *
 * @throws {TypeError | RangeError} when an option is unknown or wrong
 */
export function createCommandIntake(options: CommandIntakeOptions): CommandIntake {
  checkOptions('createCommandIntake', options, shape);
  const { gateway, clock = gateway.clock, roles = defaultRoles } = options;
  const sender = createFairSender(gateway, clock, {
    maxQueued: options.maxQueued ?? defaults.MAX_QUEUED,
    maxQueuedPerClient: options.maxQueuedPerClient ?? defaults.MAX_QUEUED_PER_CLIENT,
    maxUnderWayPerClient: options.maxUnderWayPerClient ?? defaults.MAX_UNDER_WAY_PER_CLIENT,
    maxUnderWayPerShard: options.maxUnderWayPerShard ?? defaults.MAX_UNDER_WAY_PER_SHARD,
  });
  const members = createMemberRequests({
    clock,
    random: () => gateway.random(),
    send: sender.send,
    shardOf: (guildId) => locateGuild(gateway, guildId),
    maxRequests: options.maxMemberRequests ?? defaults.MAX_MEMBER_REQUESTS,
    maxRequestsPerClient: options.maxMemberRequestsPerClient ?? defaults.MAX_MEMBER_REQUESTS_PER_CLIENT,
    chunkTimeoutMs: options.chunkTimeoutMs ?? defaults.CHUNK_TIMEOUT_MS,
  });
  const parts: IntakeParts = { gateway, sender, members, reconnects: createReconnects(gateway, clock) };
  let isClosed = false;

  const execute = async (client: CommandClient, input: unknown, onChunk?: (payload: unknown) => void) => {
    if (isClosed) throw new CommandError('closed', 'the gateway takes no commands any more');
    const command: Command = parseCommand(input);
    checkRole(command, client, roles);
    try {
      return await runCommand(parts, client.id, command, onChunk);
    } catch (error) {
      throw fromGatewayError(error, command.type);
    }
  };

  return {
    execute(client, command, onChunk) {
      const done = execute(client, command, onChunk);
      done.catch(() => {});
      return done;
    },
    wants: members.wants,
    accept: members.accept,
    status: () => ({ queued: sender.queued, memberRequests: members.size }),
    close() {
      isClosed = true;
      members.close();
      sender.close();
      parts.reconnects.close();
    },
  };
}

const DEFAULT_ROLES: readonly CommandRole[] = ['events', 'commands'];

function defaultRoles(): readonly CommandRole[] {
  return DEFAULT_ROLES;
}
