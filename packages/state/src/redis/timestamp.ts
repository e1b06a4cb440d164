/** Wall-clock milliseconds as twilight-dispatch writes times: UTC, no zone, as few digits of the second's fraction as there are, at least one. */
export function timestamp(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/0{0,2}Z$/, '');
}

/** The other way round; undefined for what is no such time. Finer parts than milliseconds are cut off. */
export function wallMsOf(text: string): number | undefined {
  const wallMs = Date.parse(`${text.replace(/(\.\d{3})\d+$/, '$1')}Z`);
  return Number.isNaN(wallMs) ? undefined : wallMs;
}
