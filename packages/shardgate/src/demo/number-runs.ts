/** First and last number of a run without holes. */
type Run = [first: number, last: number];

/** A set of whole numbers, kept as runs: what comes in order takes the same little memory however long it goes on. */
export interface NumberRuns {
  /** Rising, with a hole between each two. */
  readonly runs: readonly Readonly<Run>[];
  has(number: number): boolean;
  /** False when it was there already. */
  add(number: number): boolean;
}

export function createNumberRuns(): NumberRuns {
  const runs: Run[] = [];

  /** Index of the last run that begins at or below a number; -1 without one. Looks from the end, where almost everything happens. */
  const at = (number: number): number => runs.findLastIndex(([first]) => first <= number);

  return {
    runs,
    has: (number) => number <= (runs[at(number)]?.[1] ?? -Infinity),
    add(number) {
      const index = at(number);
      const before = runs[index];
      const after = runs[index + 1];
      if (before !== undefined && number <= before[1]) return false;
      const extendsBefore = before !== undefined && before[1] === number - 1;
      const extendsAfter = after !== undefined && after[0] === number + 1;
      if (extendsBefore && extendsAfter) {
        before[1] = after[1];
        runs.splice(index + 1, 1);
      } else if (extendsBefore) before[1] = number;
      else if (extendsAfter) after[0] = number;
      else runs.splice(index + 1, 0, [number, number]);
      return true;
    },
  };
}

/** How many numbers of one set are not in the other; only those up to `most` count. */
export function countMissing(one: NumberRuns, other: NumberRuns | undefined, most: number = Infinity): number {
  let missing = 0;
  for (const [first, last] of one.runs) {
    let next = first;
    const end = Math.min(last, most);
    for (const [otherFirst, otherLast] of other?.runs ?? []) {
      if (otherLast < next) continue;
      if (otherFirst > end) break;
      missing += Math.max(0, otherFirst - next);
      next = otherLast + 1;
    }
    missing += Math.max(0, end - next + 1);
  }
  return missing;
}
