/**
 * Gateway opcodes a bot can send or receive. A message may carry any other number: those are to be ignored and counted.
 *
 * @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes
 */
export const Op = {
  Dispatch: 0,
  Heartbeat: 1,
  Identify: 2,
  PresenceUpdate: 3,
  VoiceStateUpdate: 4,
  Resume: 6,
  Reconnect: 7,
  RequestGuildMembers: 8,
  InvalidSession: 9,
  Hello: 10,
  HeartbeatAck: 11,
  RequestSoundboardSounds: 31,
  RequestChannelInfo: 43,
} as const;
