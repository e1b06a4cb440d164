import type { Reducer } from '../reducer.ts';
import { objectReducer, put, remove } from './operations.ts';

/** Created or changed; one that is over or cancelled stays, with the status that says so, until its guild is loaded anew. */
export const scheduledEventWritten: Reducer = objectReducer('scheduledEvent', put);

export const scheduledEventDelete: Reducer = objectReducer('scheduledEvent', remove);
