import { createRandom, type Random } from '@shardgate/simulator';
import type { State } from '@shardgate/state';
import { integer, snowflake } from '../mix/random.ts';
import { person } from '../mix/world.ts';
import { sentence, word } from '../mix/words.ts';

/** Guilds of one shard, as many as Discord lets it have. https://docs.discord.com/developers/events/gateway#sharding */
export const GUILDS = 2_500;
/** Objects of a guild's lists, 120 in all: most guilds are small. */
const OBJECTS = { channels: 25, roles: 12, emojis: 8, stickers: 2, members: 70, voiceStates: 3 } as const;
const SEED = 20_261_122;

/** Fills a state with a whole shard. Gives the number of objects. */
export async function fillWithShard(state: State): Promise<number> {
  const random = createRandom(SEED);
  const origin = { shardId: 0, shardCount: 1, botId: '1' };
  for (let i = 0; i < GUILDS; i++) await state.apply(state, { t: 'GUILD_CREATE', d: guild(random) }, origin);
  const counts = await state.counts(state);
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function guild(random: Random): object {
  const list = (length: number, make: (id: string, index: number) => object): object[] =>
    Array.from({ length }, (_, index) => make(snowflake(random), index));
  const roles = list(OBJECTS.roles, (id, position) => ({
    id,
    name: word(random),
    position,
    permissions: '104324673',
    color: integer(random, 0, 0xffffff),
  }));
  const roleIds = roles.map((role) => String(Reflect.get(role, 'id')));
  return {
    id: snowflake(random),
    name: sentence(random, 1, 4),
    owner_id: snowflake(random),
    member_count: OBJECTS.members,
    channels: list(OBJECTS.channels, (id, position) => ({
      id,
      type: 0,
      name: word(random),
      topic: sentence(random, 1, 12),
      position,
      permission_overwrites: [],
    })),
    roles,
    emojis: list(OBJECTS.emojis, (id) => ({ id, name: word(random), roles: [], animated: false, available: true })),
    stickers: list(OBJECTS.stickers, (id) => ({ id, name: word(random), tags: word(random), type: 2, format_type: 1 })),
    members: list(OBJECTS.members, () => {
      const { user, member } = person(random, roleIds);
      return { user, ...member };
    }),
    voice_states: list(OBJECTS.voiceStates, (id) => ({ user_id: id, channel_id: snowflake(random), self_mute: false })),
  };
}
