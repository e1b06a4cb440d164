import { closest, distance } from 'fastest-levenshtein';

/** The known name that a wrong one was probably meant to be; undefined where none is near. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, known);
  return distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3) ? nearest : undefined;
}

/** What is expected in place of an unknown name. */
export function otherName(name: string, known: readonly string[], kind: string): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `the name of a ${kind}` : `the name of a ${kind}; did you mean '${nearest}'?`;
}
