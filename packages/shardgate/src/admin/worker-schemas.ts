import type { WorkerStatus } from '@shardgate/gateway';
import { z } from 'zod';
import { count } from './schema-parts.ts';

/** In JSON what is not known is left out. */
type WorkerAnswer = Omit<WorkerStatus, 'pid' | 'threadId'> & {
  readonly pid?: number | undefined;
  readonly threadId?: number | undefined;
};

export const workerStatus: z.ZodType<WorkerAnswer> = z.strictObject({
  workerId: count,
  state: z.enum(['idle', 'starting', 'running', 'down']).describe('`down`: lost, and started again after a pause.'),
  pid: count.optional(),
  threadId: count.optional(),
  shards: z.array(z.strictObject({ shardId: count, shardCount: count })),
  losses: count.describe('How often it was lost.'),
});
