import { closest, distance } from 'fastest-levenshtein';

/** The known name closest to a mistyped one, or undefined when none is close enough to be meant. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(wrong, known);
  return distance(wrong.toLowerCase(), nearest.toLowerCase()) <= Math.ceil(wrong.length / 2) ? nearest : undefined;
}
