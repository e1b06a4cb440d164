import type { Command, CommandClient, CommandRole } from './command.ts';
import { CommandError } from './command-error.ts';

/** The least role that a command needs. */
const NEEDED: Readonly<Record<Command['type'], CommandRole>> = {
  shardPayload: 'commands',
  presence: 'commands',
  voiceState: 'commands',
  requestMembers: 'commands',
  requestSoundboard: 'commands',
  requestChannelInfo: 'commands',
  reconnect: 'admin',
  status: 'events',
  shardOf: 'events',
  SHARD_PAYLOAD: 'commands',
  GET_SHARD_INFO: 'events',
  ShardPayload: 'commands',
  EditShardsPresence: 'commands',
  ShardInfoFromGuild: 'events',
};

/** Each role with those that include it. */
const INCLUDED_IN: Readonly<Record<CommandRole, readonly unknown[]>> = {
  events: ['events', 'commands', 'admin'],
  commands: ['commands', 'admin'],
  admin: ['admin'],
};

/** @throws {CommandError} `forbidden`, also when the roles cannot be told */
export function checkRole(
  command: Command,
  client: CommandClient,
  roles: (client: CommandClient) => readonly CommandRole[],
): void {
  const needed = NEEDED[command.type];
  let held: unknown;
  let cause: unknown;
  try {
    held = roles(client);
  } catch (error) {
    cause = error;
  }
  if (Array.isArray(held) && held.some((role) => INCLUDED_IN[needed].includes(role))) return;
  throw new CommandError('forbidden', `${command.type} needs the role ${needed}, which this client does not have`, {
    cause,
  });
}
