import { setImmediate as turn } from 'node:timers/promises';
import { createBot, createDesiredPropertiesObject, GatewayIntents } from '@discordeno/bot';
import { createProxyCache } from 'dd-cache-proxy';
import { runMembers } from './run-members.ts';

/** All that these members have and Discordeno has a property for. A member's user is kept once, in the cache of users. */
const desiredProperties = createDesiredPropertiesObject({
  guild: { id: true, name: true, ownerId: true, memberCount: true, roles: true, members: true },
  role: { id: true, guildId: true, name: true },
  member: {
    id: true,
    guildId: true,
    nick: true,
    roles: true,
    joinedAt: true,
    premiumSince: true,
    communicationDisabledUntil: true,
    avatar: true,
    banner: true,
    toggles: true,
  },
  user: {
    id: true,
    username: true,
    globalName: true,
    discriminator: true,
    avatar: true,
    publicFlags: true,
    avatarDecorationData: true,
    toggles: true,
  },
  avatarDecorationData: { asset: true, skuId: true },
});

/** What is used here of a bot with the cache around it; its types are those of a later Discordeno. */
interface CachingBot {
  readonly handlers: Readonly<Record<string, (bot: unknown, packet: unknown, shardId: number) => unknown>>;
  readonly transformers: {
    snowflake(id: string): bigint;
    user(bot: unknown, user: object): { readonly id: bigint };
    member(bot: unknown, member: object, guildId: bigint, userId: bigint): unknown;
  };
  readonly cache: {
    readonly guilds: { readonly memory: Map<bigint, { readonly members?: ReadonlyMap<bigint, unknown> }> };
    readonly users: { readonly memory: ReadonlyMap<bigint, unknown> };
  };
}

const token = Buffer.from('1').toString('base64');
const plain = createBot({
  token: `${token}.bench.bench`,
  intents: GatewayIntents.Guilds | GatewayIntents.GuildMembers,
  desiredProperties,
});
const bot = (createProxyCache as unknown as (bot: unknown, options: object) => CachingBot)(plain, {
  // As its page recommends: all properties above, in memory.
  cacheInMemory: { guild: true, member: true, role: true, user: true, default: false },
});

interface Packet {
  readonly t: string;
  readonly d: { readonly guild_id: string; readonly members: readonly { readonly user: object }[] };
}

await runMembers({
  async feed(text) {
    const packet = JSON.parse(text) as Packet;
    const { transformers } = bot;
    if (packet.t !== 'GUILD_MEMBERS_CHUNK') {
      bot.handlers[packet.t]?.(bot, packet, 0);
    } else {
      // Discordeno keeps nothing of a chunk, and the handler of GUILD_MEMBER_ADD has the cache copy the guild's members each time. The cache sees what is transformed.
      const guildId = transformers.snowflake(packet.d.guild_id);
      for (const member of packet.d.members) {
        const { id } = transformers.user(bot, member.user);
        transformers.member(bot, member, guildId, id);
      }
    }
    // The cache is written by promises.
    await turn();
  },
  count() {
    let members = 0;
    for (const guild of bot.cache.guilds.memory.values()) members += guild.members?.size ?? 0;
    return Math.min(members, bot.cache.users.memory.size);
  },
});
