import { encodeCommand, MAX_COMMAND_BYTES, Op } from '@shardgate/wire';
import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { contained } from '../report.ts';
import type { SendOptions, ShardCommand } from '../shard-command.ts';
import type { Shard } from '../shard/shard.ts';
import { unattended } from '../unattended.ts';
import { shardOf } from './shard-of.ts';

/** What a bot may send by itself; sessions and heartbeats are the gateway's business. */
const COMMANDS: ReadonlySet<number> = new Set([
  Op.PresenceUpdate,
  Op.VoiceStateUpdate,
  Op.RequestGuildMembers,
  Op.RequestSoundboardSounds,
  Op.RequestChannelInfo,
]);

/** Default of {@link GatewayMethods.sendShardMessage}. */
export function sendShardMessage(
  gateway: GatewayManager,
  target: number | Shard,
  message: ShardCommand,
  options: SendOptions | boolean = {},
): Promise<void> {
  const { highPriority = false, expiresAfterMs } = typeof options === 'boolean' ? { highPriority: options } : options;
  const sent = new Promise<void>((resolve, reject) => {
    const shard = typeof target === 'number' ? shardOf(gateway, target) : target;
    if (shard.status === 'stopped' || shard.status === 'fatal')
      throw new GatewayError('stopped', `shard ${shard.id} is ${shard.status} and sends nothing`, {
        shardId: shard.id,
      });
    const frame = encode(gateway, shard.id, message);
    if (message.op === Op.PresenceUpdate) shard.presence = message.d;
    if (shard.remote !== undefined) {
      const sending = { highPriority, ...(expiresAfterMs === undefined ? {} : { expiresAfterMs }) };
      shard.remote.send(message, sending).then(resolve, reject);
      return;
    }
    const expires = expiresAfterMs === undefined ? {} : { expiresAt: gateway.clock.now() + expiresAfterMs };
    shard.commands.enqueue({ op: message.op, d: message.d, frame, highPriority, ...expires, resolve, reject });
    contained(gateway, 'processGatewayQueue', shard.id, () => gateway.processGatewayQueue(gateway, shard.id));
  });
  return unattended(sent);
}

function encode(gateway: GatewayManager, shardId: number, message: ShardCommand): string | Buffer {
  if (!COMMANDS.has(message.op)) {
    throw new GatewayError(
      'invalidCommand',
      `op ${message.op} is not a command for bots; it must be one of ${[...COMMANDS].join(', ')}`,
      { shardId },
    );
  }
  let frame: string | Buffer;
  try {
    frame = encodeCommand({ op: message.op, d: message.d }, gateway.encoding);
  } catch (cause) {
    throw new GatewayError('invalidCommand', `command op ${message.op} cannot be serialised`, { shardId, cause });
  }
  const bytes = Buffer.byteLength(frame);
  if (bytes > MAX_COMMAND_BYTES) {
    throw new GatewayError(
      'invalidCommand',
      `command op ${message.op} has ${bytes} bytes; Discord takes ${MAX_COMMAND_BYTES}: send it in parts`,
      { shardId },
    );
  }
  return frame;
}
