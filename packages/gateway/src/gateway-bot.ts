/** `GET /gateway/bot`, checked. */
export interface GatewayBot {
  /** WSS base, without query. */
  readonly url: string;
  /** Recommended shard count. */
  readonly shards: number;
  readonly sessionStartLimit: {
    /** Identifies per window. */
    readonly total: number;
    readonly remaining: number;
    /** Milliseconds until the window resets. */
    readonly resetAfter: number;
    /** Identifies per 5 seconds, and modulus of the buckets. */
    readonly maxConcurrency: number;
  };
}

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/**
 * Reads Discord's snake_case answer. Undefined when anything is missing or of the wrong kind: an HTML page or a proxy's error must
 * not become a shard count.
 */
export function readGatewayBot(body: unknown): GatewayBot | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { url, shards, session_start_limit: limit } = body as Record<string, unknown>;
  if (typeof url !== 'string' || !URL.canParse(url) || !isCount(shards, 1)) return undefined;
  if (typeof limit !== 'object' || limit === null) return undefined;
  const {
    total,
    remaining,
    reset_after: resetAfter,
    max_concurrency: maxConcurrency,
  } = limit as Record<string, unknown>;
  if (!isCount(total, 0) || !isCount(remaining, 0) || !isCount(resetAfter, 0) || !isCount(maxConcurrency, 1))
    return undefined;
  return { url, shards, sessionStartLimit: { total, remaining, resetAfter, maxConcurrency } };
}
