import { guildRef, messageRef, ownedRef, userRef, type GuildList } from '../entity.ts';
import { described } from './open-api.ts';
import { sendList, sendOne } from './encoding.ts';
import type { Pace } from './pace.ts';
import { pageOf, pathId, repeatedIds, type Query } from './parameters.ts';
import { listRoute, oneRoute, PAGE, sendNamed, sendPages, textsOf, type RouteContext } from './route-context.ts';
import type { Source } from './source.ts';

/** Lists of a guild that tatsu's API does not have. */
const FURTHER_LISTS: Readonly<Record<string, GuildList>> = {
  stickers: 'sticker',
  presences: 'presence',
  voice_states: 'voiceState',
  stage_instances: 'stageInstance',
  scheduled_events: 'scheduledEvent',
  soundboard_sounds: 'soundboardSound',
};

/** Routes for guilds and what is in them, but for members. */
export function addObjectRoutes(context: RouteContext): void {
  const { app, source, newPace, tag } = context;
  const guildId = (params: unknown): string => pathId(params, 'guild');

  oneRoute(context, '/guilds/:guild', 'A guild without its lists', (params) => guildRef(guildId(params)));
  oneRoute(context, '/channels/:channel', 'A channel', (params) =>
    ownedRef('channel', null, pathId(params, 'channel')),
  );
  oneRoute(context, '/channels/:channel/messages/:message', 'A message', (params) =>
    messageRef(pathId(params, 'channel'), pathId(params, 'message'), null),
  );
  oneRoute(context, '/threads/:thread', 'A thread', (params) => ownedRef('thread', null, pathId(params, 'thread')));
  oneRoute(context, '/guilds/:guild/roles/:role', 'A role', (params) =>
    ownedRef('role', guildId(params), pathId(params, 'role')),
  );
  oneRoute(context, '/guilds/:guild/emojis/:emoji', 'An emoji', (params) =>
    ownedRef('emoji', guildId(params), pathId(params, 'emoji')),
  );
  for (const [name, kind] of [
    ['channels', 'channel'],
    ['emojis', 'emoji'],
    ['threads', 'thread'],
  ] as const)
    listRoute(context, `/guilds/:guild/${name}`, `A guild's ${name}`, (params) => ({ kind, guildId: guildId(params) }));

  const roles = '/guilds/:guild/roles';
  const id = 'May be repeated: these only; an unknown one gives {"id","is_empty":true}';
  const schema = described("A guild's roles", tag, { url: roles, query: { id, ...PAGE }, isList: true });
  app.get(roles, { schema }, (request, reply) => {
    const guild = guildId(request.params);
    const ids = repeatedIds(request.query as Query, 'id');
    if (ids === undefined) return sendPages(context, request, reply, { kind: 'role', guildId: guild });
    const refs = ids.map((each) => ownedRef('role', guild, each));
    return sendNamed(context, request, reply, refs);
  });

  const ofChannel = '/channels/:channel/threads';
  app.get(
    ofChannel,
    { schema: described("A channel's threads", tag, { url: ofChannel, isList: true }) },
    async (request, reply) => {
      const pace = newPace();
      const channel = pathId(request.params, 'channel');
      const text = await source.get(ownedRef('channel', null, channel));
      const home = text === undefined ? undefined : (JSON.parse(text) as { guild_id?: string }).guild_id;
      const threads = home === undefined ? allThreads(source, pace) : threadsOf(source, home, pace);
      return sendList(request, reply, childrenOf(threads, channel), pace);
    },
  );

  app.get(
    '/threads',
    { schema: described('Every thread', tag, { url: '/threads', query: PAGE, isList: true }) },
    (request, reply) => {
      const { after, limit } = pageOf(request.query as Query);
      if (after !== undefined || limit !== undefined) return sendPages(context, request, reply, { kind: 'thread' });
      const pace = newPace();
      return sendList(request, reply, allThreads(source, pace), pace);
    },
  );

  app.get(
    '/guilds_count',
    { schema: described('How many guilds there are: a number', tag, { url: '/guilds_count' }) },
    async (request, reply) => sendOne(request, reply, String((await source.counts()).guild)),
  );
}

/** Routes that tatsu's API does not have. */
export function addFurtherObjectRoutes(context: RouteContext): void {
  listRoute(context, '/guilds', 'Every guild without its lists', () => ({ kind: 'guild' }));
  listRoute(context, '/channels/:channel/messages', "A channel's messages", (params) => ({
    kind: 'message',
    channelId: pathId(params, 'channel'),
  }));
  for (const [name, kind] of Object.entries(FURTHER_LISTS))
    listRoute(context, `/guilds/:guild/${name}`, `A guild's ${name.replaceAll('_', ' ')}`, (params) => ({
      kind,
      guildId: pathId(params, 'guild'),
    }));
  oneRoute(context, '/bots/:user', "The bot's own user", (params) => userRef(pathId(params, 'user')));
}

function threadsOf(source: Source, guildId: string, pace: Pace): AsyncGenerator<readonly string[]> {
  return textsOf(source.pages({ kind: 'thread', guildId }, pace));
}

/** Guild by guild: no store has to put all threads in an order. */
async function* allThreads(source: Source, pace: Pace): AsyncGenerator<readonly string[]> {
  for await (const guilds of source.pages({ kind: 'guild' }, pace))
    for (const { ref } of guilds) yield* threadsOf(source, ref.id, pace);
}

async function* childrenOf(
  slices: AsyncIterable<readonly string[]>,
  channel: string,
): AsyncGenerator<readonly string[]> {
  for await (const texts of slices)
    yield texts.filter((text) => (JSON.parse(text) as { parent_id?: unknown }).parent_id === channel);
}
