import { Op } from '@shardgate/wire';
import { MEMBER_REQUEST_WINDOW_MS, MEMBERS_PER_CHUNK, NONCE_BYTES } from '../discord-limits.ts';
import { Intent, requiredIntents } from '../intents.ts';
import { createSlidingWindow } from '../limits/sliding-window.ts';
import { recordViolation } from '../simulation.ts';
import type { Simulation } from '../simulation.ts';
import type { ClientPayload, MemberRequestData, VoiceStateData } from '../wire/client-payload.ts';
import type { Guild } from '../world/guild-population.ts';
import { member, personId, personIndex, user } from '../world/shapes/person.ts';
import { shardOf } from '../world/snowflake.ts';
import { fixedEvent } from '../world/world-event.ts';
import type { Connection } from './connection.ts';
import { dispatch } from './dispatch.ts';
import type { Session } from './session.ts';

/** Ops that a client may send once it has a session. */
export type Command = Exclude<
  ClientPayload,
  { readonly op: typeof Op.Heartbeat | typeof Op.Identify | typeof Op.Resume }
>;

/** The guild, when the bot is in it and the session holds it. Requests for others are not answered. */
function guildOf(simulation: Simulation, session: Session, id: string): Guild | undefined {
  const guild = simulation.population.find(id);
  if (guild === undefined || simulation.population.status(guild.index) !== 'available') return undefined;
  return shardOf(id, session.shard[1]) === session.shard[0] ? guild : undefined;
}

function reply(simulation: Simulation, session: Session, t: string, body: object): void {
  const required = requiredIntents(t, true);
  if (required !== 0 && (required & session.intents) === 0) return;
  dispatch(simulation, session, fixedEvent(t, JSON.stringify(body)));
}

function updatePresence(simulation: Simulation, connection: Connection, session: Session, presence: object): void {
  if (!connection.presenceUpdates.take(simulation.clock.now())) {
    recordViolation(simulation, connection, 'presence-rate', 'sixth presence update in 20 s');
    return;
  }
  session.presence = presence;
}

/** Joining a channel gives both events; leaving only the first. https://docs.discord.com/developers/events/gateway-events#update-voice-state */
function updateVoiceState(simulation: Simulation, session: Session, data: VoiceStateData): void {
  if (guildOf(simulation, session, data.guild_id) === undefined) return;
  const voiceSession = `${session.id.slice(0, 16)}${String(session.seq).padStart(16, '0')}`;
  reply(simulation, session, 'VOICE_STATE_UPDATE', {
    guild_id: data.guild_id,
    channel_id: data.channel_id,
    user_id: simulation.application.id,
    member: {
      ...member([]),
      user: { id: simulation.application.id, username: simulation.application.name, bot: true },
    },
    session_id: voiceSession,
    deaf: false,
    mute: false,
    self_deaf: data.self_deaf,
    self_mute: data.self_mute,
    self_video: false,
    suppress: false,
    request_to_speak_timestamp: null,
  });
  if (data.channel_id === null) return;
  const server = {
    token: voiceSession.slice(0, 16),
    guild_id: data.guild_id,
    endpoint: 'sweetwater-12345.discord.media:2048',
  };
  reply(simulation, session, 'VOICE_SERVER_UPDATE', server);
}

/** Numbers of the members that were asked for, and ids that are nobody's. */
function findMembers(
  guild: Guild,
  data: MemberRequestData,
): { readonly found: readonly number[]; readonly missing: readonly string[] } {
  const everyone = Array.from({ length: guild.shape.members }, (_, index) => index);
  if (data.user_ids !== undefined) {
    const ids = typeof data.user_ids === 'string' ? [data.user_ids] : data.user_ids;
    const isMember = (id: string): boolean => personIndex(id) >= 0 && personIndex(id) < guild.shape.members;
    return { found: ids.filter(isMember).map(personIndex), missing: ids.filter((id) => !isMember(id)) };
  }
  const query = data.query ?? '';
  if (query === '' && data.limit === 0) return { found: everyone, missing: [] };
  const found = everyone.filter((index) => `otter${index}`.startsWith(query.toLowerCase()));
  // A query gives 100 at most, whatever was asked for.
  return { found: found.slice(0, Math.min(100, data.limit === 0 ? 100 : (data.limit ?? 100))), missing: [] };
}

function chunk(guild: Guild, numbers: readonly number[], withPresences: boolean): object {
  const members = numbers.map((number) => ({ ...member([]), user: user(personId(number), String(number)) }));
  if (!withPresences) return { members };
  const online = numbers.filter((number) => number < guild.shape.presences);
  return {
    members,
    presences: online.map((number) => ({
      user: { id: personId(number) },
      status: 'online',
      activities: [],
      client_status: {},
    })),
  };
}

/** https://docs.discord.com/developers/events/gateway-events#request-guild-members */
function requestMembers(simulation: Simulation, session: Session, data: MemberRequestData): void {
  const guild = guildOf(simulation, session, data.guild_id);
  if (guild === undefined) return;
  // A longer nonce is ignored and missing from the reply.
  const nonce = data.nonce !== undefined && Buffer.byteLength(data.nonce) <= NONCE_BYTES ? { nonce: data.nonce } : {};
  const asksForAll = data.user_ids === undefined && data.query === '' && data.limit === 0;
  if (asksForAll) {
    if ((session.intents & Intent.guildMembers) === 0) return;
    const now = simulation.clock.now();
    let window = simulation.memberRequests.get(guild.id);
    if (window === undefined)
      simulation.memberRequests.set(guild.id, (window = createSlidingWindow(1, MEMBER_REQUEST_WINDOW_MS)));
    const retryAfter = window.wait(now) / 1_000;
    if (!window.take(now)) {
      const meta = { guild_id: guild.id, ...nonce };
      reply(simulation, session, 'RATE_LIMITED', { opcode: Op.RequestGuildMembers, retry_after: retryAfter, meta });
      return;
    }
  }
  const { found, missing } = findMembers(guild, data);
  const withPresences = data.presences === true && (session.intents & Intent.guildPresences) !== 0;
  const count = Math.max(1, Math.ceil(found.length / MEMBERS_PER_CHUNK));
  for (let index = 0; index < count; index += 1) {
    const part = found.slice(index * MEMBERS_PER_CHUNK, (index + 1) * MEMBERS_PER_CHUNK);
    reply(simulation, session, 'GUILD_MEMBERS_CHUNK', {
      guild_id: guild.id,
      ...chunk(guild, part, withPresences),
      chunk_index: index,
      chunk_count: count,
      ...(missing.length > 0 ? { not_found: missing } : {}),
      ...nonce,
    });
  }
}

/** Ops 3, 4, 8, 31 and 43 on a connection that is ready. */
export function receiveCommand(
  simulation: Simulation,
  connection: Connection,
  session: Session,
  command: Command,
): void {
  switch (command.op) {
    case Op.PresenceUpdate:
      updatePresence(simulation, connection, session, command.d);
      break;
    case Op.VoiceStateUpdate:
      updateVoiceState(simulation, session, command.d);
      break;
    case Op.RequestGuildMembers:
      requestMembers(simulation, session, command.d);
      break;
    case Op.RequestSoundboardSounds:
      for (const id of command.d.guild_ids) {
        if (guildOf(simulation, session, id) !== undefined) {
          reply(simulation, session, 'SOUNDBOARD_SOUNDS', { soundboard_sounds: [], guild_id: id });
        }
      }
      break;
    case Op.RequestChannelInfo:
      if (guildOf(simulation, session, command.d.guild_id) !== undefined) {
        reply(simulation, session, 'CHANNEL_INFO', { guild_id: command.d.guild_id, channels: [] });
      }
      break;
    default:
      command satisfies never;
  }
}
