export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Undefined of nothing. */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

/** The ratio of each round: what the machine did in that round, it did to both. */
export function paired(ours: readonly number[] | undefined, theirs: readonly number[] | undefined): Spread | undefined {
  if (ours === undefined || theirs === undefined) return undefined;
  const rounds = Math.min(ours.length, theirs.length);
  return spread(Array.from({ length: rounds }, (_, round) => (ours[round] ?? NaN) / (theirs[round] ?? NaN)));
}
