import { isLowerId } from '../id-order.ts';
import { isRowId } from './row-key.ts';
import { createSortedIds, type SortedIds } from '../sorted-ids.ts';
import { createTableReader, type Row, type RowDatabase, type Table } from './table.ts';

/** Rows of an owner that the file does not have yet, by id; null for one that is removed. */
type Changes = ReadonlyMap<string, string | null>;
/** The same by owner. */
type Layer = Map<string, Map<string, string | null>>;

/** Changes that are put in their order at once, as they are walked over. */
const CHANGES_AT_ONCE = 256;

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
  const sortedIds = createSortedIds();
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
    if (before === undefined) sortedIds.added(rows, id);
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
      const layers = [pending.get(owner), inFlight.get(owner)].filter((layer) => layer !== undefined);
      if (layers.length === 0) return yield* file.rows(owner, after);
      const changes = layers.map((layer) => inOrder(sortedIds, layer, after));
      yield* merged(owner, file.rows(owner, after), changes);
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

type Change = readonly [id: string, value: string | null];

function* inOrder(sortedIds: SortedIds, changes: Changes, after: string | undefined): Generator<Change, undefined> {
  for (let last = after; ;) {
    const ids = sortedIds.page(changes, last, CHANGES_AT_ONCE);
    for (const id of ids) yield [id, changes.get(id) ?? null];
    if (ids.length < CHANGES_AT_ONCE) return undefined;
    last = ids.at(-1);
  }
}

/** Rows of the file and changes of them, the newest first of all, in the order of their ids. */
function* merged(
  owner: string,
  rows: Iterable<Row>,
  layers: readonly Generator<Change, undefined>[],
): Generator<Row, undefined> {
  const walks = [...layers, changesOf(rows)];
  try {
    const heads = walks.map((walk) => walk.next().value);
    for (;;) {
      const [id, value] = lowestOf(heads) ?? [];
      if (id === undefined) return undefined;
      // Older words of the same row are passed over.
      for (const [index, head] of heads.entries()) if (head?.[0] === id) heads[index] = walks[index]?.next().value;
      if (typeof value === 'string') yield { owner, id, value };
    }
  } finally {
    // The file's has a cursor.
    for (const walk of walks) walk.return(undefined);
  }
}

/** The first of those with the lowest id. */
function lowestOf(heads: readonly (Change | undefined)[]): Change | undefined {
  let lowest: Change | undefined;
  for (const head of heads)
    if (head !== undefined && (lowest === undefined || isLowerId(head[0], lowest[0]))) lowest = head;
  return lowest;
}

function* changesOf(rows: Iterable<Row>): Generator<Change, undefined> {
  for (const { id, value } of rows) yield [id, value];
  return undefined;
}
