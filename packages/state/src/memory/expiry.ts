import type { EntityKind, EntityRef } from '../entity.ts';
import type { StoreContext } from '../store.ts';

/** Knows which objects' time is over. */
export interface Expiry {
  /** The object was written: its time begins anew. */
  written(ref: EntityRef): void;
  /** Calls `remove` for each object whose time is over. Costs a comparison a kind when there is none. */
  sweep(remove: (ref: EntityRef) => void): void;
}

/** Objects of one kind, the one whose time is over first in front: all have the same time, and a write puts an object at the end. */
interface Row {
  readonly ttlMs: number;
  readonly deadlines: Map<string, { readonly ref: EntityRef; readonly deadline: number }>;
}

/** Removed objects stay in the row until their time is over; removing what is no longer there does nothing. */
export function createExpiry({ clock, ttlMs }: Pick<StoreContext, 'clock' | 'ttlMs'>): Expiry | undefined {
  const rows = new Map<EntityKind, Row>();
  for (const [kind, ms] of Object.entries(ttlMs)) rows.set(kind as EntityKind, { ttlMs: ms, deadlines: new Map() });
  if (rows.size === 0) return undefined;
  return {
    written(ref) {
      const row = rows.get(ref.kind);
      if (row === undefined) return;
      const key = `${ref.channelId ?? ref.guildId ?? ''}:${ref.id}`;
      row.deadlines.delete(key);
      row.deadlines.set(key, { ref, deadline: clock.now() + row.ttlMs });
    },
    sweep(remove) {
      const now = clock.now();
      for (const { deadlines } of rows.values()) {
        for (const [key, { ref, deadline }] of deadlines) {
          if (deadline > now) break;
          deadlines.delete(key);
          remove(ref);
        }
      }
    },
  };
}
