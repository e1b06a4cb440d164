import type { Reducer } from '../reducer.ts';
import { objectReducer, put, remove } from './operations.ts';

/** Without a channel the user has left. */
export const voiceStateUpdate: Reducer = objectReducer('voiceState', (context, ref, voice) =>
  typeof voice['channel_id'] === 'string' ? put(context, ref, voice) : remove(context, ref),
);
