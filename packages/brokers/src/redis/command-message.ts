import { CommandError } from '@shardgate/delivery';

/** A command as it stands in a list. */
export interface CommandMessage {
  /** Comes back with each answer. */
  readonly id: string | number | undefined;
  /** List for the answers. */
  readonly replyTo: string | undefined;
  /** What the command intake takes, in the order in which it is asked: all but the last only tell where the guild's shard is. */
  readonly command: unknown;
}

/** A guild's payload whose shard is to be looked up. */
export interface GuildPayload {
  readonly guildId: unknown;
  readonly data: object;
}

const MAX_NAME = 512;

/**
 * Reads `{"command":{…},"id"?:…,"replyTo"?:…}` with one of Shardgate's commands, or a payload as tatsu's bots push it, `{"op":n,"d":{…}}`, with
 * `shard` where its sender knows it.
 *
 * @throws {CommandError} `tooLarge` or `invalid`, without any value of the message
 */
export function readCommandMessage(text: string, maxBytes: number): CommandMessage {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw new CommandError('tooLarge', `the message has ${bytes} bytes, of ${maxBytes} at most`);
  const message = parsed(text);
  return {
    id: idIn(message),
    replyTo: replyToIn(message),
    command: Object.hasOwn(message, 'op') ? payloadCommand(message) : Reflect.get(message, 'command'),
  };
}

/** A payload without a shard, where its guild decides. Undefined for every other command. */
export function guildPayloadIn(command: unknown): GuildPayload | undefined {
  return typeof command === 'object' && command !== null && 'guildId' in command && 'data' in command
    ? { guildId: command.guildId, data: command.data as object }
    : undefined;
}

function parsed(text: string): object {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message;
  } catch {
    throw new CommandError('invalid', 'the message is not JSON');
  }
  throw new CommandError('invalid', 'the message is not a JSON object');
}

function idIn(message: object): string | number | undefined {
  const id: unknown = Reflect.get(message, 'id');
  return typeof id === 'number' || (typeof id === 'string' && id.length <= MAX_NAME) ? id : undefined;
}

function replyToIn(message: object): string | undefined {
  const replyTo: unknown = Reflect.get(message, 'replyTo');
  return typeof replyTo === 'string' && replyTo !== '' && replyTo.length <= MAX_NAME ? replyTo : undefined;
}

function payloadCommand(message: object): unknown {
  const op: unknown = Reflect.get(message, 'op');
  const d: unknown = Reflect.get(message, 'd');
  const shardId: unknown = Reflect.get(message, 'shard') ?? undefined;
  const data = { op, d };
  if (shardId !== undefined) return { type: 'shardPayload', shardId, data };
  // A presence without a shard is for all of them.
  if (op === 3) return { type: 'presence', data: d };
  const inner = typeof d === 'object' && d !== null ? d : {};
  if (op === 31) return { type: 'requestSoundboard', guildIds: Reflect.get(inner, 'guild_ids') };
  return { guildId: Reflect.get(inner, 'guild_id'), data };
}
