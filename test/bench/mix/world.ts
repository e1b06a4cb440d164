import { createRandom } from '@shardgate/simulator';
import { chance, hex, integer, snowflake, timestamp } from './random.ts';
import type { Random } from '@shardgate/simulator';
import { word } from './words.ts';

/** A user as messages and members have it. */
export interface User {
  readonly username: string;
  readonly public_flags: number;
  readonly primary_guild: object | null;
  readonly id: string;
  readonly global_name: string | null;
  readonly display_name_styles: null;
  readonly discriminator: string;
  readonly collectibles: null;
  readonly clan: object | null;
  readonly avatar_decoration_data: object | null;
  readonly avatar: string | null;
}

export interface Guild {
  readonly id: string;
  readonly channels: readonly string[];
  readonly voiceChannels: readonly string[];
  readonly roles: readonly string[];
  readonly people: readonly Person[];
}

/** A user and their membership of one guild. */
export interface Person {
  readonly user: User;
  readonly member: object;
}

const GUILDS = 40;
const PEOPLE_PER_GUILD = 60;
const WORLD_SEED = 20_260_814;

/** The guilds and people that all events are about: the same in every run. */
export function createWorld(): readonly Guild[] {
  const random = createRandom(WORLD_SEED);
  return Array.from({ length: GUILDS }, () => guild(random));
}

function guild(random: Random): Guild {
  const ids = (count: number): string[] => Array.from({ length: count }, () => snowflake(random));
  const roles = ids(12);
  const people = Array.from({ length: PEOPLE_PER_GUILD }, () => person(random, roles));
  return { id: snowflake(random), channels: ids(15), voiceChannels: ids(4), roles, people };
}

/** Somebody with some of the roles. */
export function person(random: Random, guildRoles: readonly string[]): Person {
  const name = `${word(random)}.${word(random)}${integer(random, 1, 999)}`;
  const tag = chance(random, 0.15)
    ? { tag: 'TIDE', identity_guild_id: snowflake(random), identity_enabled: true, badge: hex(random, 32) }
    : null;
  const user: User = {
    username: name,
    public_flags: chance(random, 0.3) ? 64 : 0,
    primary_guild: tag,
    id: snowflake(random),
    global_name: chance(random, 0.8) ? name.replace('.', ' ') : null,
    display_name_styles: null,
    discriminator: '0',
    collectibles: null,
    clan: tag,
    avatar_decoration_data: chance(random, 0.1)
      ? { sku_id: snowflake(random), expires_at: null, asset: `a_${hex(random, 32)}` }
      : null,
    avatar: chance(random, 0.85) ? hex(random, 32) : null,
  };
  const member = {
    roles: guildRoles.filter(() => chance(random, 0.35)),
    premium_since: chance(random, 0.1) ? timestamp(random) : null,
    pending: false,
    nick: chance(random, 0.3) ? `${word(random)} ${word(random)}` : null,
    mute: false,
    joined_at: timestamp(random),
    flags: 0,
    deaf: false,
    communication_disabled_until: null,
    banner: null,
    avatar: null,
  };
  return { user, member };
}
