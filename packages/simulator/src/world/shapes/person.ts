/** How many people live in the simulator. They are members of every guild as far as its size reaches. */
const PEOPLE = 100_000;

const PERSON_ID_PREFIX = '118000007';

/** Id of the person number `index`, from 0. */
export function personId(index: number): string {
  return PERSON_ID_PREFIX + String(index).padStart(9, '0');
}

/** Number of the person with this id, -1 when it is nobody's. */
export function personIndex(id: string): number {
  if (id.length !== 18 || !id.startsWith(PERSON_ID_PREFIX)) return -1;
  const index = Number(id.slice(PERSON_ID_PREFIX.length));
  return index < PEOPLE ? index : -1;
}

/** A user object. Both may be holes of a template. https://docs.discord.com/developers/resources/user#user-object */
export function user(id: string, number: string): object {
  return {
    id,
    username: `otter${number}`,
    global_name: `Otter ${number}`,
    discriminator: '0',
    avatar: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    bot: false,
    public_flags: 0,
    avatar_decoration_data: null,
    collectibles: null,
    primary_guild: null,
  };
}

/** A member object without its user. https://docs.discord.com/developers/resources/guild#guild-member-object */
export function member(roleIds: readonly string[]): object {
  return {
    nick: null,
    avatar: null,
    banner: null,
    roles: roleIds,
    joined_at: '2023-11-05T09:14:22.481000+00:00',
    premium_since: null,
    deaf: false,
    mute: false,
    flags: 0,
    pending: false,
    communication_disabled_until: null,
    avatar_decoration_data: null,
    collectibles: null,
  };
}

/** The bot's own user object, as in READY. */
export function botUser(application: { readonly id: string; readonly name: string }): object {
  return {
    id: application.id,
    username: application.name,
    discriminator: '0417',
    global_name: null,
    avatar: null,
    bot: true,
    verified: true,
    email: null,
    mfa_enabled: true,
    flags: 0,
  };
}
