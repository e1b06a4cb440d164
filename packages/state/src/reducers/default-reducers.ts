import type { Reducer } from '../reducer.ts';
import { channelDelete, channelInfo, channelPinsUpdate, channelWritten, voiceChannelUpdate } from './channel.ts';
import { emojisUpdate } from './emoji.ts';
import { guildCreate, guildDelete, guildUpdate, ready } from './guild.ts';
import { memberAdd, memberRemove, membersChunk, memberUpdate } from './member.ts';
import { messageCreate, messageDelete, messageDeleteBulk, messageUpdate } from './message.ts';
import { presenceUpdate } from './presence.ts';
import { roleDelete, roleWritten } from './role.ts';
import { scheduledEventDelete, scheduledEventWritten } from './scheduled-event.ts';
import { soundboardSounds, soundDelete, soundsUpdate, soundWritten } from './soundboard-sound.ts';
import { stageInstanceDelete, stageInstanceWritten } from './stage-instance.ts';
import { stickersUpdate } from './sticker.ts';
import { threadDelete, threadListSync, threadMembersUpdate, threadMemberUpdate, threadWritten } from './thread.ts';
import { userUpdate } from './user.ts';
import { voiceStateUpdate } from './voice-state.ts';

/**
 * What each dispatch does to the cache, by its name. Events that are not here do nothing to it. A reducer of the user's may call the one it replaces.
 *
 * @see https://docs.discord.com/developers/events/gateway-events
 */
export const defaultReducers: Readonly<Record<string, Reducer>> = {
  READY: ready,
  USER_UPDATE: userUpdate,
  GUILD_CREATE: guildCreate,
  // The gateway's name of a GUILD_CREATE that is no join.
  GUILD_LOADED_DD: guildCreate,
  GUILD_UPDATE: guildUpdate,
  GUILD_DELETE: guildDelete,
  CHANNEL_CREATE: channelWritten,
  CHANNEL_UPDATE: channelWritten,
  CHANNEL_DELETE: channelDelete,
  CHANNEL_PINS_UPDATE: channelPinsUpdate,
  CHANNEL_INFO: channelInfo,
  VOICE_CHANNEL_STATUS_UPDATE: voiceChannelUpdate,
  VOICE_CHANNEL_START_TIME_UPDATE: voiceChannelUpdate,
  THREAD_CREATE: threadWritten,
  THREAD_UPDATE: threadWritten,
  THREAD_DELETE: threadDelete,
  THREAD_LIST_SYNC: threadListSync,
  THREAD_MEMBER_UPDATE: threadMemberUpdate,
  THREAD_MEMBERS_UPDATE: threadMembersUpdate,
  GUILD_ROLE_CREATE: roleWritten,
  GUILD_ROLE_UPDATE: roleWritten,
  GUILD_ROLE_DELETE: roleDelete,
  GUILD_EMOJIS_UPDATE: emojisUpdate,
  GUILD_STICKERS_UPDATE: stickersUpdate,
  GUILD_MEMBER_ADD: memberAdd,
  GUILD_MEMBER_UPDATE: memberUpdate,
  GUILD_MEMBER_REMOVE: memberRemove,
  GUILD_MEMBERS_CHUNK: membersChunk,
  PRESENCE_UPDATE: presenceUpdate,
  VOICE_STATE_UPDATE: voiceStateUpdate,
  MESSAGE_CREATE: messageCreate,
  MESSAGE_UPDATE: messageUpdate,
  MESSAGE_DELETE: messageDelete,
  MESSAGE_DELETE_BULK: messageDeleteBulk,
  STAGE_INSTANCE_CREATE: stageInstanceWritten,
  STAGE_INSTANCE_UPDATE: stageInstanceWritten,
  STAGE_INSTANCE_DELETE: stageInstanceDelete,
  GUILD_SCHEDULED_EVENT_CREATE: scheduledEventWritten,
  GUILD_SCHEDULED_EVENT_UPDATE: scheduledEventWritten,
  GUILD_SCHEDULED_EVENT_DELETE: scheduledEventDelete,
  GUILD_SOUNDBOARD_SOUND_CREATE: soundWritten,
  GUILD_SOUNDBOARD_SOUND_UPDATE: soundWritten,
  GUILD_SOUNDBOARD_SOUND_DELETE: soundDelete,
  GUILD_SOUNDBOARD_SOUNDS_UPDATE: soundsUpdate,
  SOUNDBOARD_SOUNDS: soundboardSounds,
};
