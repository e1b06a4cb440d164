/** Mutated messages per target; `pnpm run nightly` takes 1,000,000. */
export const FUZZ_RUNS: number = Number(process.env['SHARDGATE_FUZZ_RUNS'] ?? 50_000);

/** Generated values per law. */
export const LAW_RUNS: number = Math.ceil(FUZZ_RUNS / 10);

/** Milliseconds that a test over so many may take, many times what it does. */
export const fuzzTimeout = (runs: number): number => 120_000 + 2 * runs;
