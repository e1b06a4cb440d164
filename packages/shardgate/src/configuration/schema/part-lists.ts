import type { z } from 'zod';
import { sinks, sinkTypes } from './sinks.ts';
import { stores, storeTypes } from './stores.ts';

/** A list of the configuration whose entries each have a type, which says what else they may have. */
export interface PartListSchema {
  readonly path: 'sinks' | 'state.stores';
  /** What an entry is: the beginning of its type's name in TypeScript, and a word for messages. */
  readonly noun: 'sink' | 'store';
  readonly schema: z.ZodType;
  readonly types: Readonly<Record<string, z.ZodObject>>;
}

export const partListSchemas: readonly PartListSchema[] = [
  { path: 'sinks', noun: 'sink', schema: sinks, types: sinkTypes },
  { path: 'state.stores', noun: 'store', schema: stores, types: storeTypes },
];
