import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Where and what a parameter is. */
export type QueryParameters = Readonly<Record<string, string>>;

export type RouteTag = 'tatsu' | 'more' | 'write';

/** An operation in the document. `params` are those of the path, by name. */
export function described(
  summary: string,
  tag: RouteTag,
  { url, query = {}, isList = false }: { url: string; query?: QueryParameters; isList?: boolean },
): object {
  const names = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const object = { type: 'object', additionalProperties: true };
  const schema = isList ? { type: 'array', items: object } : object;
  return {
    summary,
    tags: [tag],
    ...(names.length === 0
      ? {}
      : {
          params: {
            type: 'object',
            properties: Object.fromEntries(names.map((name) => [name, { type: 'string', pattern: '^\\d{1,20}$' }])),
            required: names,
          },
        }),
    ...(Object.keys(query).length === 0
      ? {}
      : {
          querystring: {
            type: 'object',
            properties: Object.fromEntries(
              Object.entries(query).map(([name, description]) => [name, { type: 'string', description }]),
            ),
          },
        }),
    response: {
      200: {
        description: summary,
        content: { 'application/json': { schema }, 'application/octet-stream': { schema: { type: 'string' } } },
      },
      '4xx': { description: 'A sentence', content: { 'text/plain': { schema: { type: 'string' } } } },
      503: { description: 'The store does not answer', content: { 'text/plain': { schema: { type: 'string' } } } },
    },
  };
}

/** Gathers the document from the routes that are added after this. */
export function describeApi(app: FastifyInstance, { version, hasKey }: { version: string; hasKey: boolean }): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Shardgate State API',
        version,
        description:
          'Objects of Discord as the cache has them, in JSON, or in ETF for who accepts application/octet-stream. Errors are plain text.',
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      ...(hasKey ? { security: [{ key: [] }] } : {}),
      tags: [
        { name: 'tatsu', description: 'As the State API of tatsuworks/gateway has them' },
        { name: 'more', description: 'Beyond it' },
        { name: 'write', description: 'Change the cache; only where they are switched on' },
      ],
    },
  });
}
