import type { GatewayManager, GatewayShard } from '@shardgate/gateway';
import type { Command, Presence, RawPayload } from './command.ts';
import { CommandError } from './command-error.ts';
import * as defaults from './defaults.ts';
import { GUILDS_PER_SOUNDBOARD_REQUEST } from './discord-limits.ts';
import type { FairSender } from './fair-sender.ts';
import type { MemberRequests } from './member-requests.ts';
import type { Reconnects } from './reconnects.ts';
import { sendingShard, shardCountOf, shardIdOf } from './shard-lookup.ts';
import { reportShardOf, reportStatus, reportToDiscordeno } from './shard-report.ts';

/** What carrying out a command needs. */
export interface IntakeParts {
  readonly gateway: GatewayManager;
  readonly sender: FairSender;
  readonly members: MemberRequests;
  readonly reconnects: Reconnects;
}

/** Carries out a command that was checked. May reject with whatever the gateway throws. */
export async function runCommand(
  parts: IntakeParts,
  clientId: string,
  command: Command,
  onChunk: ((payload: unknown) => void) | undefined,
): Promise<unknown> {
  const { gateway, sender, members, reconnects } = parts;
  const { expiresAfterMs = defaults.EXPIRES_AFTER_MS } = command;
  const send = async (shardId: number, payload: RawPayload): Promise<Record<string, never>> => {
    checkGuilds(payload, sendingShard(gateway, shardId));
    // All members of a guild are limited by guild, whoever asks for them.
    if (payload.op === 8) await members.sendRaw(clientId, shardId, payload, expiresAfterMs);
    else await sender.send(clientId, shardId, payload, expiresAfterMs);
    return {};
  };
  const shardFor = (guildId: string): number => shardIdOf(guildId, shardCountOf(gateway));

  switch (command.type) {
    case 'shardPayload':
    case 'SHARD_PAYLOAD':
      return send(command.shardId, command.data);
    case 'ShardPayload':
      return send(command.shardId, command.payload);
    case 'presence':
      return setPresence(parts, clientId, command.data, command.shardId, expiresAfterMs);
    case 'EditShardsPresence':
      return setPresence(parts, clientId, command.payload, undefined, expiresAfterMs);
    case 'voiceState': {
      const { guildId, channelId, selfMute, selfDeaf } = command;
      const d = { guild_id: guildId, channel_id: channelId, self_mute: selfMute, self_deaf: selfDeaf };
      return send(shardFor(guildId), { op: 4, d });
    }
    case 'requestMembers': {
      const shardId = shardFor(command.guildId);
      sendingShard(gateway, shardId);
      const timeMs = command.expiresAfterMs ?? defaults.MEMBERS_EXPIRE_AFTER_MS;
      return members.request(clientId, shardId, command, timeMs, onChunk);
    }
    case 'requestSoundboard':
      return requestSoundboard(parts, clientId, command.guildIds, expiresAfterMs);
    case 'requestChannelInfo':
      return send(shardFor(command.guildId), { op: 43, d: { guild_id: command.guildId, fields: command.fields } });
    case 'reconnect':
      sendingShard(gateway, command.shardId);
      await reconnects.reconnect(command.shardId, expiresAfterMs);
      return {};
    case 'status':
      return reportStatus(gateway);
    case 'shardOf':
      return reportShardOf(gateway, command.guildId);
    case 'GET_SHARD_INFO':
      return reportToDiscordeno(gateway);
    case 'ShardInfoFromGuild': {
      const shardId = command.guildId === undefined ? 0 : shardFor(command.guildId);
      return { shardId, rtt: sendingShard(gateway, shardId).heartbeat.latency ?? -1 };
    }
    default:
      return command satisfies never;
  }
}

/** Discord answers nothing, or closes the connection, where a guild is not the shard's. @throws {CommandError} `invalid` */
function checkGuilds({ op, d }: RawPayload, shard: GatewayShard): void {
  const guildIds: unknown = d['guild_ids'] ?? d['guild_id'] ?? [];
  for (const guildId of [guildIds].flat()) {
    const shardId = shardIdOf(String(guildId), shard.shardCount);
    if (shardId !== shard.id)
      throw new CommandError(
        'invalid',
        `op ${op}: shard ${shard.id} does not have the guild; it is on shard ${shardId} of ${shard.shardCount}`,
      );
  }
}

/** On one shard, or on all that are not stopped: then it is enough that one takes it. */
async function setPresence(
  { gateway, sender }: IntakeParts,
  clientId: string,
  { since = null, activities, status, afk = false }: Presence,
  shardId: number | undefined,
  expiresAfterMs: number,
): Promise<{ sent: number; failed: number }> {
  const payload = { op: 3, d: { since, activities, status, afk } };
  const shardIds =
    shardId === undefined
      ? Array.from(gateway.shards.values())
          .filter((shard) => shard.status !== 'stopped' && shard.status !== 'fatal')
          .map((shard) => shard.id)
      : [sendingShard(gateway, shardId).id];
  if (shardIds.length === 0) throw new CommandError('notReady', 'no shard is running');
  const results = await Promise.allSettled(shardIds.map((id) => sender.send(clientId, id, payload, expiresAfterMs)));
  const failures = results.filter((result) => result.status === 'rejected');
  if (failures.length === results.length) throw failures[0]?.reason;
  return { sent: results.length - failures.length, failed: failures.length };
}

/** By shard, in as many payloads as the ids need. All shards must be of this process before anything is sent. */
async function requestSoundboard(
  { gateway, sender }: IntakeParts,
  clientId: string,
  guildIds: readonly string[],
  expiresAfterMs: number,
): Promise<{ sent: number }> {
  const shardCount = shardCountOf(gateway);
  const byShard = new Map<number, string[]>();
  for (const guildId of new Set(guildIds)) {
    const shardId = shardIdOf(guildId, shardCount);
    const ids = byShard.get(shardId);
    if (ids === undefined) byShard.set(shardId, [guildId]);
    else ids.push(guildId);
  }
  for (const shardId of byShard.keys()) sendingShard(gateway, shardId);
  const sends = [...byShard].flatMap(([shardId, ids]) => {
    const slices = Math.ceil(ids.length / GUILDS_PER_SOUNDBOARD_REQUEST);
    return Array.from({ length: slices }, (_, index) => {
      const start = index * GUILDS_PER_SOUNDBOARD_REQUEST;
      const d = { guild_ids: ids.slice(start, start + GUILDS_PER_SOUNDBOARD_REQUEST) };
      return sender.send(clientId, shardId, { op: 31, d }, expiresAfterMs);
    });
  });
  const results = await Promise.allSettled(sends);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return { sent: sends.length };
}
