import type { BackOff } from '@shardgate/delivery';

/**
 * Jitter over the upper half: between half of a bound that doubles with each failure and the bound itself, so that many gateways do not
 * come back to a broker at the same moment and none of them comes back at once.
 *
 * @param failures 1 or more
 * @param jitter a number in [0, 1)
 * @returns milliseconds
 */
export function backOffMs(failures: number, jitter: number, { baseMs, capMs }: BackOff): number {
  return (0.5 + jitter / 2) * Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 24));
}
