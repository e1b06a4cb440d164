import type { Reducer } from '../reducer.ts';
import { objectReducer, put, remove } from './operations.ts';

/** Opened or changed. */
export const stageInstanceWritten: Reducer = objectReducer('stageInstance', put);

export const stageInstanceDelete: Reducer = objectReducer('stageInstance', remove);
