import { integer, pick } from './random.ts';
import type { Random } from '@shardgate/simulator';

const WORDS = (
  'the a to and of is it in you that for on we with be this have not are was but just like can so what at if my ' +
  'they do all one there get as from me up no out or about know when think good now time how who some them want ' +
  'would people really make then more see also did game play new still back going server today someone anyone thanks ' +
  'yeah lol maybe right here need only why got could because way over even sure after work never much where first ' +
  'something again stream patch build channel update tonight tomorrow weekend question answer found issue fixed ' +
  'restart voice music playlist raid boss level drop loot trade rank match queue draft winner score schedule calendar ' +
  'wird nicht schön über für größe peut-être déjà très mañana está привет спасибо 今日 ありがとう 👍 😂 🎉 ❤️'
).split(' ');

/** So many words, with an address now and then. */
export function sentence(random: Random, least: number, most: number): string {
  const words: string[] = [];
  for (let left = integer(random, least, most); left > 0; left--) words.push(pick(random, WORDS));
  if (random() < 0.04) words.push(`https://example.org/${pick(random, WORDS)}/${integer(random, 1_000, 99_999)}`);
  return words.join(' ');
}

export function word(random: Random): string {
  return pick(random, WORDS);
}
