import type { EventRate } from '../../src/service/service-view.ts';

/** Types by rate, the fastest first; equal ones by name. */
export function orderByRate(rates: readonly EventRate[]): readonly string[] {
  return [...rates]
    .sort(
      (one, other) => other.perSecond - one.perSecond || other.count - one.count || (one.type < other.type ? -1 : 1),
    )
    .map(({ type }) => type);
}

/** The rates in a given order; types that it does not name come last, so that nothing jumps while it holds. */
export function inOrder(rates: readonly EventRate[], order: readonly string[]): readonly EventRate[] {
  const place = new Map(order.map((type, index) => [type, index]));
  const placeOf = ({ type }: EventRate): number => place.get(type) ?? order.length;
  return [...rates].sort((one, other) => placeOf(one) - placeOf(other));
}
