import { KEYS_AT_ONCE } from './defaults.ts';
import { KEY_WORDS, OWN, type ChannelKeys } from './layout.ts';
import { members, type ReadAccess } from './read-objects.ts';

/** How this Redis names channels; there only if we have written to it. */
export const LAYOUT: string = `${OWN}layout`;

/**
 * Takes over what is there: of twilight-dispatch everything, since our own sets lack it; of an earlier run with other channel keys the channels, under their new names. `index` writes keys of one set
 * anew. Ended in the middle, it begins again the next time.
 */
export async function adoptLayout(
  { ask }: Pick<ReadAccess, 'ask'>,
  channelKeys: ChannelKeys,
  index: (keys: readonly string[]) => Promise<void>,
): Promise<void> {
  const [layout] = await ask(['GET', LAYOUT]);
  if (layout === channelKeys) return;
  const words = layout === null ? Object.values(KEY_WORDS) : [KEY_WORDS.channel];
  for (const word of words) {
    const keys = await members({ ask }, `${word}_keys`);
    for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) await index(keys.slice(from, from + KEYS_AT_ONCE));
  }
  await ask(['SET', LAYOUT, channelKeys]);
}
