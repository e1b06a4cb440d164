import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import * as schemas from './view-schemas.ts';

/** A schema as OpenAPI writes it. */
export function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, {
    target: 'draft-7',
    override({ jsonSchema: made }) {
      // Said of every whole number, and telling nothing.
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
    },
  });
  return plain;
}

/** An answer of JSON. */
export function answer(description: string, schema: z.ZodType): object {
  return { description, content: { 'application/json': { schema: jsonSchema(schema) } } };
}

/** An answer that refuses. */
export const refusal = (description: string): object => answer(description, schemas.refused);

/** Gathers the document from the routes that are added after this. */
export function describeApi(
  app: FastifyInstance,
  options: { readonly version: string; readonly hasKey: boolean },
): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Shardgate admin API',
        version: options.version,
        description:
          'What operators see of a running Shardgate process, and what they can do to it. Every route may also answer with 403 (a web page of others asks), ' +
          '421 (a host name that is not known here) or, where a key is set, 401.',
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      ...(options.hasKey ? { security: [{ key: [] }] } : {}),
      tags: [
        { name: 'read', description: 'What there is to see' },
        { name: 'act', description: 'What can be done; needs the header X-Shardgate: 1' },
        { name: 'watch', description: 'For probes and Prometheus' },
      ],
    },
  });
}
