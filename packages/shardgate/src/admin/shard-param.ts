import { RefusedRequest } from './refusal.ts';

/** The part of a path that names a shard. */
export const shardParams = {
  type: 'object',
  properties: { id: { type: 'string', pattern: '^(0|[1-9][0-9]{0,6})$', description: 'Number of the shard.' } },
  required: ['id'],
} as const;

/** The shard that checked parameters name. */
export function shardIdOf(params: unknown): number {
  return Number((params as { readonly id: string }).id);
}

export function noSuchShard(id: number, cause?: unknown): RefusedRequest {
  const message = `shard ${id} is not here; /api/shards lists those that are`;
  return new RefusedRequest({ status: 404, error: 'unknownShard', message }, cause);
}
