import { isLowerId } from './id-order.ts';

/** A list's ids in their order, kept from one page of a walk to the next: to sort a hundred thousand members for each thousand of them would take longer than all the rest. */
export interface SortedIds {
  /** An id is new in a list. */
  added(list: ReadonlyMap<string, unknown>, id: string): void;
  /** At most `limit` ids after one, of those that are there. */
  page(list: ReadonlyMap<string, unknown>, after: string | undefined, limit: number | undefined): readonly string[];
}

interface Order {
  /** Some of these may have gone. */
  ids: readonly string[];
  /** What has come since. */
  fresh: string[];
}

export function createSortedIds(): SortedIds {
  const orders = new WeakMap<ReadonlyMap<string, unknown>, Order>();

  function orderOf(list: ReadonlyMap<string, unknown>): Order {
    let order = orders.get(list);
    if (order === undefined) {
      order = { ids: sorted([...list.keys()]), fresh: [] };
      orders.set(list, order);
    } else if (order.fresh.length > 0) {
      order.ids = merged(order.ids, sorted(order.fresh));
      order.fresh = [];
    }
    return order;
  }

  return {
    added(list, id) {
      orders.get(list)?.fresh.push(id);
    },
    page(list, after, limit = Number.POSITIVE_INFINITY) {
      const { ids } = orderOf(list);
      const found: string[] = [];
      let at = after === undefined ? 0 : firstAfter(ids, after);
      for (; at < ids.length && found.length < limit; at++) {
        const id = ids[at];
        if (id !== undefined && list.has(id)) found.push(id);
      }
      // The walk is over, and with it the use of the order.
      if (at >= ids.length) orders.delete(list);
      return found;
    },
  };
}

function sorted(ids: readonly string[]): string[] {
  return ids.toSorted((one, other) => (isLowerId(one, other) ? -1 : 1));
}

/** Two lists as one; what went and came again is in both. */
function merged(ids: readonly string[], fresh: readonly string[]): string[] {
  const all: string[] = [];
  let next = 0;
  const add = (id: string): void => {
    if (all.at(-1) !== id) all.push(id);
  };
  for (const id of ids) {
    for (let one = fresh[next]; one !== undefined && isLowerId(one, id); one = fresh[++next]) add(one);
    add(id);
  }
  for (const id of fresh.slice(next)) add(id);
  return all;
}

/** Index of the first id that is higher. */
function firstAfter(ids: readonly string[], after: string): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLowerId(after, ids[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}
