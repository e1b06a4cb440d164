import { createRandom } from '@shardgate/simulator';
import { snowflake } from '../../mix/random.ts';
import { person } from '../../mix/world.ts';

/** A message of the gateway, as text. */
export interface MemberMessage {
  readonly text: string;
  /** How many members it brings. */
  readonly members: number;
}

/** Discord's, of GUILD_MEMBERS_CHUNK. https://docs.discord.com/developers/events/gateway-events#guild-members-chunk */
const CHUNK = 1_000;
export const MEMBERS_PER_GUILD = 10_000;
const ROLES_PER_GUILD = 12;
const SEED = 20_261_121;

/**
 * Guilds, each followed by its members in chunks: the same for every program. Each member is a user of their own.
 */
export function* memberMessages(members: number): Generator<MemberMessage, undefined> {
  const random = createRandom(SEED);
  let s = 0;
  const message = (t: string, d: object): string => JSON.stringify({ t, s: ++s, op: 0, d });
  for (let left = members; left > 0; left -= MEMBERS_PER_GUILD) {
    const inGuild = Math.min(left, MEMBERS_PER_GUILD);
    const id = snowflake(random);
    const roles = Array.from({ length: ROLES_PER_GUILD }, () => snowflake(random));
    yield { text: message('GUILD_CREATE', guild(id, roles, inGuild)), members: 0 };
    const chunks = Math.ceil(inGuild / CHUNK);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const length = Math.min(CHUNK, inGuild - chunk * CHUNK);
      const list = Array.from({ length }, () => {
        const { user, member } = person(random, roles);
        return { user, ...member };
      });
      const d = { not_found: [], members: list, guild_id: id, chunk_index: chunk, chunk_count: chunks };
      yield { text: message('GUILD_MEMBERS_CHUNK', d), members: length };
    }
  }
  return undefined;
}

/** As much of a guild as the programs need to keep members in it. */
function guild(id: string, roles: readonly string[], members: number): object {
  const role = (roleId: string): object => ({
    id: roleId,
    name: `role ${roleId.slice(-4)}`,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    position: 1,
    permissions: '0',
    managed: false,
    mentionable: false,
    flags: 0,
  });
  const lists = ['channels', 'threads', 'emojis', 'stickers', 'members', 'presences', 'voice_states'];
  const further = ['stage_instances', 'guild_scheduled_events', 'soundboard_sounds', 'features'];
  return {
    id,
    name: `guild ${id.slice(-4)}`,
    owner_id: id,
    member_count: members + 1,
    large: true,
    unavailable: false,
    joined_at: '2026-01-01T00:00:00.000000+00:00',
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    system_channel_flags: 0,
    premium_tier: 0,
    nsfw_level: 0,
    preferred_locale: 'en-US',
    ...Object.fromEntries([...lists, ...further].map((name) => [name, []])),
    roles: [id, ...roles].map(role),
  };
}
