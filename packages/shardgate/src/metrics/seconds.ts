/** Milliseconds as seconds, the unit in which Prometheus wants every time; null stays null. */
export function toSeconds(ms: number): number;
export function toSeconds(ms: number | null): number | null;
export function toSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}
