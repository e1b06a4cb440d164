import { ENTITY_KINDS } from '@shardgate/state';
import { z } from 'zod';
import type { StateView, StoreView } from '../service/state-view.ts';
import { count } from './schema-parts.ts';

const store: z.ZodType<StoreView> = z.strictObject({
  name: z.string(),
  isReady: z.boolean().describe('Whether it answers.'),
  isStale: z.boolean().describe('Whether it may lack changes.'),
  queuedOperations: count.describe('Operations that wait for it.'),
  droppedOperations: count.describe('Operations it did not get since it was whole the last time.'),
  missingGuilds: count.describe('Guilds of which it lacks something until Discord sends them whole.'),
  missingShards: z.array(count).readonly().describe('Shards of which it has no guild until they begin a new session.'),
  detail: z.string().nullable(),
});

export const stateView: z.ZodType<StateView | null> = z
  .strictObject({
    stores: z.array(store),
    waitingEvents: count.describe('Events that wait for stores.'),
    applied: count.describe('Events that changed something.'),
    operations: count.describe('What they changed.'),
    failed: count.describe('Reducers that failed.'),
    objects: z
      .record(z.enum(ENTITY_KINDS), count)
      .nullable()
      .describe('Objects by kind, a few seconds old at most; null until they were counted.'),
    countedAt: z.number().nullable().describe('Unix time, milliseconds.'),
    apiUrl: z.string().nullable().describe('Address of the State API; null without one.'),
  })
  .nullable()
  .describe('Null without a cache.');
