/** Longest wait that a server can impose, milliseconds: a broken proxy must not silence a shard for weeks. */
const LONGEST_MS = 600_000;

/** A `Retry-After` header in whole seconds, as Discord sends it, in milliseconds; undefined when there is none that can be read. */
export function retryAfterMs(header: string | null | undefined): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return seconds > 0 ? Math.min(seconds * 1000, LONGEST_MS) : undefined;
}
