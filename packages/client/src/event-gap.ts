/** Events that no longer can be had, told in their place. */
export interface EventGap {
  readonly shardId: number;
  readonly shardCount: number;
  readonly offset: number;
  /** Session in which the events are missing. */
  readonly sessionId: string;
  /** Last sequence number before the gap; null when unknown. */
  readonly afterSeq: number | null;
  /** First sequence number of the same session after it; null when there is none or it is unknown. */
  readonly nextSeq: number | null;
  /** Why: `sessionLost`, `journalFull`, `journalDamaged`, `memoryFull` or `expired`. */
  readonly cause: string;
  /** How many events, where known. */
  readonly count: number | null;
  /** Wall-clock milliseconds at which it was noticed. */
  readonly detectedAt: number;
}

/** Reads a gap as it came over the network; undefined when it is none. */
export function readGap(value: unknown): EventGap | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const gap = value as Partial<Record<keyof EventGap, unknown>>;
  const { shardId, shardCount, offset, sessionId, afterSeq, nextSeq, cause, count, detectedAt } = gap;
  const known =
    isNumber(shardId) &&
    isNumber(shardCount) &&
    isNumber(offset) &&
    isNumber(detectedAt) &&
    typeof sessionId === 'string' &&
    typeof cause === 'string';
  if (!known) return undefined;
  const numberOrNull = (member: unknown): number | null => (isNumber(member) ? member : null);
  return {
    shardId,
    shardCount,
    offset,
    sessionId,
    afterSeq: numberOrNull(afterSeq),
    nextSeq: numberOrNull(nextSeq),
    cause,
    count: numberOrNull(count),
    detectedAt,
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
