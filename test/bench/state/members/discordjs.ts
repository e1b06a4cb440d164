import { Client, GatewayIntentBits } from 'discord.js';
import { runMembers } from './run-members.ts';

/** The way packets take in a client that is connected; not in its types. */
interface PacketWay {
  handlePacket(packet: unknown, shard: { readonly id: number }): boolean;
}

/** discord.js' own cache of guilds, members and users with its defaults, fed through its packet handlers by a client that never connects. */
const client = new Client({ intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers] });
const ws = client.ws as unknown as PacketWay;
const shard = { id: 0 };
await runMembers({
  feed: (text) => ws.handlePacket(JSON.parse(text), shard),
  count: () => client.guilds.cache.reduce((sum, guild) => sum + guild.members.cache.size, 0),
});
