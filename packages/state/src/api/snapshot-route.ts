import { guildRef, shardIdOf, type GuildList } from '../entity.ts';
import { sendChunks } from './encoding.ts';
import { described } from './open-api.ts';
import type { Pace } from './pace.ts';
import { shardOf, type Query } from './parameters.ts';
import type { RouteContext } from './route-context.ts';
import type { Source } from './source.ts';

/** Where GUILD_CREATE has a guild's lists. https://docs.discord.com/developers/events/gateway-events#guild-create */
const LISTS: readonly (readonly [GuildList, string])[] = [
  ['channel', 'channels'],
  ['thread', 'threads'],
  ['role', 'roles'],
  ['emoji', 'emojis'],
  ['sticker', 'stickers'],
  ['member', 'members'],
  ['presence', 'presences'],
  ['voiceState', 'voice_states'],
  ['stageInstance', 'stage_instances'],
  ['scheduledEvent', 'guild_scheduled_events'],
  ['soundboardSound', 'soundboard_sounds'],
];

/** Characters gathered before they leave. */
const CHUNK = 64 * 1024;

/** Adds the route that gives everything to who comes late: each guild with its lists on a line, as GUILD_CREATE would have it. */
export function addSnapshotRoute({ app, source, newPace, tag }: RouteContext): void {
  const query = { shard_id: 'Only guilds of this shard', shard_count: 'Number of shards; needed with shard_id' };
  const url = '/snapshot';
  app.get(
    url,
    { schema: described('Every guild as GUILD_CREATE has it, one a line of JSON', tag, { url, query }) },
    (request, reply) => {
      const shard = shardOf(request.query as Query);
      const isWanted = (guildId: string): boolean =>
        shard === undefined || shardIdOf(guildId, shard.shardCount) === shard.shardId;
      return sendChunks(reply.type('application/x-ndjson; charset=utf-8'), chunks(source, newPace(), isWanted));
    },
  );
}

/** One loop, and no promise where none is needed: a shard has tens of thousands of lists. */
async function* chunks(source: Source, pace: Pace, isWanted: (guildId: string) => boolean): AsyncGenerator<string> {
  let chunk = '';
  for await (const guilds of source.pages({ kind: 'guild' }, pace))
    for (const { ref } of guilds) {
      if (!isWanted(ref.id)) continue;
      // Read anew: the page may be older than the lists are.
      const guild = await source.get(guildRef(ref.id));
      await pace.spent(1);
      if (guild === undefined) continue;
      const own = guild.slice(0, guild.lastIndexOf('}'));
      let separator = own.endsWith('{') ? '' : ',';
      chunk += own;
      for (const [kind, name] of LISTS) {
        chunk += `${separator}"${name}":[`;
        separator = ',';
        let comma = '';
        const nextPage = source.pageReader({ kind, guildId: ref.id }, pace);
        for (;;) {
          const answer = nextPage();
          const page = answer instanceof Promise ? await answer : answer;
          if (page === undefined) break;
          for (const { value } of page) {
            chunk += comma + value;
            comma = ',';
          }
          if (chunk.length < CHUNK) continue;
          yield chunk;
          chunk = '';
        }
        chunk += ']';
      }
      chunk += '}\n';
    }
  yield chunk;
}
