import type { Reducer } from '../reducer.ts';
import { replaceList } from './operations.ts';

/** All emojis of the guild, every time. */
export const emojisUpdate: Reducer = replaceList('emoji', 'emojis');
