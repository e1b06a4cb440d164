import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EntityRef, StoredEntity } from '../entity.ts';
import type { ListQuery } from '../store.ts';
import { notFound } from './api-fault.ts';
import { sendList, sendOne } from './encoding.ts';
import { described, type QueryParameters, type RouteTag } from './open-api.ts';
import type { NewPace, Pace } from './pace.ts';
import { pageOf, type Query } from './parameters.ts';
import type { Source } from './source.ts';

/** What routes need. */
export interface RouteContext {
  readonly app: FastifyInstance;
  readonly source: Source;
  readonly newPace: NewPace;
  readonly tag: RouteTag;
}

/** The paging parameters, for the document. */
export const PAGE: QueryParameters = {
  after: 'Only objects with a higher id; the answer is in the order of the ids',
  limit: 'At most so many',
};

/** A route that answers with one object. */
export function oneRoute(
  { app, source, tag }: RouteContext,
  url: string,
  summary: string,
  refOf: (params: unknown) => EntityRef,
): void {
  app.get(url, { schema: described(summary, tag, { url }) }, async (request, reply) => {
    const ref = refOf(request.params);
    const value = await source.get(ref);
    if (value === undefined) throw notFound(`${ref.kind} ${ref.id}`);
    return sendOne(request, reply, value);
  });
}

/** A route that answers with the objects of one list. */
export function listRoute(
  context: RouteContext,
  url: string,
  summary: string,
  queryOf: (params: unknown) => ListQuery,
): void {
  const schema = described(summary, context.tag, { url, query: PAGE, isList: true });
  context.app.get(url, { schema }, (request, reply) => sendPages(context, request, reply, queryOf(request.params)));
}

/** Answers with the objects of one list, as far as the request wants them. */
export function sendPages(
  { source, newPace }: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  query: ListQuery,
): Promise<FastifyReply> {
  const pace = newPace();
  const pages = source.pages({ ...query, ...pageOf(request.query as Query) }, pace);
  return sendList(request, reply, textsOf(pages), pace);
}

export async function* textsOf(pages: AsyncIterable<readonly StoredEntity[]>): AsyncGenerator<readonly string[]> {
  for await (const page of pages) yield page.map(({ value }) => value);
}

/** Answers with objects by name; in place of those that are not there stands a mark. */
export function sendNamed(
  { source, newPace }: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  refs: readonly EntityRef[],
): Promise<FastifyReply> {
  const pace = newPace();
  return sendList(request, reply, marked(source, refs, pace), pace);
}

async function* marked(source: Source, refs: readonly EntityRef[], pace: Pace): AsyncGenerator<readonly string[]> {
  let index = 0;
  for await (const values of source.many(refs, pace))
    yield values.map((value) => {
      const { id = '' } = refs[index++] ?? {};
      return value ?? JSON.stringify({ id, is_empty: true });
    });
}
