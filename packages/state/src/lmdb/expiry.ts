import type { EntityKind } from '../entity.ts';
import { NO_OWNER } from './row-key.ts';
import type { Table } from './table.ts';

/** Deadlines are multiples of this, so that not every event has to look for one. */
const GRAIN_MS = 100;
/** Digits behind the deadline in a row's id, which tell rows of one deadline apart. */
const COUNTER_DIGITS = 7;

/** Removes objects whose time is over, up to a tenth of a second late. */
export interface Expiry {
  /** An object was written: its time begins anew. */
  written(kind: EntityKind, owner: string, id: string): void;
  /** Calls `remove` for each object whose time is over. Costs a comparison while there is none. */
  sweep(remove: (kind: EntityKind, owner: string, id: string) => void): void;
}

/** Where expiry is kept. */
export interface ExpiryTables {
  /** When to look at which object, in order: `<kind>:<owner>:<id>` by the deadline. */
  readonly looks: Table;
  /** When an object's time is over; of kinds that expire. */
  readonly deadlines: ReadonlyMap<EntityKind, Table>;
}

/**
 * An object that is written often has one row in the ordered table, not one a write: when that comes up, the object's own deadline says whether it is gone or looked at again later.
 */
export function createExpiry(
  { looks, deadlines }: ExpiryTables,
  ttlMs: Readonly<Partial<Record<EntityKind, number>>>,
  wallTime: () => number,
): Expiry {
  let counter = 0;
  let next = firstDeadline();

  function firstDeadline(): number {
    for (const id of looks.ids(NO_OWNER)) return deadlineOf(id);
    return Number.POSITIVE_INFINITY;
  }

  function lookAt(deadline: number, object: string): void {
    let id: string;
    // Rows of an earlier run may have the number.
    do {
      counter = (counter + 1) % 10 ** COUNTER_DIGITS;
      id = `${deadline}${String(counter).padStart(COUNTER_DIGITS, '0')}`;
    } while (looks.get(NO_OWNER, id) !== undefined);
    looks.put(NO_OWNER, id, object);
    next = Math.min(next, deadline);
  }

  return {
    written(kind, owner, id) {
      const table = deadlines.get(kind);
      if (table === undefined) return;
      const deadline = Math.ceil((wallTime() + (ttlMs[kind] ?? 0)) / GRAIN_MS) * GRAIN_MS;
      const before = table.get(owner, id);
      if (before === undefined) lookAt(deadline, `${kind}:${owner}:${id}`);
      if (before !== String(deadline)) table.put(owner, id, String(deadline));
    },
    sweep(remove) {
      const now = wallTime();
      if (next > now) return;
      const due: { readonly id: string; readonly value: string }[] = [];
      for (const row of looks.rows(NO_OWNER)) {
        if (deadlineOf(row.id) > now) break;
        due.push(row);
      }
      for (const { id: row, value } of due) {
        looks.remove(NO_OWNER, row);
        const [kind, owner = '', id = ''] = value.split(':') as [EntityKind, string?, string?];
        const table = deadlines.get(kind);
        const deadline = table?.get(owner, id);
        if (table === undefined || deadline === undefined) continue;
        if (Number(deadline) > now) {
          lookAt(Number(deadline), value);
          continue;
        }
        table.remove(owner, id);
        remove(kind, owner, id);
      }
      next = firstDeadline();
    },
  };
}

function deadlineOf(row: string): number {
  return Number(row.slice(0, -COUNTER_DIGITS));
}
