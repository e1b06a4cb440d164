import type { Reducer } from '../reducer.ts';
import { replaceList } from './operations.ts';

/** All stickers of the guild, every time. */
export const stickersUpdate: Reducer = replaceList('sticker', 'stickers');
