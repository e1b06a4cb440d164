import { single, type MetricFamily } from './metric-family.ts';
import { toSeconds } from './seconds.ts';

/** How many sessions may still be begun. */
export const budgetFamilies: readonly MetricFamily[] = [
  single(
    'gauge',
    'shardgate_identify_limit',
    'Identifies that Discord allows per window.',
    ({ budget }) => budget.total,
  ),
  single(
    'gauge',
    'shardgate_identify_remaining',
    'Identifies left, the reserve included.',
    ({ budget }) => budget.remaining,
  ),
  single('gauge', 'shardgate_identify_reserve', 'Identifies that are never spent.', ({ budget }) => budget.reserve),
  single('gauge', 'shardgate_identify_spent_last_day', 'Identifies of the last 24 hours.', (reading) => {
    return reading.budget.spentLast24h;
  }),
  single(
    'gauge',
    'shardgate_identify_reset_timestamp_seconds',
    'When the window ends, Unix time; absent while nobody knows.',
    ({ budget }) => toSeconds(budget.resetsAt),
  ),
  single(
    'gauge',
    'shardgate_identify_breaker_open',
    '1 while no identify is granted because too many came to nothing; else 0.',
    ({ budget }) => (budget.breakerOpenUntil === null ? 0 : 1),
  ),
  single('gauge', 'shardgate_token_rejected', '1 when Discord refused the token; else 0.', ({ budget }) =>
    budget.tokenRejected ? 1 : 0,
  ),
];
