import { z } from 'zod';
import type { ShardCondition } from '../service/shard-condition.ts';

export const count: z.ZodType<number> = z.int().min(0);
export const amount: z.ZodType<number> = z.number().min(0);
export const time: z.ZodType<number> = z.number().describe('Unix time, milliseconds.');

export const CONDITIONS = ['waiting', 'connecting', 'ready', 'reconnecting', 'paused', 'failed', 'stopped'] as const;
export const condition: z.ZodType<ShardCondition> = z.enum(CONDITIONS);
