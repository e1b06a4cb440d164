import type { z } from 'zod';
import type { Configuration } from '../configuration.ts';
import { leaf, milliseconds, oneOf, section, text, wholeNumber } from './leaf.ts';

/** Threads or processes that hold the shards. */
export const workers: z.ZodType<Configuration['workers']> = section({
  count: leaf(wholeNumber(0, 1_024).default(0), {
    description: 'Workers that hold the shards, each its even share. With 0 the main thread holds them all.',
    unit: 'workers',
    flag: true,
  }),
  isolation: leaf(oneOf('thread', 'process').default('thread'), {
    description: '`thread` costs least; of `process` only one is lost with whatever takes a whole process down.',
    flag: true,
  }),
  maxMemoryMb: leaf(wholeNumber(8).nullable().default(null), {
    description: 'JavaScript objects of one worker; one that needs more is replaced, and its shards resume.',
    unit: 'megabytes',
    defaultText: "Node's own limit",
  }),
  hangAfterMs: leaf(milliseconds(100).default(1_000), {
    description: 'Silence after which a worker is taken for hung and replaced.',
    unit: 'milliseconds',
  }),
  module: leaf(text().nullable().default(null), {
    description: 'ES module of yours that runs in each worker and may change what its shards do.',
    defaultText: 'none',
    flag: true,
  }),
}).prefault({});
