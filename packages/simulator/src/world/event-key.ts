import { isRecord } from '../option-check.ts';

type Data = Readonly<Record<string, unknown>>;

function at(data: unknown, ...path: readonly (string | number)[]): string | undefined {
  let value = data;
  for (const step of path) {
    value = Array.isArray(value) ? value[step as number] : isRecord(value) ? value[step] : undefined;
  }
  return typeof value === 'string' ? value : undefined;
}

/** Where each live event has what makes it unique. */
const KEYS: Readonly<Record<string, (data: Data) => string | undefined>> = {
  MESSAGE_CREATE: (data) => at(data, 'id'),
  MESSAGE_UPDATE: (data) => `${at(data, 'id')}@${at(data, 'edited_timestamp') ?? 'embeds'}`,
  MESSAGE_DELETE: (data) => at(data, 'id'),
  MESSAGE_REACTION_ADD: (data) => at(data, 'message_id'),
  MESSAGE_REACTION_REMOVE: (data) => at(data, 'message_id'),
  TYPING_START: (data) => at(data, 'member', 'nick'),
  PRESENCE_UPDATE: (data) => at(data, 'activities', 0, 'id'),
  VOICE_STATE_UPDATE: (data) => at(data, 'session_id'),
  GUILD_MEMBER_ADD: (data) => at(data, 'user', 'id'),
  GUILD_MEMBER_UPDATE: (data) => at(data, 'nick'),
  GUILD_MEMBER_REMOVE: (data) => at(data, 'user', 'id'),
  CHANNEL_UPDATE: (data) => at(data, 'topic'),
  GUILD_ROLE_UPDATE: (data) => at(data, 'role', 'name'),
  INTERACTION_CREATE: (data) => at(data, 'id'),
  GUILD_CREATE: (data) => at(data, 'id'),
  GUILD_DELETE: (data) => at(data, 'id'),
};

/**
 * What tells a dispatch of the simulator from all others of its name, taken from its parsed `d`: the value that the
 * ledger has as `key`. Undefined for names without one.
 */
export function eventKey(t: string, d: unknown): string | undefined {
  return isRecord(d) ? KEYS[t]?.(d) : undefined;
}
