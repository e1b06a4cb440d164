import type { ReshardPhase } from '@shardgate/gateway';
import { z } from 'zod';
import type {
  NewShard,
  ReshardCheck,
  ReshardEnd,
  ReshardOutcome,
  ReshardView,
  RunningReshard,
} from '../service/reshard-view.ts';
import { amount, condition, count, time } from './schema-parts.ts';

const PHASES = ['preparing', 'aligning', 'cutting', 'closing'] as const satisfies readonly ReshardPhase[];
const phase: z.ZodType<ReshardPhase> = z
  .enum(PHASES)
  .describe(
    'preparing: new shards connect beside the old ones. aligning: both streams are held against each other. cutting: nothing is handed over for a moment. closing: the new shards have taken over.',
  );

const ENDS = ['done', 'refused', 'rolledBack'] as const satisfies readonly ReshardEnd[];
const end: z.ZodType<ReshardEnd> = z
  .enum(ENDS)
  .describe('refused: it was not begun. rolledBack: it was given up, and nothing is changed.');

const newShard: z.ZodType<NewShard> = z.strictObject({ id: count, condition });

const running: z.ZodType<RunningReshard> = z.strictObject({
  phase,
  from: count,
  to: count,
  ready: count.describe('New shards that are ready.'),
  total: count.describe('New shards of this process.'),
  etaMs: amount.describe('Milliseconds until the last new shard can be ready.'),
  heldEvents: count.describe('Events of new shards that wait for their old counterpart.'),
  heldBytes: amount,
  startedAt: time,
  shards: z.array(newShard).describe('The new shards; empty once they have taken over.'),
});

const outcome: z.ZodType<ReshardOutcome> = z.strictObject({
  result: end,
  from: count,
  to: count,
  reason: z.string(),
  at: time,
  tookMs: z
    .number()
    .nullable()
    .describe('Milliseconds; null for one that an earlier process began, or that never began.'),
});

export const reshardView: z.ZodType<ReshardView> = z.strictObject({
  automatic: z.boolean(),
  percentage: amount.describe('Fill at which the bot is resharded by itself.'),
  fillPercent: amount.describe('Guilds of the shards, percent of the 2,500 that each can hold.'),
  shards: count.describe('Shards of the whole bot.'),
  configured: z
    .union([count, z.literal('auto')])
    .nullable()
    .describe('What `shards.total` says, where a reshard took its place; null where none has.'),
  running: running.nullable(),
  last: outcome.nullable(),
  ended: z.strictObject({ done: count, refused: count, rolledBack: count }),
});

export const reshardCheck: z.ZodType<ReshardCheck> = z.strictObject({
  needed: z.boolean(),
  reason: z.string(),
  fillPercent: amount,
  maxShards: count.describe('Shard count to go to.'),
  shards: count.describe('Shard count now.'),
  identifies: count.describe('What it would spend.'),
  remaining: count,
  reserve: count.describe('Of what remains; never spent.'),
  affordable: z.boolean(),
  etaMs: amount,
});
