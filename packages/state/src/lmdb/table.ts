import type { Database } from 'lmdb';
import { FIRST_ID, isRowId, LAST_ID, type RowKey } from './row-key.ts';

/** One row of a table. */
export interface Row {
  readonly owner: string;
  readonly id: string;
  readonly value: string;
}

/** A table as it is read. Rows are in the order of their ids as numbers. */
export interface TableReader {
  get(owner: string, id: string): string | undefined;
  /** Ids of an owner's rows. Nothing may be changed while they are walked over. */
  ids(owner: string): Iterable<string>;
  /** An owner's rows with a higher id than `after`. */
  rows(owner: string, after?: string): Iterable<Row>;
  /** Every row, in any order. */
  all(): Iterable<Row>;
  count(): number;
}

/** A table that is written, too. */
export interface Table extends TableReader {
  put(owner: string, id: string, value: string): void;
  remove(owner: string, id: string): void;
}

/** Texts under two ids, in one database of an LMDB file. */
export type RowDatabase = Database<string, RowKey>;

/** What the file has of a table. */
export function createTableReader(database: RowDatabase): TableReader {
  return {
    get: (owner, id) => (isRowId(owner) && isRowId(id) ? database.get([owner, id]) : undefined),
    *ids(owner) {
      if (!isRowId(owner)) return;
      for (const [, id] of database.getKeys(rangeOf(owner))) yield id;
    },
    *rows(owner, after) {
      if (!isRowId(owner) || (after !== undefined && !isRowId(after))) return;
      for (const { key, value } of database.getRange(rangeOf(owner, after))) yield { owner, id: key[1], value };
    },
    *all() {
      const range = { start: [FIRST_ID, FIRST_ID], end: [LAST_ID, LAST_ID] };
      for (const { key, value } of database.getRange(range)) yield { owner: key[0], id: key[1], value };
    },
    count: () => (database.getStats() as { entryCount: number }).entryCount,
  };
}

function rangeOf(owner: string, after?: string): { start: RowKey; end: RowKey; exclusiveStart: boolean } {
  return { start: [owner, after ?? FIRST_ID], end: [owner, LAST_ID], exclusiveStart: after !== undefined };
}
