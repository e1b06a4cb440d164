import { isLowerId } from '../id-order.ts';
import { isRowId } from './row-key.ts';
import { createTableReader, type Row, type RowDatabase, type Table } from './table.ts';

/** Rows that the file does not have yet: by owner, then by id; null for one that is removed. */
type Layer = Map<string, Map<string, string | null>>;

/** A table whose changes are read at once and written later. */
export interface OverlayTable extends Table {
  /** Hands all changes to the writing transaction under way, and keeps them readable until `settle`. */
  flush(): void;
  /** The transaction is in the file, or has failed; then its changes are pending again. */
  settle(isWritten: boolean): void;
}

/** Told of each change: rows, and characters, that wait to be written. */
export type Changed = (rows: number, characters: number) => void;

/**
 * Reads look at the changes that wait first, then at those that are being written, then at the file. Many changes of a row in a short time so become one write.
 */
export function createOverlayTable(database: RowDatabase, changed: Changed): OverlayTable {
  const file = createTableReader(database);
  let pending: Layer = new Map();
  let inFlight: Layer = new Map();

  function change(owner: string, id: string, value: string | null): void {
    if (!isRowId(owner) || !isRowId(id))
      throw new RangeError(`'${isRowId(owner) ? id : owner}' is not an id of Discord's: expected a decimal number`);
    let rows = pending.get(owner);
    if (rows === undefined) {
      rows = new Map();
      pending.set(owner, rows);
    }
    const before = rows.get(id);
    rows.set(id, value);
    changed(before === undefined ? 1 : 0, (value?.length ?? 0) - (before?.length ?? 0));
  }

  /** What the layers say of an owner's rows; undefined when they say nothing. */
  function layered(owner: string): ReadonlyMap<string, string | null> | undefined {
    const [older, newer] = [inFlight.get(owner), pending.get(owner)];
    if (older === undefined || newer === undefined) return older ?? newer;
    return new Map([...older, ...newer]);
  }

  return {
    get(owner, id) {
      let value = pending.get(owner)?.get(id);
      if (value === undefined && inFlight.size > 0) value = inFlight.get(owner)?.get(id);
      return value === undefined ? file.get(owner, id) : (value ?? undefined);
    },
    *ids(owner) {
      const changes = layered(owner);
      if (changes === undefined) return yield* file.ids(owner);
      const kept = [...changes].flatMap(([id, value]) => (value === null ? [] : [id]));
      const others = [...file.ids(owner)].filter((id) => !changes.has(id));
      yield* [...kept, ...others].toSorted((one, other) => (isLowerId(one, other) ? -1 : 1));
    },
    *rows(owner, after) {
      const changes = layered(owner);
      if (changes === undefined) return yield* file.rows(owner, after);
      yield* merged(file.rows(owner, after), changes, owner, after);
    },
    *all() {
      for (const row of file.all())
        if (!(pending.get(row.owner)?.has(row.id) ?? false) && !(inFlight.get(row.owner)?.has(row.id) ?? false))
          yield row;
      for (const owner of new Set([...inFlight.keys(), ...pending.keys()]))
        for (const [id, value] of layered(owner) ?? []) if (value !== null) yield { owner, id, value };
    },
    count() {
      let count = file.count();
      for (const owner of new Set([...inFlight.keys(), ...pending.keys()]))
        for (const [id, value] of layered(owner) ?? [])
          count += Number(value !== null) - Number(file.get(owner, id) !== undefined);
      return count;
    },
    put: change,
    remove: (owner, id) => change(owner, id, null),
    flush() {
      inFlight = pending;
      pending = new Map();
      for (const [owner, rows] of inFlight)
        for (const [id, value] of rows)
          // The promises are those of the transaction, whose end `settle` is told.
          void (value === null ? database.remove([owner, id]) : database.put([owner, id], value));
    },
    settle(isWritten) {
      const failed = inFlight;
      inFlight = new Map();
      if (isWritten) return;
      for (const [owner, rows] of failed)
        for (const [id, value] of rows) if (!(pending.get(owner)?.has(id) ?? false)) change(owner, id, value);
    },
  };
}

/** Rows of the file and changes of them, in the order of their ids. */
function* merged(
  rows: Iterable<Row>,
  changes: ReadonlyMap<string, string | null>,
  owner: string,
  after: string | undefined,
): Generator<Row, undefined> {
  const added = [...changes]
    .filter((change): change is [string, string] => change[1] !== null)
    .filter(([id]) => after === undefined || isLowerId(after, id))
    .toSorted(([one], [other]) => (isLowerId(one, other) ? -1 : 1));
  let next = 0;
  for (const row of rows) {
    if (changes.has(row.id)) continue;
    for (let entry = added[next]; entry !== undefined && isLowerId(entry[0], row.id); entry = added[++next])
      yield { owner, id: entry[0], value: entry[1] };
    yield row;
  }
  for (const [id, value] of added.slice(next)) yield { owner, id, value };
  return undefined;
}
