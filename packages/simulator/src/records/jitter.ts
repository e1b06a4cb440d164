/** Connections needed for a judgement; with eight, even beats are judged wrongly about once in 2,000 times. */
const LEAST_SAMPLES = 8;
/** First beats within so small a part of the interval are no coincidence. */
const NARROW = 0.25;

/**
 * Judges the moments of first heartbeats, each as a part of the interval (0 at HELLO, 1 an interval later). Evenly
 * jittered beats spread over the interval; a sentence tells when they do not, undefined when they do or are too few.
 */
export function judgeJitter(firstBeats: readonly number[]): string | undefined {
  if (firstBeats.length < LEAST_SAMPLES) return undefined;
  const earliest = firstBeats.reduce((least, beat) => Math.min(least, beat), Infinity);
  const latest = firstBeats.reduce((most, beat) => Math.max(most, beat), -Infinity);
  if (latest - earliest >= NARROW) return undefined;
  return `first heartbeats of ${firstBeats.length} connections all came from ${earliest.toFixed(2)} to ${latest.toFixed(2)} of the interval`;
}
