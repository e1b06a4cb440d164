import { ownedRef, userRef } from '../entity.ts';
import { ApiFault, notFound } from './api-fault.ts';
import { sendList, sendOne } from './encoding.ts';
import { described } from './open-api.ts';
import { SLICE_ROWS, type Pace } from './pace.ts';
import { bodyIds, lastOf, pageOf, pathId, queryId, queryIds, repeatedIds, type Query } from './parameters.ts';
import { oneRoute, PAGE, sendNamed, sendPages, textsOf, type RouteContext } from './route-context.ts';
import type { Source } from './source.ts';

/** Bytes of a name that has to be searched for at least; shorter ones find nothing. */
const MIN_SEARCH_BYTES = 3;

/** Members of one user that are looked at for the user's object, which all of them should have. */
const MEMBERS_OF_USER = 4;

/** A member as far as searches look at it. */
interface Member {
  readonly nick?: string | null;
  readonly roles?: readonly string[];
  readonly user?: {
    readonly id?: string;
    readonly username?: string;
    readonly global_name?: string | null;
    readonly display_name?: string | null;
  };
}

/** Routes for members and users. */
export function addMemberRoutes(context: RouteContext): void {
  const { app, source, newPace, tag } = context;

  const members = '/guilds/:guild/members';
  const query = {
    id: 'May be repeated: these only; an unknown one gives {"id","is_empty":true}',
    query: 'Only those with this in one of their names, in any case; of fewer than 3 bytes: none',
    ...PAGE,
  };
  app.get(
    members,
    { schema: described("A guild's members", tag, { url: members, query, isList: true }) },
    (request, reply) => {
      const guildId = pathId(request.params, 'guild');
      const given = request.query as Query;
      const ids = repeatedIds(given, 'id');
      if (ids !== undefined) {
        const refs = ids.map((id) => ownedRef('member', guildId, id));
        return sendNamed(context, request, reply, refs);
      }
      if (given['query'] === undefined) return sendPages(context, request, reply, { kind: 'member', guildId });
      const sought = lastOf(given, 'query');
      const pace = newPace();
      const { after, limit } = pageOf(given);
      const found = search(source, guildId, sought, pace, after);
      return sendList(request, reply, limit === undefined ? found : atMost(found, limit), pace);
    },
  );

  oneRoute(context, '/guilds/:guild/members/:member', 'A member', (params) =>
    ownedRef('member', pathId(params, 'guild'), pathId(params, 'member')),
  );
  oneRoute(context, '/guilds/:guild/members/:member/presence', "A member's presence", (params) =>
    ownedRef('presence', pathId(params, 'guild'), pathId(params, 'member')),
  );

  const withRole = '/guilds/:guild/members_with_role/:role';
  app.get(
    withRole,
    { schema: described('Who has a role: {"id"} of each', tag, { url: withRole, isList: true }) },
    (request, reply) => {
      const pace = newPace();
      const [guildId, role] = [pathId(request.params, 'guild'), pathId(request.params, 'role')];
      return sendList(request, reply, holdersOf(source, guildId, role, pace), pace);
    },
  );
  addUserRoutes(context);
  addQuestionRoutes(context);
}

function addUserRoutes({ app, source, newPace, tag }: RouteContext): void {
  app.get(
    '/users/:user',
    { schema: described("A user's object, from one of their members", tag, { url: '/users/:user' }) },
    async (request, reply) => {
      const id = pathId(request.params, 'user');
      const user = await userOf(source, id);
      if (user === undefined) throw notFound(`user ${id}`);
      return sendOne(request, reply, JSON.stringify(user));
    },
  );
  const named = async function* (ids: readonly string[], pace: Pace): AsyncGenerator<readonly string[]> {
    for (const id of new Set(ids)) {
      const user = await userOf(source, id);
      // A look into every guild.
      await pace.spent(SLICE_ROWS);
      if (user !== undefined) yield [JSON.stringify({ UserID: id, Username: user.username ?? '' })];
    }
  };
  const summary = 'Names of users: {"UserID","Username"} of each that is known';
  app.get(
    '/users',
    { schema: described(summary, tag, { url: '/users', query: { userIDs: '1,2,3' }, isList: true }) },
    (request, reply) => {
      const pace = newPace();
      return sendList(request, reply, named(queryIds(request.query as Query, 'userIDs'), pace), pace);
    },
  );
  app.post('/users', { schema: described(summary, tag, { url: '/users', isList: true }) }, (request, reply) => {
    const pace = newPace();
    const ids = bodyIds((request.body as { readonly userIDs?: unknown } | null)?.userIDs);
    return sendList(request, reply, named(ids, pace), pace);
  });
}

function addQuestionRoutes({ app, source, tag }: RouteContext): void {
  const servers = { user_id: 'The user', server_ids: 'Guilds: 1,2,3' };
  app.get(
    '/user_in_guilds',
    { schema: described('Whether a user is in one of these guilds', tag, { url: '/user_in_guilds', query: servers }) },
    async (request, reply) => {
      const found = await membersIn(source, request.query as Query);
      return reply.type('application/json').send(JSON.stringify({ exists: found.length > 0 }));
    },
  );
  const url = '/user_in_guilds_has_roles';
  const query = { ...servers, role_ids: 'Roles: 1,2,3' };
  app.get(
    url,
    { schema: described('Whether a user has one of these roles in one of these guilds', tag, { url, query }) },
    async (request, reply) => {
      const roles = new Set(queryIds(request.query as Query, 'role_ids'));
      const found = await membersIn(source, request.query as Query);
      const exists = found.some((member) => member.roles?.some((role) => roles.has(role)) ?? false);
      return reply.type('application/json').send(JSON.stringify({ exists }));
    },
  );
}

async function membersIn(source: Source, query: Query): Promise<readonly Member[]> {
  const user = queryId(query, 'user_id');
  const guilds = queryIds(query, 'server_ids');
  const values = await Promise.all(guilds.map((guild) => source.get(ownedRef('member', guild, user))));
  return values.filter((value) => value !== undefined).map(memberOf);
}

/** The bot's own user is kept by itself; everybody else's stands in their members. */
async function userOf(source: Source, id: string): Promise<Member['user']> {
  const own = await source.get(userRef(id));
  if (own !== undefined) return JSON.parse(own) as Member['user'];
  for (const { value } of await source.anywhere('member', id, MEMBERS_OF_USER)) {
    const { user } = memberOf(value);
    if (user !== undefined) return user;
  }
  return undefined;
}

async function* search(
  source: Source,
  guildId: string,
  sought: string,
  pace: Pace,
  after: string | undefined,
): AsyncGenerator<readonly string[]> {
  if (Buffer.byteLength(sought) < MIN_SEARCH_BYTES) return;
  const wanted = sought.toLowerCase();
  const query = { kind: 'member', guildId, ...(after === undefined ? {} : { after }) } as const;
  for await (const texts of textsOf(source.pages(query, pace)))
    yield texts.filter((text) => {
      const { nick, user } = memberOf(text);
      return [user?.global_name, user?.display_name, user?.username, nick].some(
        (name) => name?.toLowerCase().includes(wanted) ?? false,
      );
    });
}

async function* holdersOf(
  source: Source,
  guildId: string,
  role: string,
  pace: Pace,
): AsyncGenerator<readonly string[]> {
  for await (const page of source.pages({ kind: 'member', guildId }, pace))
    yield page
      .filter(({ value }) => memberOf(value).roles?.includes(role) ?? false)
      .map(({ ref }) => JSON.stringify({ id: ref.id }));
}

async function* atMost(slices: AsyncIterable<readonly string[]>, limit: number): AsyncGenerator<readonly string[]> {
  let left = limit;
  for await (const texts of slices) {
    if (left <= 0) return;
    yield texts.slice(0, left);
    left -= texts.length;
  }
}

function memberOf(text: string): Member {
  try {
    return JSON.parse(text) as Member;
  } catch (cause) {
    throw Object.assign(new ApiFault(500, 'a member in the store is no JSON'), { cause });
  }
}
