import type {
  APIGuildMember,
  GatewayGuildMembersChunkDispatchData,
  GatewayGuildMembersChunkPresence,
  GatewayPresenceUpdateData,
  GatewaySendPayload,
} from 'discord-api-types/v10';
import type { CommandDesk } from './command-desk.ts';
import { contained } from './contained.ts';

/** How long a command may take. */
export interface CommandOptions {
  /** Milliseconds. */
  readonly deadlineMs?: number;
}

/** Which members of a guild to ask for; all when nothing is said. */
export interface MemberSelection {
  /** Beginning of the name. */
  readonly query?: string;
  /** Most members for a query; 0 for all. */
  readonly limit?: number;
  /** Up to 100 members by id, instead of a query. */
  readonly userIds?: readonly string[];
  readonly presences?: boolean;
}

/** All parts of the answer to a member request together. */
export interface GuildMembers {
  readonly members: APIGuildMember[];
  /** Empty unless asked for. */
  readonly presences: GatewayGuildMembersChunkPresence[];
  /** Ids that were asked for and are no members. */
  readonly notFound: string[];
}

/** Where the bot's voice is to be. */
export interface VoiceStateChange {
  readonly guildId: string;
  /** Null leaves the channel. */
  readonly channelId: string | null;
  readonly selfMute?: boolean;
  readonly selfDeaf?: boolean;
}

/** A shard of the gateway. */
export interface ShardInfo {
  readonly shardId: number;
  readonly status: string;
  /** From heartbeat to acknowledgement, milliseconds; null while unknown. */
  readonly rtt: number | null;
  readonly guilds: number;
}

/** What the gateway has. */
export interface ShardsInfo {
  readonly shardCount: number;
  readonly shards: readonly ShardInfo[];
}

/** The payloads a shard may be sent. */
export type ShardPayload = Pick<GatewaySendPayload, 'op' | 'd'>;

/**
 * Commands to the gateway. Each promise settles: with the answer, or with a `ClientError`, at the latest at its deadline. A rejection that
 * nobody looks at does not end the process.
 */
export interface Commands {
  /** Any command of docs/PROTOCOL.md. */
  command(
    command: { readonly type: string; readonly [member: string]: unknown },
    options?: CommandOptions,
  ): Promise<unknown>;
  /** Resolves when the shard has written it to Discord. */
  sendToShard(shardId: number, payload: ShardPayload, options?: CommandOptions): Promise<void>;
  /** Of one shard, or of all. */
  updatePresence(
    presence: GatewayPresenceUpdateData,
    options?: CommandOptions & { readonly shardId?: number },
  ): Promise<void>;
  updateVoiceState(change: VoiceStateChange, options?: CommandOptions): Promise<void>;
  /** Resolves when the last part has come. `onChunk` gets each part as it comes. */
  requestMembers(
    guildId: string,
    selection?: MemberSelection,
    options?: CommandOptions & { readonly onChunk?: (chunk: GatewayGuildMembersChunkDispatchData) => void },
  ): Promise<GuildMembers>;
  /** Resolves when it was asked; the sounds come as `SOUNDBOARD_SOUNDS` events. */
  requestSoundboardSounds(guildIds: readonly string[], options?: CommandOptions): Promise<void>;
  shardInfo(options?: CommandOptions): Promise<ShardsInfo>;
}

export interface CommandsOptions {
  readonly desk: CommandDesk;
  readonly commandDeadlineMs: number;
  readonly membersDeadlineMs: number;
}

/** Longest time the gateway lets a command wait. */
const MOST_EXPIRES_MS = 600_000;

export function createCommands({ desk, commandDeadlineMs, membersDeadlineMs }: CommandsOptions): Commands {
  /** What comes too late for this client is not carried out either. */
  const ask = (body: object, { deadlineMs = commandDeadlineMs }: CommandOptions = {}): Promise<unknown> =>
    contained(desk.request({ ...body, expiresAfterMs: Math.min(deadlineMs, MOST_EXPIRES_MS) }, { deadlineMs }));
  const tell = (body: object, options?: CommandOptions): Promise<void> => contained(ask(body, options).then(() => {}));

  const requestMembers: Commands['requestMembers'] = async (guildId, selection = {}, options = {}) => {
    const { deadlineMs = membersDeadlineMs, onChunk } = options;
    const all: GuildMembers = { members: [], presences: [], notFound: [] };
    const expiresAfterMs = Math.min(deadlineMs, MOST_EXPIRES_MS);
    const body = { type: 'requestMembers', guildId, ...selection, expiresAfterMs };
    await desk.request(body, {
      deadlineMs,
      onChunk(payload) {
        const chunk = payload as GatewayGuildMembersChunkDispatchData;
        for (const member of chunk.members) all.members.push(member);
        for (const presence of chunk.presences ?? []) all.presences.push(presence);
        for (const id of chunk.not_found ?? []) all.notFound.push(String(id));
        onChunk?.(chunk);
      },
    });
    return all;
  };

  return {
    command: (body, { deadlineMs = commandDeadlineMs } = {}) => contained(desk.request(body, { deadlineMs })),
    sendToShard: (shardId, { op, d }, options) => tell({ type: 'shardPayload', shardId, data: { op, d } }, options),
    updatePresence(data, { shardId, ...options } = {}) {
      return tell({ type: 'presence', ...(shardId === undefined ? {} : { shardId }), data }, options);
    },
    updateVoiceState({ guildId, channelId, selfMute = false, selfDeaf = false }, options) {
      return tell({ type: 'voiceState', guildId, channelId, selfMute, selfDeaf }, options);
    },
    requestMembers: (guildId, selection, options) => contained(requestMembers(guildId, selection, options)),
    requestSoundboardSounds: (guildIds, options) => tell({ type: 'requestSoundboard', guildIds }, options),
    shardInfo: (options) => contained(ask({ type: 'status' }, options).then((answer) => answer as ShardsInfo)),
  };
}
